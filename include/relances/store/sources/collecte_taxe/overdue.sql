-- Les créances en retard d'au moins jours_retard_min jours à date_relance ; une affectation de taxe est une créance.
-- Paramètres : date_relance date, jours_retard_min int, categories text[] (codes de type_taxe ; NULL : toutes).
-- Exécuté tel quel dans COPY (…) TO STDOUT : un seul SELECT, sans point-virgule final.
WITH exigible AS (
    SELECT
        affectation.id AS affectation_id,
        affectation.taxe_id,
        affectation.date_debut,
        contribuable.id AS contribuable_id,
        contribuable.nom,
        contribuable.prenom,
        contribuable.telephone,
        coalesce(type_taxe.code, taxe.code) AS categorie,
        taxe.nom AS libelle,
        coalesce(affectation.montant_custom, taxe.montant) AS montant,
        periode.echeance
    FROM affectation_taxe AS affectation
    JOIN contribuable ON contribuable.id = affectation.contribuable_id
    JOIN taxe ON taxe.id = affectation.taxe_id
    LEFT JOIN type_taxe ON type_taxe.id = taxe.type_taxe_id
    CROSS JOIN LATERAL (
        SELECT affectation.date_debut::date + CASE taxe.periodicite
            WHEN 'journaliere' THEN 1
            WHEN 'hebdomadaire' THEN 7
            WHEN 'mensuelle' THEN 30
            WHEN 'trimestrielle' THEN 90
        END AS echeance
    ) AS periode
    WHERE affectation.actif AND contribuable.actif AND taxe.actif
        AND periode.echeance <= %(date_relance)s::date - %(jours_retard_min)s::int
        AND (affectation.date_fin IS NULL OR affectation.date_fin >= periode.echeance)
        AND (%(categories)s::text[] IS NULL OR coalesce(type_taxe.code, taxe.code) = ANY (%(categories)s::text[]))
),
-- Sans borne supérieure : qui a payé après date_relance n'est plus à relancer non plus.
paye AS (
    SELECT exigible.affectation_id, sum(collecte.montant) AS montant
    FROM exigible
    JOIN info_collecte AS collecte
        ON collecte.contribuable_id = exigible.contribuable_id
        AND collecte.taxe_id = exigible.taxe_id
        AND collecte.date_collecte >= exigible.date_debut
    WHERE collecte.statut = 'completed' AND collecte.annule IS NOT TRUE
    GROUP BY exigible.affectation_id
),
-- Ce qui a été dit, et quand. L'application écrit ses dates en UTC. Nos propres lignes portent « [relances # », et n'ont
-- pas d'utilisateur : la ligne où un agent cite un repère est à lui.
dite AS (
    SELECT
        affectation_taxe_id,
        contribuable_id,
        -- Un échec 408 des nôtres est peut-être arrivé : il compte comme dit, du moment où sa ligne a été écrite.
        CASE statut WHEN 'envoyee' THEN date_envoi ELSE created_at END AS date_envoi,
        strpos(coalesce(notes, ''), '[relances #') > 0 AND utilisateur_id IS NULL AS de_nous
    FROM relance
    WHERE statut = 'envoyee'
        OR (
            statut = 'echec'
            AND strpos(notes, '[relances #') > 0
            AND utilisateur_id IS NULL
            AND notes ~ '\[relances #[0-9a-f-]+\] [a-z]\w*( \S+ r\S+f\. \S+)? \S+ 408( :|,)'
        )
),
-- Une relance sans affectation vaut pour tout ce que doit le contribuable.
rappel AS (
    SELECT
        affectation_taxe_id,
        CASE WHEN affectation_taxe_id IS NULL THEN contribuable_id END AS contribuable_id,
        max(date_envoi) AT TIME ZONE 'UTC' AS date_envoi
    FROM dite
    -- Une date à venir est une faute de frappe : elle ferait taire la créance jusque-là.
    WHERE date_envoi <= now() AT TIME ZONE 'UTC'
    GROUP BY 1, 2
),
-- Ce que les agents ont écrit eux-mêmes en sept jours.
agents AS (
    SELECT contribuable_id, count(*)::integer AS nombre
    FROM dite
    WHERE NOT de_nous AND date_envoi <= now() AT TIME ZONE 'UTC'
        AND date_envoi AT TIME ZONE 'UTC' AT TIME ZONE 'Africa/Libreville' >= %(date_relance)s::date - 6
    GROUP BY contribuable_id
)
SELECT
    exigible.affectation_id::text AS creance_id,
    exigible.contribuable_id::text AS contribuable_id,
    exigible.nom::text AS nom,
    exigible.prenom::text AS prenom,
    array_remove(ARRAY[exigible.telephone::text], NULL) AS telephones,
    'fr' AS langue,
    exigible.categorie::text AS categorie,
    exigible.libelle::text AS libelle,
    exigible.montant - coalesce(paye.montant, 0) AS montant_du,
    'XAF' AS devise,
    exigible.echeance,
    -- D'une date infinie, rien ne se retranche : la validation écarte la créance.
    CASE WHEN isfinite(exigible.echeance) THEN %(date_relance)s::date - exigible.echeance END AS jours_retard,
    greatest(rappel_creance.date_envoi, rappel_general.date_envoi) AS derniere_relance,
    coalesce(agents.nombre, 0) AS relances_agents,
    NULL::text AS exclusion
FROM exigible
LEFT JOIN paye ON paye.affectation_id = exigible.affectation_id
LEFT JOIN rappel AS rappel_creance ON rappel_creance.affectation_taxe_id = exigible.affectation_id
LEFT JOIN rappel AS rappel_general ON rappel_general.contribuable_id = exigible.contribuable_id
LEFT JOIN agents ON agents.contribuable_id = exigible.contribuable_id
WHERE exigible.montant > coalesce(paye.montant, 0)
