-- name: list_to_write_back
-- Relances whose state the tax application does not show yet, one row per creance that they speak of still.
SELECT r.id, rc.creance_id, r.contribuable_id, r.canal, r.statut, r.texte, rc.montant_du, rc.echeance,
    r.date_relance, r.envoyee_le, r.fournisseur, r.reference, r.code, r.motif
FROM (
    SELECT * FROM relances.relance
    WHERE source = %(source)s AND statut_reporte IS DISTINCT FROM statut
        AND (statut IN ('envoyee', 'livree', 'echec', 'incertaine') OR statut_reporte IS NOT NULL)
        AND statut NOT IN ('en_attente', 'en_cours')
        AND code IS DISTINCT FROM 'simulation'
    ORDER BY id
    LIMIT %(nombre)s
) r
JOIN relances.relance_creance rc ON rc.relance_id = r.id AND rc.payee_le IS NULL;

-- name: mark_written_back
UPDATE relances.relance r SET statut_reporte = t.statut
FROM unnest(%(relance_id)s::bigint[], %(statut)s::text[]) AS t (relance_id, statut)
WHERE r.id = t.relance_id;

-- name: balance
-- Every extracted creance in exactly one place: excluded with a code, or in the state of its relance; the latest where
-- a day's first failed on another canal.
SELECT place, code, fournisseur, sum(creances)::bigint AS creances, count(id) AS relances, sum(montant) AS montant
FROM (
    SELECT
        CASE WHEN x.rang IS NOT NULL THEN 'exclue' WHEN r.payee THEN 'annulee' ELSE coalesce(r.statut, 'non_traitee')
        END AS place,
        CASE WHEN x.rang IS NOT NULL THEN x.code WHEN r.payee THEN 'payee' ELSE r.code END AS code,
        r.fournisseur,
        r.id,
        count(*) AS creances,
        coalesce(sum(c.montant_du), 0) AS montant
    FROM relances.creance_extraite c
    LEFT JOIN relances.exclusion x ON x.rang = c.rang AND x.execution_id = c.execution_id
    LEFT JOIN (
        SELECT DISTINCT ON (rc.creance_id, r.contribuable_id)
            rc.creance_id, r.contribuable_id, r.id, r.statut, r.code, r.fournisseur, rc.payee_le IS NOT NULL AS payee
        FROM relances.relance r
        JOIN relances.relance_creance rc ON rc.relance_id = r.id
        WHERE r.source = %(source)s AND r.occasion = %(occasion)s AND r.canal = ANY (%(canaux)s)
        ORDER BY rc.creance_id, r.contribuable_id, r.id DESC
    ) r ON r.creance_id = c.creance_id AND r.contribuable_id = c.contribuable_id AND x.rang IS NULL
    WHERE c.execution_id = %(execution_id)s
    GROUP BY 1, 2, 3, 4
) par_relance
GROUP BY place, code, fournisseur
ORDER BY place, code, fournisseur;

-- name: totals
-- What this execution itself added, against what it found already there. The extraction's own count: a row that is lost
-- since is missed.
SELECT (SELECT coalesce(creances, 0) FROM relances.execution WHERE id = %(execution_id)s) AS extraites,
    count(*) FILTER (WHERE execution_id = %(execution_id)s) AS creees, count(*) AS toutes
FROM relances.relance
WHERE source = %(source)s AND occasion = %(occasion)s AND canal = ANY (%(canaux)s);

-- name: costs
SELECT canal, fournisseur, niveau, count(*) AS relances, sum(segments) AS segments,
    coalesce(sum(segments) FILTER (WHERE reference IS NOT NULL), 0) AS partis, sum(segments_evites) AS evites,
    sum(cout) AS cout, sum(cout / segments * segments_evites) AS economie,
    count(*) FILTER (WHERE telephone_migre) AS migres
FROM relances.relance
WHERE source = %(source)s AND occasion = %(occasion)s AND canal = ANY (%(canaux)s)
    AND (statut <> 'annulee' OR code = 'simulation')
GROUP BY canal, fournisseur, niveau
ORDER BY canal, fournisseur, niveau;

-- name: asked_fournisseur
SELECT parametres ->> 'fournisseur' FROM relances.execution WHERE id = %(execution_id)s;

-- name: previous_execution
-- The latest of an earlier day that sent for good, and was about the same people.
SELECT e.id, e.occasion, e.date_relance
FROM relances.execution e
JOIN relances.execution this ON this.id = %(execution_id)s
WHERE e.source = this.source AND e.date_relance < this.date_relance AND NOT e.simulation AND e.creances IS NOT NULL
    AND (e.parametres ->> 'campagne', e.parametres -> 'categories')
        IS NOT DISTINCT FROM (this.parametres ->> 'campagne', this.parametres -> 'categories')
ORDER BY e.date_relance DESC, e.id DESC
LIMIT 1;

-- name: changes
-- Creances that came and went between two extractions, and contribuables whose latest debt reached a higher niveau.
WITH extraite AS (
    SELECT execution_id = %(execution_id)s AS maintenant, creance_id, contribuable_id, jours_retard
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
WHERE source = %(source)s AND occasion = %(occasion)s AND canal = ANY (%(canaux)s)
    AND (statut <> 'annulee' OR code = 'simulation');
