-- name: balance
-- Every extracted creance in exactly one place. A relance counts in the place of what it says: not where a creance of it
-- was paid before.
SELECT place, code, fournisseur, sum(creances)::bigint AS creances, count(propre) AS relances, sum(montant) AS montant
FROM (
    SELECT place, code, fournisseur, CASE WHEN NOT payee THEN relance_id END AS propre,
        -- What no amount is, NaN or infinite, adds up to nothing.
        count(*) AS creances, coalesce(sum(montant) FILTER (WHERE abs(montant) < 1e15), 0) AS montant
    FROM relances.creances_placees(%(execution_id)s, %(source)s, %(occasion)s, %(canaux)s)
    GROUP BY place, code, fournisseur, propre
) par_relance
GROUP BY place, code, fournisseur
ORDER BY place, code, fournisseur;

-- name: totals
-- What this execution itself added, against what it found already there. The extraction's own count: a row that is lost
-- since is missed.
SELECT (SELECT coalesce(creances, 0) FROM relances.execution WHERE id = %(execution_id)s) AS extraites,
    count(*) FILTER (WHERE execution_id = %(execution_id)s) AS creees, count(*) AS toutes
FROM relances.relance
WHERE source = %(source)s AND canal IN ('sms', 'whatsapp') AND occasion = %(occasion)s
    AND coalesce(premiere_voie ->> 'canal', canal) = ANY (%(canaux)s);

-- name: costs
SELECT canal, fournisseur, niveau, count(*) AS relances, sum(segments) AS segments,
    coalesce(sum(segments) FILTER (WHERE reference IS NOT NULL), 0) AS partis, sum(segments_evites) AS evites,
    sum(cout) AS cout, sum(cout / segments * segments_evites) AS economie,
    count(*) FILTER (WHERE telephone_migre) AS migres
FROM relances.relance
WHERE source = %(source)s AND canal IN ('sms', 'whatsapp') AND occasion = %(occasion)s
    AND coalesce(premiere_voie ->> 'canal', canal) = ANY (%(canaux)s)
    AND (statut <> 'annulee' OR code = 'simulation')
GROUP BY canal, fournisseur, niveau
ORDER BY canal, fournisseur, niveau;

-- name: asked_of_execution
SELECT parametres ->> 'fournisseur', parametres ->> 'campagne' FROM relances.execution WHERE id = %(execution_id)s;

-- name: previous_execution
-- The latest of an earlier day that sent for good, asked for the same creances, and has relances of its own: the days of
-- a campaign share theirs.
SELECT e.id, e.occasion, e.date_relance
FROM relances.execution e
JOIN relances.execution this ON this.id = %(execution_id)s
WHERE e.source = this.source AND e.date_relance < this.date_relance AND NOT e.simulation AND e.creances IS NOT NULL
    AND e.occasion <> this.occasion AND e.parametres -> 'jours_retard_min' = this.parametres -> 'jours_retard_min'
    AND e.parametres -> 'categories' = this.parametres -> 'categories'
    AND e.parametres ->> 'campagne' IS NOT DISTINCT FROM this.parametres ->> 'campagne'
ORDER BY e.date_relance DESC, e.id DESC
LIMIT 1;

-- name: changes
-- Creances that came and went between two extractions, and contribuables whose latest debt reached a higher niveau.
WITH extraite AS (
    SELECT execution_id = %(execution_id)s AS maintenant, creance_id, contribuable_id,
        CASE WHEN rang NOT IN (
            SELECT rang FROM relances.exclusion
            WHERE execution_id IN (%(execution_id)s, %(avant)s) AND starts_with(code, 'echeance_')
        ) THEN jours_retard END AS jours_retard
    FROM relances.creance_extraite
    WHERE execution_id IN (%(execution_id)s, %(avant)s)
), creance AS (
    SELECT bool_or(maintenant) AS maintenant, bool_or(NOT maintenant) AS avant
    FROM extraite GROUP BY creance_id
), contribuable AS (
    SELECT width_bucket(max(jours_retard) FILTER (WHERE maintenant), %(seuils)s::integer[]) AS maintenant,
        width_bucket(max(jours_retard) FILTER (WHERE NOT maintenant), %(seuils)s::integer[]) AS avant
    FROM extraite GROUP BY contribuable_id
)
SELECT (SELECT count(*) FROM creance WHERE NOT avant) AS nouvelles,
    (SELECT count(*) FROM creance WHERE NOT maintenant) AS disparues,
    (SELECT count(*) FROM contribuable WHERE greatest(maintenant, 1) > greatest(avant, 1)
        AND maintenant IS NOT NULL AND avant IS NOT NULL) AS montes;

-- name: volume
SELECT count(*) AS relances, coalesce(sum(montant_du), 0) AS montant, coalesce(sum(cout), 0) AS cout
FROM relances.relance
WHERE source = %(source)s AND canal IN ('sms', 'whatsapp') AND occasion = %(occasion)s
    AND coalesce(premiere_voie ->> 'canal', canal) = ANY (%(canaux)s)
    AND (statut <> 'annulee' OR code = 'simulation');
