-- What a database says of itself; no row of anyone's is read.

-- name: server
SELECT
    current_setting('server_version'),
    current_database(),
    current_user,
    current_setting('transaction_read_only')::boolean,
    current_setting('server_encoding');

-- name: has_relances_schema
SELECT to_regclass('relances.migration') IS NOT NULL;

-- name: revision
SELECT version_num FROM relances.migration;

-- name: rights_missing
SELECT tables.oid::regclass::text || ' (' || string_agg(droit, ', ' ORDER BY rang) || ')'
FROM pg_catalog.pg_class AS tables
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS droits (droit, rang)
WHERE tables.relnamespace = 'relances'::regnamespace AND tables.relkind IN ('r', 'p')
    AND tables.relname <> 'migration' AND NOT has_table_privilege(tables.oid, droit)
GROUP BY tables.oid
ORDER BY 1;

-- The sequences behind the columns of a table that number themselves; those of identity columns ask for no right.
-- name: sequences_out_of_reach
SELECT numeros.oid::regclass::text
FROM pg_catalog.pg_class AS tables
JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = tables.relnamespace
JOIN pg_catalog.pg_attrdef AS valeur ON valeur.adrelid = tables.oid
JOIN pg_catalog.pg_depend AS lien ON lien.classid = 'pg_attrdef'::regclass AND lien.objid = valeur.oid
JOIN pg_catalog.pg_class AS numeros ON lien.refclassid = 'pg_class'::regclass AND numeros.oid = lien.refobjid
WHERE schemas.nspname = %(schema)s AND tables.relname = %(name)s
    -- A column may depend on what is no sequence, of which the right cannot even be asked.
    AND CASE WHEN numeros.relkind = 'S' THEN NOT has_sequence_privilege(numeros.oid, 'USAGE') ELSE false END
ORDER BY 1;
