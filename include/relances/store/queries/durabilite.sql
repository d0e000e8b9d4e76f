-- name: commit_durably
-- A commit is on the disk before it is acknowledged, whatever the server, the database or the role says; where it waits
-- for the standbys to have applied it too, it still does.
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply';

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
-- Of all servers behind one name, and of all times.
SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid();
