-- name: without_compilation
-- Each statement of a run takes seconds at most, of which compiling its expressions would be one.
SELECT set_config('jit', 'off', false);

-- name: open_execution
-- One row per run of a Dag; a task that runs again finds the same.
INSERT INTO relances.execution (run_id, occasion, date_relance, source, canal, simulation, jour_passage, parametres)
VALUES (%(run_id)s, %(occasion)s, %(date_relance)s, %(source)s, %(canal)s, %(simulation)s, %(jour_passage)s,
    %(parametres)s)
ON CONFLICT (run_id) DO UPDATE SET run_id = excluded.run_id
RETURNING id;

-- name: get_execution
SELECT id, run_id, occasion, date_relance, source, canal, simulation, jour_passage
FROM relances.execution WHERE run_id = %(run_id)s;

-- name: mark_agreed
UPDATE relances.execution SET envoi_le = now() WHERE id = %(execution_id)s AND envoi_le IS NULL;

-- name: close_execution
UPDATE relances.execution
SET terminee_le = now(), equilibre = %(equilibre)s, bilan = %(bilan)s, rapport = %(rapport)s
WHERE id = %(execution_id)s;
