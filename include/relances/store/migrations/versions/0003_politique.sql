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
CREATE INDEX relance_par_creation ON relances.relance USING brin (creee_le);
CREATE INDEX relance_par_jour ON relances.relance USING brin (date_relance);
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
    lecture       text NOT NULL,               -- which version of the reading made it
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

-- What reports, previews and corrections read. Functions, not views: their sources and occasions are sought by index.

-- Where each creance of an execution is: excluded, or in the state of its relance, the latest where a day's first failed
-- on another canal. payee: paid before that relance, which speaks of others, left. montant: what is claimed of it still.
CREATE FUNCTION relances.creances_placees(execution_id bigint, source text, occasion text, canaux text[])
RETURNS TABLE (
    creance_id text, contribuable_id text, nom text, prenom text, telephones text[], montant numeric,
    relance_id bigint, fournisseur text, payee boolean, place text, code text
) LANGUAGE sql STABLE AS $$
    SELECT c.creance_id, c.contribuable_id, c.nom, c.prenom, c.telephones,
        CASE WHEN r.payee THEN c.montant_du ELSE coalesce(r.montant_du, c.montant_du, 0) END,
        r.id, r.fournisseur, coalesce(r.payee, false),
        CASE
            WHEN x.rang IS NOT NULL THEN 'exclue'
            WHEN r.payee THEN 'annulee'
            WHEN r.code = 'simulation' THEN 'a_relancer'
            ELSE coalesce(r.statut, 'non_traitee')
        END,
        CASE
            WHEN x.rang IS NOT NULL THEN x.code
            WHEN r.payee THEN 'payee'
            WHEN r.code <> 'simulation' THEN r.code
        END
    FROM relances.creance_extraite c
    LEFT JOIN relances.exclusion x ON x.rang = c.rang AND x.execution_id = c.execution_id
    LEFT JOIN (
        SELECT DISTINCT ON (rc.creance_id, l.contribuable_id)
            rc.creance_id, l.contribuable_id, l.id, l.fournisseur, l.statut, l.code, rc.montant_du,
            rc.payee_le IS NOT NULL AS payee
        FROM relances.relance l
        JOIN relances.relance_creance rc ON rc.relance_id = l.id
        WHERE l.source = creances_placees.source AND l.occasion = creances_placees.occasion
            AND l.canal = ANY (creances_placees.canaux)
        ORDER BY rc.creance_id, l.contribuable_id, l.id DESC
    ) r ON r.creance_id = c.creance_id AND r.contribuable_id = c.contribuable_id AND x.rang IS NULL
    WHERE c.execution_id = creances_placees.execution_id
$$;

-- Its creances whose number asks for another, and why: excluded for one of these codes, reminded in vain at a number
-- that a fournisseur said unreachable, or reminded at one that had to be converted from the plan of before April 2024.
CREATE FUNCTION relances.creances_a_corriger(
    execution_id bigint, source text, occasion text, canaux text[], codes text[]
)
RETURNS TABLE (contribuable_id text, nom text, prenom text, telephones text[], montant numeric, code text)
LANGUAGE sql STABLE AS $$
    SELECT p.contribuable_id, p.nom, p.prenom, p.telephones, p.montant, v.code
    FROM relances.creances_placees(
        creances_a_corriger.execution_id, creances_a_corriger.source, creances_a_corriger.occasion,
        creances_a_corriger.canaux) p
    LEFT JOIN relances.relance r ON r.id = p.relance_id
    LEFT JOIN relances.numero_signale s ON p.place = 'echec' AND s.telephone = r.telephone AND s.canal = r.canal
        AND s.etat = 'injoignable'
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN p.place = 'exclue' THEN p.code
            WHEN s.telephone IS NOT NULL THEN s.etat
            WHEN r.telephone_migre THEN 'ancien_plan'
        END AS code
    ) v
    WHERE v.code = ANY (creances_a_corriger.codes)
$$;
