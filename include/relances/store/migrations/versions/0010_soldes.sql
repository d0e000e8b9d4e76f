-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- The balances that the relances of a fournisseur leave by, of one source. lue_le: when they were read, before the source
-- was asked; complete_le: the same of the last time that all of them were. lecture: whose rows of solde_lu count.
-- repere: what the source recognises by what has changed since; null where it cannot.
CREATE TABLE relances.lecture_soldes (
    source       text NOT NULL,
    fournisseur  text NOT NULL,
    lecture      bigint NOT NULL,
    lue_le       timestamptz NOT NULL,
    complete_le  timestamptz NOT NULL,
    repere       jsonb,
    PRIMARY KEY (source, fournisseur)
);

-- Whose balances a reading has, of 1,024 relances each: bit n is that of the relance tranche * 1024 + n. Not a row for each:
-- a reading of a million is written in a moment. Those of a lecture that is not its source's yet are being read.
CREATE TABLE relances.solde_lu (
    source       text NOT NULL,
    fournisseur  text NOT NULL,
    lecture      bigint NOT NULL,
    tranche      bigint NOT NULL,
    relances     bit(1024) NOT NULL,
    PRIMARY KEY (source, fournisseur, lecture, tranche)
);
