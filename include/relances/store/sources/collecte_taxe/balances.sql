-- Ce qui reste dû maintenant de chaque créance demandée ; zéro pour celle qui n'est plus exigible à date_relance :
-- payée, pas encore échue, close avant son échéance, désactivée ou effacée de l'application.
-- Paramètres : creance_ids text[] (ceux d'overdue.sql), date_relance date.
-- Chaque appel parcourt info_collecte en entier : demander des milliers de créances à la fois, pas une.
WITH demande AS (
    -- Par rang, et sans DISTINCT : PostgreSQL sait ainsi combien il y en a, et ne les cherche pas une à une.
    SELECT rang, creance_id, creance_id::integer AS affectation_id
    FROM unnest(%(creance_ids)s::text[]) WITH ORDINALITY AS demandee (creance_id, rang)
),
exigible AS (
    SELECT
        demande.rang,
        affectation.contribuable_id,
        affectation.taxe_id,
        affectation.date_debut,
        coalesce(affectation.montant_custom, taxe.montant) AS montant
    FROM demande
    JOIN affectation_taxe AS affectation ON affectation.id = demande.affectation_id
    JOIN contribuable ON contribuable.id = affectation.contribuable_id
    JOIN taxe ON taxe.id = affectation.taxe_id
    CROSS JOIN LATERAL (
        SELECT affectation.date_debut::date + CASE taxe.periodicite
            WHEN 'journaliere' THEN 1
            WHEN 'hebdomadaire' THEN 7
            WHEN 'mensuelle' THEN 30
            WHEN 'trimestrielle' THEN 90
        END AS echeance
    ) AS periode
    WHERE affectation.actif AND contribuable.actif AND taxe.actif
        AND periode.echeance <= %(date_relance)s::date
        AND (affectation.date_fin IS NULL OR affectation.date_fin >= periode.echeance)
),
paye AS (
    SELECT exigible.rang, sum(collecte.montant) AS montant
    FROM exigible
    JOIN info_collecte AS collecte
        ON collecte.contribuable_id = exigible.contribuable_id
        AND collecte.taxe_id = exigible.taxe_id
        AND collecte.date_collecte >= exigible.date_debut
    WHERE collecte.statut = 'completed' AND collecte.annule IS NOT TRUE
    GROUP BY exigible.rang
)
SELECT DISTINCT
    demande.creance_id,
    greatest(coalesce(exigible.montant, 0) - coalesce(paye.montant, 0), 0) AS montant_du
FROM demande
LEFT JOIN exigible ON exigible.rang = demande.rang
LEFT JOIN paye ON paye.rang = demande.rang
