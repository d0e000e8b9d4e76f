-- name: list_to_write_back
-- Relances whose state the tax application does not show yet, one row per creance.
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
JOIN relances.relance_creance rc ON rc.relance_id = r.id;

-- name: mark_written_back
UPDATE relances.relance r SET statut_reporte = t.statut
FROM unnest(%(relance_id)s::bigint[], %(statut)s::text[]) AS t (relance_id, statut)
WHERE r.id = t.relance_id;

-- name: balance
-- Every extracted creance in exactly one place: excluded with a code, or in the state of its relance; the latest where
-- a day's first failed on another canal.
SELECT
    CASE WHEN x.rang IS NOT NULL THEN 'exclue' WHEN r.payee THEN 'annulee' ELSE coalesce(r.statut, 'non_traitee')
    END AS place,
    CASE WHEN x.rang IS NOT NULL THEN x.code WHEN r.payee THEN 'payee' ELSE r.code END AS code,
    r.fournisseur,
    count(*) AS creances,
    count(DISTINCT r.id) AS relances,
    coalesce(sum(c.montant_du), 0) AS montant
FROM relances.creance_extraite c
LEFT JOIN relances.exclusion x ON x.rang = c.rang
LEFT JOIN (
    SELECT DISTINCT ON (rc.creance_id, r.contribuable_id)
        rc.creance_id, r.contribuable_id, r.id, r.statut, r.code, r.fournisseur, rc.payee_le IS NOT NULL AS payee
    FROM relances.relance r
    JOIN relances.relance_creance rc ON rc.relance_id = r.id
    WHERE r.source = %(source)s AND r.occasion = %(occasion)s AND (%(canal)s::text IS NULL OR r.canal = %(canal)s)
    ORDER BY rc.creance_id, r.contribuable_id, r.id DESC
) r ON r.creance_id = c.creance_id AND r.contribuable_id = c.contribuable_id AND x.rang IS NULL
WHERE c.execution_id = %(execution_id)s
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3;

-- name: totals
-- What this execution itself added, against what it found already there.
SELECT (SELECT count(*) FROM relances.creance_extraite WHERE execution_id = %(execution_id)s) AS extraites,
    count(*) FILTER (WHERE execution_id = %(execution_id)s) AS creees, count(*) AS toutes,
    coalesce(sum(segments) FILTER (WHERE reference IS NOT NULL), 0) AS segments
FROM relances.relance
WHERE source = %(source)s AND occasion = %(occasion)s AND (%(canal)s::text IS NULL OR canal = %(canal)s);
