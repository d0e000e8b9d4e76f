-- name: example_relances
-- One relance per canal, niveau and fournisseur: all that its text depends on, save the name.
WITH premiere AS MATERIALIZED (
    SELECT id, contribuable_id, canal, niveau, fournisseur, montant_du, echeance, segments, cout
    FROM relances.relance
    WHERE id IN (
        SELECT min(id) FROM relances.relance
        WHERE source = %(source)s AND occasion = %(occasion)s AND canal = ANY (%(canaux)s)
        GROUP BY canal, niveau, fournisseur)
), sujet AS MATERIALIZED (
    SELECT p.id, min(c.langue) AS langue,
        array_agg(coalesce(c.libelle, 'taxe') ORDER BY c.echeance, c.creance_id) AS libelles
    FROM premiere p
    JOIN relances.relance_creance rc ON rc.relance_id = p.id
    JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id AND c.contribuable_id = p.contribuable_id
    WHERE c.execution_id = %(execution_id)s
    GROUP BY p.id
)
SELECT p.canal, p.niveau, p.fournisseur, s.langue, p.montant_du, s.libelles, p.echeance, p.segments, p.cout
FROM premiere p
JOIN sujet s ON s.id = p.id
ORDER BY p.canal, p.niveau, p.fournisseur;

-- name: stream_decisions
-- What was decided of each contribuable of an execution: its relance, and each reason of its excluded creances.
SELECT min(c.contribuable_id), min(c.nom), min(c.prenom), min(array_to_string(c.telephones, ' / ')),
    min(r.canal), min(r.fournisseur), min(r.niveau), count(*), coalesce(sum(c.montant_du), 0), min(r.segments),
    min(r.cout), min(r.statut), coalesce(x.code, min(r.code))
FROM relances.creance_extraite c
LEFT JOIN relances.exclusion x ON x.rang = c.rang AND x.execution_id = c.execution_id
LEFT JOIN (
    SELECT DISTINCT ON (rc.creance_id, r.contribuable_id) rc.creance_id, r.contribuable_id, r.id, r.canal, r.fournisseur,
        r.niveau, r.segments, r.cout, r.statut, r.code
    FROM relances.relance r
    JOIN relances.relance_creance rc ON rc.relance_id = r.id
    WHERE r.source = %(source)s AND r.occasion = %(occasion)s AND r.canal = ANY (%(canaux)s)
    ORDER BY rc.creance_id, r.contribuable_id, r.id DESC
) r ON r.creance_id = c.creance_id AND r.contribuable_id = c.contribuable_id AND x.rang IS NULL
WHERE c.execution_id = %(execution_id)s
GROUP BY c.contribuable_id COLLATE "C", r.id, x.code
ORDER BY c.contribuable_id COLLATE "C", r.id, x.code;

-- name: forget_old_previews
-- The command's own simulations, a day after they began: extraction, exclusions, relances, execution.
WITH vieille AS MATERIALIZED (
    SELECT id FROM relances.execution
    WHERE simulation AND starts_with(run_id, %(prefixe)s) AND commencee_le < now() - interval '1 day'
), creances AS (
    DELETE FROM relances.creance_extraite WHERE execution_id IN (SELECT id FROM vieille)
), exclusions AS (
    DELETE FROM relances.exclusion WHERE execution_id IN (SELECT id FROM vieille)
), relances AS (
    DELETE FROM relances.relance WHERE execution_id IN (SELECT id FROM vieille) RETURNING id
), parts AS (
    DELETE FROM relances.relance_creance WHERE relance_id IN (SELECT id FROM relances)
)
DELETE FROM relances.execution WHERE id IN (SELECT id FROM vieille);
