-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- validee_le: when its extraction passed the checks; those of before are taken to have.
ALTER TABLE relances.execution ADD COLUMN validee_le timestamptz;
UPDATE relances.execution SET validee_le = commencee_le;
