-- name: example_relances
-- One relance per canal, niveau, fournisseur and langue: all that its text depends on, save the name.
WITH premiere AS MATERIALIZED (
    SELECT DISTINCT min(r.id) AS id
    FROM relances.relance r
    JOIN relances.relance_creance rc ON rc.relance_id = r.id
    JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id AND c.contribuable_id = r.contribuable_id
    WHERE r.source = %(source)s AND r.occasion = %(occasion)s AND r.canal = ANY (%(canaux)s)
        AND c.execution_id = %(execution_id)s
    GROUP BY r.canal, r.niveau, r.fournisseur, c.langue
)
SELECT r.canal, r.niveau, r.fournisseur, min(c.langue), r.montant_du,
    array_agg(coalesce(c.libelle, 'taxe') ORDER BY c.echeance, c.creance_id), r.echeance, r.segments, r.cout
FROM premiere p
JOIN relances.relance r ON r.id = p.id
JOIN relances.relance_creance rc ON rc.relance_id = r.id
JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id AND c.contribuable_id = r.contribuable_id
WHERE c.execution_id = %(execution_id)s
GROUP BY r.id
ORDER BY r.canal, r.niveau, r.fournisseur, min(c.langue);

-- name: stream_decisions
-- What was decided of each contribuable of an execution: its relance, those of its creances that were paid before it
-- left, which cost nothing, and each reason of its excluded creances.
SELECT p.contribuable_id COLLATE "C", min(p.nom), min(p.prenom), min(array_to_string(p.telephones, ' / ')),
    '+' || r.telephone, r.canal, r.fournisseur, r.niveau, count(*), sum(p.montant), CASE WHEN NOT p.payee THEN r.segments END,
    CASE WHEN NOT p.payee THEN r.cout END, p.place, p.code
FROM relances.creances_placees(%(execution_id)s, %(source)s, %(occasion)s, %(canaux)s) p
LEFT JOIN relances.relance r ON r.id = p.relance_id
GROUP BY p.contribuable_id COLLATE "C", r.id, p.payee, p.place, p.code
ORDER BY p.contribuable_id COLLATE "C", r.id, p.payee, p.code;

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
