-- name: migrate_patiently
-- Nobody who uses the tables is held up, nor who comes after: a migration gives up soon.
SELECT set_config('lock_timeout', '5s', false);

-- name: lock_migrations
-- One set-up at a time; a number of nothing, the same for all who migrate. With the patience of a whole set-up.
SELECT set_config('lock_timeout', '60s', true), pg_advisory_lock(7241000001);

-- name: look_at_schema
-- Whether it says its revision, and what else is in it.
SELECT to_regclass('relances.migration') IS NOT NULL, (
    SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_catalog.pg_class
    WHERE relnamespace = to_regnamespace('relances') AND relkind IN ('r', 'p', 'v', 'm') AND relname <> 'migration');

-- name: who_holds_the_schema
-- The session that has been at its tables, or at a migration, for the longest; its moment is told to who may know.
SELECT l.pid, a.application_name, to_char(a.xact_start, 'DD/MM HH24:MI:SS'),
    CASE l.locktype WHEN 'relation' THEN 'la table ' || l.relation::regclass ELSE 'la mise à jour du schéma' END
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
WHERE l.granted AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND (c.relnamespace = to_regnamespace('relances') AND c.relkind IN ('r', 'p')
        OR l.locktype = 'advisory' AND l.classid::bigint << 32 | l.objid::bigint = 7241000001)
ORDER BY a.xact_start, l.locktype DESC
LIMIT 1;

-- name: whose_schema
SELECT current_user, current_database(), (
    SELECT nspowner::regrole::text FROM pg_catalog.pg_namespace WHERE nspname = 'relances');
