-- Où sont celles de nos lignes dont la clé n'est plus connue : une installation d'avant que les clés soient retenues, un
-- report interrompu, une ligne qu'un agent a déplacée. Ne verrouille rien. Parcourt la table relance, une fois.
--
-- Lit a_montrer : rang, repere, creance_id, contribuable_id et date_relance. Rend, de ce qui est retrouvé, rang et ligne.
--
-- Notre ligne se reconnaît à son affectation et à « [relances #9f86d081884c-123] » dans ses notes : le nom de notre
-- installation, et le numéro. Un repère d'avant les noms, « [relances #123] », ne dit pas de quelle histoire il est : il
-- faut aussi le même contribuable et le même jour. Nous n'écrivons que des SMS et des WhatsApp, sans utilisateur : la
-- ligne où un agent cite un repère est à lui.
WITH demande AS MATERIALIZED (
    SELECT
        rang,
        repere,
        creance_id::integer AS affectation_taxe_id,
        contribuable_id::integer AS contribuable_id,
        date_relance::timestamp AS date_planifiee
    FROM a_montrer
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
        marque.repere[1] AS repere
    FROM jointe
    CROSS JOIN LATERAL regexp_matches(jointe.notes, '\[relances #([0-9a-f-]+)\]', 'g') AS marque (repere)
    WHERE strpos(jointe.notes, '[relances #') > 0
        AND jointe.utilisateur_id IS NULL
        AND jointe.type_relance::text IN ('sms', 'whatsapp')
)
SELECT DISTINCT ON (demande.rang) demande.rang, marquee.id::text AS ligne
FROM demande
JOIN marquee
    ON marquee.affectation_taxe_id = demande.affectation_taxe_id
    AND marquee.repere = demande.repere
    AND (
        strpos(demande.repere, '-') > 0
        OR (marquee.contribuable_id = demande.contribuable_id AND marquee.date_planifiee = demande.date_planifiee)
    )
ORDER BY demande.rang, marquee.id
