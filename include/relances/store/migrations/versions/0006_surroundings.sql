-- Under which names this history was written where others read it, the latest last. A database that was restored takes a
-- new one: what it numbers from then on is never taken for what was numbered before it was lost.
CREATE TABLE relances.installation (
    rang       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    marque     text NOT NULL UNIQUE CHECK (marque ~ '^([0-9a-f]{12})?$'),  -- empty: numbered before there were names
    premiere   bigint NOT NULL CHECK (premiere > 0),  -- the first relance of this name
    nommee_le  timestamptz NOT NULL DEFAULT now(),
    lieu       text NOT NULL,  -- where the database was when it took the name: not true of a copy
    battement  bigint NOT NULL DEFAULT 0 CHECK (battement >= 0),  -- only grows while messages are sent
    battu_le   timestamptz,
    arretee_le timestamptz,  -- since when it is known to be older than what others remember of it
    motif      text,
    -- Of a database that was restored: the last day, and the last of its contacts, of which it may have reminded somebody
    -- without remembering it.
    dernier_jour    date,
    dernier_contact bigint,
    CONSTRAINT arretee_a_son_motif CHECK ((arretee_le IS NULL) = (motif IS NULL))
);

-- Server, time line, database and table: a dump restored, a copy of the server's files brought back to an earlier point
-- or a replica promoted differ in one of them. Where a server does not tell the first two, the others have to do.
CREATE FUNCTION relances.lieu() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    ici text := concat_ws('.', (SELECT oid FROM pg_database WHERE datname = current_database()),
        'relances.installation'::regclass::oid);
BEGIN
    RETURN concat_ws('.', (SELECT system_identifier FROM pg_control_system()),
        CASE WHEN pg_is_in_recovery() THEN 'replique' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END, ici);
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR object_not_in_prerequisite_state THEN
    RETURN ici;
END $$;

-- Which relances carry which name: `fin`, the first that does not any more. A relance is recognised outside this database
-- by the name it was numbered under and its number, its `repere`.
CREATE VIEW relances.numerotation AS
SELECT marque, CASE WHEN marque = '' THEN '' ELSE marque || '-' END AS prefixe, premiere,
    lead(premiere) OVER (ORDER BY rang) AS fin, lead(rang) OVER (ORDER BY rang) IS NULL AS actuelle
FROM relances.installation;

INSERT INTO relances.installation (marque, premiere, lieu)
SELECT '', 1, relances.lieu() WHERE EXISTS (SELECT FROM relances.relance);

INSERT INTO relances.installation (marque, premiere, lieu)
SELECT right(replace(gen_random_uuid()::text, '-', ''), 12), coalesce(max(id), 0) + 1, relances.lieu()
FROM relances.relance;
