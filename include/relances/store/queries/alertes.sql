-- name: answer_soon
-- An alert does not wait for a table that somebody locks.
SELECT set_config('statement_timeout', '2s', false);

-- name: told_of_run
-- What the report of a run told: whether it balanced, and how many relances were in each place.
SELECT e.equilibre, l.place, sum(l.relances)::bigint
FROM relances.execution e
LEFT JOIN LATERAL jsonb_to_recordset(e.bilan -> 'lignes') AS l (place text, relances bigint) ON true
WHERE e.run_id = %(run_id)s AND e.terminee_le IS NOT NULL
GROUP BY e.equilibre, l.place;

-- name: count_waiting
SELECT fournisseur, count(*) FROM relances.relance WHERE statut = 'en_attente' GROUP BY fournisseur;
