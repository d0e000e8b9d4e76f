-- Où se montrent nos relances dans l'application : notre ligne de sa table relance, et le dossier d'impayé à compter.
-- Ne verrouille rien. Parcourt relance et dossier_impaye une fois : préférer peu d'appels, de beaucoup de relances.
--
-- Paramètres, tableaux parallèles : ceux de write_back.sql, sauf ligne et dossier ; servent repere, creance_id,
-- contribuable_id, statut et date_relance. Rend une ligne par élément : rang (1, 2 …) ; ligne, l'id de notre ligne, ou
-- NULL ; dossier, l'id du dossier ouvert où cet envoi n'est pas encore compté, ou NULL.
--
-- Notre ligne se reconnaît à son affectation et à « [relances #9f86d081884c-123] » dans ses notes : le nom de notre
-- installation, et le numéro. Un repère d'avant les noms, « [relances #123] », ne dit pas de quelle histoire il est : il
-- faut aussi le même contribuable et le même jour. Nous n'écrivons que des SMS et des WhatsApp, sans utilisateur : la
-- ligne où un agent cite un repère est à lui.
WITH demande AS MATERIALIZED (
    SELECT
        recue.rang,
        recue.repere,
        recue.creance_id::integer AS affectation_taxe_id,
        recue.contribuable_id::integer AS contribuable_id,
        recue.statut IN ('envoyee', 'livree') AS envoyee,
        recue.date_relance::timestamp AS date_planifiee
    FROM unnest(
        %(repere)s::text[], %(creance_id)s::text[], %(contribuable_id)s::text[], %(statut)s::text[],
        %(date_relance)s::date[]
    ) WITH ORDINALITY AS recue (repere, creance_id, contribuable_id, statut, date_relance, rang)
),
demandee AS MATERIALIZED (
    SELECT DISTINCT affectation_taxe_id FROM demande
),
-- Jointe avant d'être filtrée : tant que la table n'est pas ré-analysée, le filtre promet une ligne et le plan est carré.
jointe AS MATERIALIZED (
    SELECT
        relance.id,
        relance.affectation_taxe_id,
        relance.contribuable_id,
        relance.type_relance,
        relance.date_planifiee,
        relance.date_envoi,
        relance.notes,
        relance.utilisateur_id
    FROM demandee
    JOIN relance ON relance.affectation_taxe_id = demandee.affectation_taxe_id
),
-- Une note peut porter plusieurs repères : celui de la ligne, et ceux qu'un agent y a recopiés.
marquee AS MATERIALIZED (
    SELECT
        jointe.id,
        jointe.affectation_taxe_id,
        jointe.contribuable_id,
        jointe.date_planifiee,
        jointe.date_envoi,
        marque.repere[1] AS repere
    FROM jointe
    CROSS JOIN LATERAL regexp_matches(jointe.notes, '\[relances #([0-9a-f-]+)\]', 'g') AS marque (repere)
    WHERE strpos(jointe.notes, '[relances #') > 0
        AND jointe.utilisateur_id IS NULL
        AND jointe.type_relance::text IN ('sms', 'whatsapp')
),
-- Une affectation peut avoir plusieurs dossiers : le dernier ouvert.
ouvert AS (
    SELECT affectation_taxe_id, max(id) AS id
    FROM dossier_impaye
    WHERE statut IN ('en_cours', 'partiellement_paye')
    GROUP BY affectation_taxe_id
)
SELECT DISTINCT ON (demande.rang)
    demande.rang,
    marquee.id AS ligne,
    CASE WHEN demande.envoyee AND marquee.date_envoi IS NULL THEN ouvert.id END AS dossier
FROM demande
LEFT JOIN marquee
    ON marquee.affectation_taxe_id = demande.affectation_taxe_id
    AND marquee.repere = demande.repere
    AND (
        strpos(demande.repere, '-') > 0
        OR (marquee.contribuable_id = demande.contribuable_id AND marquee.date_planifiee = demande.date_planifiee)
    )
LEFT JOIN ouvert ON ouvert.affectation_taxe_id = demande.affectation_taxe_id
ORDER BY demande.rang, marquee.id
