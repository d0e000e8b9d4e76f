-- name: commit_durably
-- A commit is on the disk before it is acknowledged, whatever the server, the database or the role says. How far it waits
-- for the standbys too is theirs to say: where one is down, a commit that waits for it never ends.
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';

-- name: guarantees
-- What the server does with a commit. Of numero alone is nothing to be lost: it is read again.
SELECT
    current_setting('fsync')::boolean,
    current_setting('full_page_writes')::boolean,
    current_setting('synchronous_commit'),
    (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'),
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,
    ARRAY(
        SELECT relname::text FROM pg_catalog.pg_class
        WHERE relnamespace = to_regnamespace('relances') AND relkind IN ('r', 'p') AND relpersistence <> 'p'
            AND relname <> 'numero'
        ORDER BY relname);

-- name: backend
-- Of all servers behind one name, and of all times. Of a session that another role opened, its beginning is not shown.
SELECT concat_ws(' ', pg_backend_pid(), pg_postmaster_start_time(), backend_start)
FROM pg_stat_activity WHERE pid = pg_backend_pid();
