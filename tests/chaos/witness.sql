-- What happens to relances, noted as it happens: by whom, when, and how long a doubt had lasted.
CREATE SCHEMA chaos;
CREATE TABLE chaos.transition (
    rang         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relance_id   bigint NOT NULL,
    avant        text NOT NULL,
    apres        text NOT NULL,
    tentatives   integer NOT NULL,
    code         text,
    par          text NOT NULL,
    doute        double precision,
    bail_fini    boolean,
    demandee_le  timestamptz NOT NULL,
    le           timestamptz NOT NULL
);
CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.transition (relance_id, avant, apres, tentatives, code, par, doute, bail_fini, demandee_le, le)
    VALUES (new.id, old.statut, new.statut, new.tentatives, new.code, current_setting('application_name'),
        extract(epoch FROM clock_timestamp() - old.incertaine_depuis), old.bail_jusqu_au < clock_timestamp(),
        statement_timestamp(), clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE ON relances.relance FOR EACH ROW
    WHEN (old.statut IS DISTINCT FROM new.statut OR old.tentatives IS DISTINCT FROM new.tentatives)
    EXECUTE FUNCTION chaos.note();

-- Attempts cannot be written while a row says so: no room on the disk, a deadlock.
CREATE TABLE chaos.empechement (sqlstate text NOT NULL);
CREATE FUNCTION chaos.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    why text := (SELECT sqlstate FROM chaos.empechement LIMIT 1);
BEGIN
    IF why IS NOT NULL THEN
        RAISE EXCEPTION 'refused on purpose' USING ERRCODE = why;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER empechement BEFORE INSERT OR UPDATE ON relances.tentative FOR EACH ROW EXECUTE FUNCTION chaos.refuse();
