-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- A run may leave the canal to the policy. jour_passage: the day it was due to start. derniere_collecte: the latest
-- payment that the tax application knew of when it was extracted.
ALTER TABLE relances.execution
    ALTER COLUMN canal DROP NOT NULL,
    ADD COLUMN jour_passage       date,
    ADD COLUMN derniere_collecte  timestamptz,
    ADD COLUMN creances           bigint;
UPDATE relances.execution e
SET jour_passage = date_relance, creances = (SELECT count(*) FROM relances.creance_extraite WHERE execution_id = e.id);
ALTER TABLE relances.execution ALTER COLUMN jour_passage SET NOT NULL;

-- Reminders that agents made by hand in the last seven days, to this contribuable.
ALTER TABLE relances.creance_extraite ADD COLUMN relances_agents integer;

-- What a message is billed, and the segments that plainer letters saved.
ALTER TABLE relances.relance
    ADD COLUMN cout              numeric(12, 2) NOT NULL DEFAULT 0 CHECK (cout >= 0),
    ADD COLUMN segments_evites   smallint NOT NULL DEFAULT 0 CHECK (segments_evites >= 0);
CREATE INDEX relance_livree_par_numero ON relances.relance (telephone, livree_le) WHERE statut = 'livree';

-- A creance that was paid before its relance, which speaks of others, left.
ALTER TABLE relances.relance_creance ADD COLUMN payee_le timestamptz;

-- Telephone numbers as typed, and how they were read. A memory of what can be read again: not worth a log.
CREATE UNLOGGED TABLE relances.numero (
    saisie        text COLLATE "C" PRIMARY KEY,
    chiffres      text CHECK (chiffres ~ '^[1-9][0-9]{7,14}$'),
    pays          text,                        -- ISO code
    migre         boolean NOT NULL,            -- typed in the plan of before April 2024
    format_guide  boolean NOT NULL,            -- typed with one digit too many, as the guides show it
    attribue      boolean NOT NULL,            -- a plan assigns it; else its length alone is right
    refus         text,
    lecture       smallint NOT NULL,           -- which version of the reading made it
    CHECK ((chiffres IS NULL) = (refus IS NOT NULL)),
    CHECK ((chiffres IS NULL) = (pays IS NULL))
);

-- Who asked the tax office for silence, whatever their number. A number alone is in numero_signale.
CREATE TABLE relances.opposition (
    source           text NOT NULL,
    contribuable_id  text NOT NULL,
    motif            text,
    ajoutee_le       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, contribuable_id)
);
ALTER TABLE relances.numero_signale ALTER COLUMN fournisseur DROP NOT NULL;  -- null: the tax office said it

-- People to remind who are not in the tax application, from a spreadsheet: one row per creance.
CREATE TABLE relances.contact (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campagne    text NOT NULL CHECK (campagne <> ''),
    nom         text,
    prenom      text,
    telephone   text NOT NULL,
    langue      text,
    libelle     text NOT NULL,
    montant_du  numeric(16, 2) NOT NULL CHECK (montant_du >= 0),
    echeance    date NOT NULL,
    statut      text,                          -- what became of its latest relance
    relance_le  timestamptz,
    importe_le  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (campagne, telephone, libelle, echeance)
);

-- What great-expectations reads: the rows of the execution named by the session, and what they amount to together.
DROP VIEW relances.creance_a_valider;
CREATE VIEW relances.creance_a_valider AS
SELECT c.*, e.date_relance
FROM relances.creance_extraite c
JOIN relances.execution e ON e.id = c.execution_id
WHERE c.execution_id = current_setting('relances.execution_id')::bigint;
