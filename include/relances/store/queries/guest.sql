-- What a session may take, in somebody else's database above all.

-- name: set_limits
-- Of these settings, those that this server knows. How far its commits wait for its standbys is its own to say: where one
-- is down, a commit that waits for it never ends.
SELECT set_config(nom, valeur, false)
FROM unnest(%(nom)s::text[], %(valeur)s::text[]) AS limite (nom, valeur)
WHERE nom IN (SELECT name FROM pg_catalog.pg_settings)
    AND (nom <> 'synchronous_commit' OR current_setting('synchronous_commit') = 'off');

-- name: by_keys
-- Whether statements from here on go by indexes, whatever is estimated: a table that nobody has analysed says little.
SELECT set_config('enable_seqscan', %(valeur)s, false);

-- name: begin_write_back
-- One write-back at a time: the tax system has no key to recognise a row by. Nobody is waited for.
SELECT pg_try_advisory_lock(7241000002);

-- name: end_write_back
SELECT pg_advisory_unlock(7241000002);

-- name: our_sessions
-- What we are doing in this database, the longest first; who waits behind it, and behind how many it waits.
SELECT
    pid,
    application_name,
    coalesce(extract(epoch FROM clock_timestamp() - coalesce(xact_start, query_start)), 0)::double precision,
    cardinality(pg_blocking_pids(pid)),
    (SELECT count(*)::integer FROM pg_stat_activity AS autre WHERE session.pid = ANY (pg_blocking_pids(autre.pid)))
FROM pg_stat_activity AS session
WHERE datname = current_database() AND application_name LIKE %(name)s AND pid <> pg_backend_pid()
    AND (state IS NULL OR state <> 'idle')
ORDER BY 3 DESC, pid;

-- name: idle_sessions
-- Others that hold rows of this database and do nothing meanwhile, the longest first. Of who has no right to see them, no
-- state is shown: they hold something all the same.
SELECT pid, coalesce(application_name, ''),
    extract(epoch FROM clock_timestamp() - state_change)::double precision
FROM pg_stat_activity AS session
WHERE datname = current_database() AND coalesce(application_name, '') NOT LIKE %(name)s
    AND backend_type IS NOT DISTINCT FROM 'client backend'
    AND state LIKE 'idle in transaction%%'
    AND EXISTS (
        SELECT FROM pg_locks
        WHERE pg_locks.pid = session.pid AND locktype = 'relation' AND granted
            AND mode NOT IN ('AccessShareLock'))
ORDER BY 3 DESC NULLS LAST, pid;

-- name: sees_others
-- Whether what other users do can be seen.
SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE');
