-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- What all who send by a fournisseur share, whichever their machine: one row each.
CREATE TABLE relances.voie (
    fournisseur         text PRIMARY KEY,
    debit               double precision CHECK (debit > 0),       -- departures a second now; null: all it may have
    acceleree_le        timestamptz NOT NULL DEFAULT now(),
    ralentie_le         timestamptz NOT NULL DEFAULT '-infinity',
    prochain_depart     timestamptz NOT NULL DEFAULT now(),       -- the first that nobody has reserved
    suspendue_jusqu_au  timestamptz,                              -- in trouble: nobody sends by it until then
    suspensions         integer NOT NULL DEFAULT 0 CHECK (suspensions >= 0),  -- in a row, nothing answered between
    motif               text,
    arretee_le          timestamptz                               -- a person stopped it, until a person resumes it
) WITH (fillfactor = 50);

-- A relance that goes on by another way than the first: since when, and which that was. sans_nouvelle_le: its
-- fournisseur, which tells what becomes of messages, stopped being asked of this one without having told.
ALTER TABLE relances.relance
    ADD COLUMN repli_le             timestamptz,
    ADD COLUMN fournisseur_initial  text,
    ADD COLUMN sans_nouvelle_le     timestamptz,
    ADD CONSTRAINT repli_a_son_origine CHECK ((repli_le IS NULL) = (fournisseur_initial IS NULL));
DROP INDEX relances.relance_a_reprendre;
CREATE INDEX relance_a_reprendre ON relances.relance (fournisseur, id)
    WHERE statut = 'en_attente' AND (tentatives > 0 OR repli_le IS NOT NULL);
