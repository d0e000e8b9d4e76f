-- name: keep_politique
INSERT INTO relances.politique (empreinte, consignes) VALUES (%(empreinte)s, %(consignes)s)
ON CONFLICT (empreinte) DO NOTHING;

-- name: politique_of_run
SELECT p.empreinte, p.consignes, e.decidee_le IS NOT NULL
FROM relances.execution e
JOIN relances.politique p ON p.empreinte = e.politique
WHERE e.run_id = %(run_id)s;

-- name: politique_of_execution
SELECT p.empreinte, p.consignes, e.decidee_le IS NOT NULL
FROM relances.execution e
JOIN relances.politique p ON p.empreinte = e.politique
WHERE e.id = %(execution_id)s;
