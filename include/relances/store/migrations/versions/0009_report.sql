-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- ligne: the key of the row by which the tax application shows that relance for that creance. Null: it is not known
-- whether there is one, as for all that were created before this; '': none was written; '-': none was found. In two
-- statements: those of before stay null, and no row is rewritten.
ALTER TABLE relances.relance_creance ADD COLUMN ligne text;
ALTER TABLE relances.relance_creance ALTER COLUMN ligne SET DEFAULT '';

-- What is being shown right now: the relances of a source after an id, until another. It is written before the tax
-- application is, and deleted with the keys that came of it: where it is found later, rows were written unknown to us.
CREATE TABLE relances.report (
    source       text PRIMARY KEY,
    apres        bigint NOT NULL,
    jusque       bigint NOT NULL CHECK (jusque > apres),
    commence_le  timestamptz NOT NULL DEFAULT now()
);
