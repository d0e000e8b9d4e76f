-- Montre sur chaque contact ce qu'est devenue sa dernière relance. Rejouer les mêmes paramètres ne change rien.
-- Paramètres : ceux du contrat, tableaux parallèles ; seuls servent relance_id, creance_id, statut et date_envoi.
UPDATE relances.contact AS contact
SET statut = derniere.statut, relance_le = coalesce(derniere.date_envoi, contact.relance_le)
FROM (
    SELECT DISTINCT ON (recue.creance_id) recue.creance_id::bigint AS id, recue.statut, recue.date_envoi
    FROM unnest(
        %(relance_id)s::bigint[], %(creance_id)s::text[], %(statut)s::text[], %(date_envoi)s::timestamptz[]
    ) AS recue (relance_id, creance_id, statut, date_envoi)
    ORDER BY recue.creance_id, recue.relance_id DESC
) AS derniere
WHERE contact.id = derniere.id
    AND (contact.statut, contact.relance_le) IS DISTINCT FROM (
        derniere.statut, coalesce(derniere.date_envoi, contact.relance_le))
