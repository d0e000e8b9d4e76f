-- What a session may take, in somebody else's database above all.

-- name: set_limits
-- Of these settings, those that this server knows.
SELECT set_config(nom, valeur, false)
FROM unnest(%(nom)s::text[], %(valeur)s::text[]) AS limite (nom, valeur)
WHERE nom IN (SELECT name FROM pg_catalog.pg_settings);

-- name: begin_write_back
-- One write-back at a time: the tax system has no key to recognise a row by. Nobody is waited for.
SELECT pg_try_advisory_lock(7241000002);

-- name: end_write_back
SELECT pg_advisory_unlock(7241000002);
