-- Montre sur chaque contact ce qu'est devenue sa dernière relance. Rejouer les mêmes lignes de a_montrer ne change rien.
-- Paramètres : premier et dernier, les rangs à montrer ; ne servent que relance_id, creance_id, statut et date_envoi.
UPDATE relances.contact AS contact
SET statut = derniere.statut, relance_le = coalesce(derniere.date_envoi, contact.relance_le)
FROM (
    SELECT DISTINCT ON (creance_id) creance_id::bigint AS id, statut, date_envoi
    FROM a_montrer
    WHERE rang BETWEEN %(premier)s AND %(dernier)s
    ORDER BY creance_id, relance_id DESC
) AS derniere
WHERE contact.id = derniere.id
    AND (contact.statut, contact.relance_le) IS DISTINCT FROM (
        derniere.statut, coalesce(derniere.date_envoi, contact.relance_le))
