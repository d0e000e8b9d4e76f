-- What is in a database and not its owner's, as ALTER … OWNER names it: kind, schema, name, arguments of a routine.

-- name: schemas_of_others
SELECT 'SCHEMA', NULL, nspname, NULL
FROM pg_catalog.pg_namespace
WHERE nspname NOT LIKE 'pg\_%%' AND nspname NOT IN ('information_schema', 'public') AND nspowner <> %(role)s::regrole;

-- The sequence of a column goes with its table, what an extension brought stays the extension's.

-- name: relations_of_others
SELECT
    CASE relkind
        WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE'
    END,
    nspname, relname, NULL
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
  AND nspname NOT LIKE 'pg\_%%' AND nspname <> 'information_schema'
  AND relowner <> %(role)s::regrole
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = relation.oid
        AND (deptype = 'e' OR (relkind = 'S' AND deptype IN ('a', 'i')))
  );

-- The types of tables, and those of arrays, go with what they are types of.

-- name: types_of_others
SELECT CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, nspname, typname, NULL
FROM pg_catalog.pg_type AS type
JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = typnamespace
WHERE (typtype IN ('e', 'd', 'r') OR typrelid IN (SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'c'))
  AND nspname NOT LIKE 'pg\_%%' AND nspname <> 'information_schema'
  AND typowner <> %(role)s::regrole
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend
      WHERE classid = 'pg_type'::regclass AND objid = type.oid AND deptype = 'e'
  );

-- name: routines_of_others
SELECT 'ROUTINE', nspname, proname, pg_get_function_identity_arguments(routine.oid)
FROM pg_catalog.pg_proc AS routine
JOIN pg_catalog.pg_namespace AS schemas ON schemas.oid = pronamespace
WHERE nspname NOT LIKE 'pg\_%%' AND nspname <> 'information_schema'
  AND proowner <> %(role)s::regrole
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend
      WHERE classid = 'pg_proc'::regclass AND objid = routine.oid AND deptype = 'e'
  );
