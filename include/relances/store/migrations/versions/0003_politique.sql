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
ALTER TABLE relances.numero_signale
    ALTER COLUMN fournisseur DROP NOT NULL,    -- null: the tax office said it
    ADD COLUMN motif text;

-- People to remind who are not in the tax application, from a spreadsheet: one row per creance.
CREATE TABLE relances.contact (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campagne    text NOT NULL CHECK (campagne <> ''),
    nom         text,
    prenom      text,
    telephone   text NOT NULL,                 -- digits with the country code
    saisie      text NOT NULL,                 -- as typed, but for what the spreadsheet did to it
    langue      text,
    libelle     text NOT NULL,
    montant_du  numeric(16, 2) NOT NULL CHECK (montant_du >= 0),
    echeance    date NOT NULL,
    statut      text,                          -- what became of its latest relance
    relance_le  timestamptz,
    importe_le  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (campagne, telephone, libelle, echeance)
);

-- What great-expectations reads. The session says which execution (relances.execution_id), and what the policy asks:
-- relances.montant_max, relances.accepter_format_guide, relances.passages_compares.

-- Its rows; faute: why no relance can be made of one, the first reason.
DROP VIEW relances.creance_a_valider;
CREATE VIEW relances.creance_a_valider AS
SELECT c.*, e.date_relance, CASE
    WHEN c.exclusion IS NOT NULL THEN c.exclusion
    -- The lower bound of what numeric(16, 2) holds above zero; NaN is above any number.
    WHEN c.montant_du IS NULL OR c.montant_du < 0.005 THEN 'montant_nul'
    WHEN c.montant_du > current_setting('relances.montant_max')::numeric THEN 'montant_demesure'
    WHEN c.echeance IS NULL OR c.echeance > e.date_relance OR c.jours_retard IS NULL THEN 'echeance_invalide'
END AS faute
FROM relances.creance_extraite c
JOIN relances.execution e ON e.id = c.execution_id
WHERE c.execution_id = current_setting('relances.execution_id')::bigint;

-- Its creances extracted more than once: every sound row but the first. The few keys concerned are sought first.
CREATE VIEW relances.doublon_a_valider AS
SELECT rang, execution_id
FROM (
    SELECT rang, execution_id, row_number() OVER (PARTITION BY creance_id ORDER BY rang) AS apparition
    FROM relances.creance_a_valider
    WHERE faute IS NULL AND creance_id IN (
        SELECT creance_id FROM relances.creance_a_valider WHERE faute IS NULL
        GROUP BY creance_id HAVING count(*) > 1)
) repetee
WHERE apparition > 1;

-- The numbers a message may be sent to, whatever the fournisseur.
CREATE VIEW relances.numero_utilisable AS
SELECT saisie FROM relances.numero
WHERE refus IS NULL AND (NOT format_guide OR current_setting('relances.accepter_format_guide')::boolean);

-- One row, what they amount to. Subqueries, so that what nobody selects is not computed.
-- Volumes compare with the last run of each earlier day: a daily one, of the same source, about the same creances, that
-- accounted for all it extracted. A run that was held, or a campaign, says nothing of what is usual.
CREATE VIEW relances.execution_a_valider AS
SELECT
    e.creances,
    (SELECT count(*) FROM relances.doublon_a_valider) AS doublons,
    (SELECT avg((n.saisie IS NOT NULL OR cardinality(c.telephones) > 1 AND EXISTS (
            SELECT FROM unnest(c.telephones) AS t (saisie)
            JOIN relances.numero_utilisable u ON u.saisie = t.saisie COLLATE "C"))::integer)::double precision
        FROM relances.creance_extraite c
        LEFT JOIN relances.numero_utilisable n ON n.saisie = c.telephones[1] COLLATE "C"
        WHERE c.execution_id = e.id) AS part_telephones,
    e.jour_passage - (e.derniere_collecte AT TIME ZONE 'Africa/Libreville')::date AS age_collecte,
    comparable.passages,
    comparable.volume_moyen
FROM relances.execution e
CROSS JOIN LATERAL (
    SELECT count(*) AS passages, avg(creances) AS volume_moyen
    FROM (
        SELECT DISTINCT ON (p.jour_passage) p.creances
        FROM relances.execution p
        WHERE p.source = e.source AND p.jour_passage < e.jour_passage AND p.equilibre
            AND p.occasion = 'jour:' || p.date_relance
            AND p.parametres -> 'jours_retard_min' = e.parametres -> 'jours_retard_min'
            AND p.parametres -> 'categories' = e.parametres -> 'categories'
        ORDER BY p.jour_passage DESC, p.id DESC
        LIMIT current_setting('relances.passages_compares')::integer
    ) p
) comparable
WHERE e.id = current_setting('relances.execution_id')::bigint;
