-- The pipeline's own schema. The database states the rules: keys, transitions' evidence, work lists.

-- One run of a Dag. `occasion` is what a relance is unique for: the business day, or a simulation of its own.
CREATE TABLE relances.execution (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        text NOT NULL UNIQUE,
    occasion      text NOT NULL,
    date_relance  date NOT NULL,
    source        text NOT NULL,
    canal         text NOT NULL CHECK (canal IN ('sms', 'whatsapp')),
    simulation    boolean NOT NULL,
    parametres    jsonb NOT NULL,
    commencee_le  timestamptz NOT NULL DEFAULT now(),
    terminee_le   timestamptz,
    equilibre     boolean,
    bilan         jsonb,
    rapport       text,
    CHECK ((terminee_le IS NULL) = (rapport IS NULL)),
    CHECK ((terminee_le IS NULL) = (equilibre IS NULL))
);

-- What the tax application said was overdue, as extracted. COPY fills it; execution_id comes from the session.
-- No foreign key here and in exclusion: checking each of a million rows would double the time of the day's run.
CREATE TABLE relances.creance_extraite (
    rang              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    execution_id      bigint NOT NULL DEFAULT current_setting('relances.execution_id')::bigint,
    creance_id        text,
    contribuable_id   text,
    nom               text,
    prenom            text,
    telephones        text[],
    langue            text,
    categorie         text,
    libelle           text,
    montant_du        numeric,
    devise            text,
    echeance          date,
    jours_retard      integer,
    derniere_relance  timestamptz,
    exclusion         text
);
-- Rows come in by execution: a block range index finds them, and costs COPY nothing.
CREATE INDEX creance_extraite_par_execution ON relances.creance_extraite USING brin (execution_id);

-- What great-expectations reads: the rows of the execution named by the session.
CREATE VIEW relances.creance_a_valider AS
SELECT c.*, e.date_relance
FROM relances.creance_extraite c
JOIN relances.execution e ON e.id = c.execution_id
WHERE c.execution_id = current_setting('relances.execution_id')::bigint;

-- Why an extracted creance gets no relance. At most one reason each.
CREATE TABLE relances.exclusion (
    rang          bigint PRIMARY KEY,
    execution_id  bigint NOT NULL,
    etape         text NOT NULL CHECK (etape IN ('validation', 'creation')),
    code          text NOT NULL
);
CREATE INDEX exclusion_par_execution ON relances.exclusion USING brin (execution_id);

-- One message to one contribuable on one canal for one occasion. No foreign key to execution, as above.
CREATE TABLE relances.relance (
    id                       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source                   text NOT NULL,
    contribuable_id          text NOT NULL,
    canal                    text NOT NULL CHECK (canal IN ('sms', 'whatsapp')),
    occasion                 text NOT NULL,
    execution_id             bigint NOT NULL,
    date_relance             date NOT NULL,
    niveau                   smallint NOT NULL CHECK (niveau > 0),
    fournisseur              text NOT NULL,
    telephone                text NOT NULL CHECK (telephone ~ '^[1-9][0-9]{7,14}$'),
    telephone_migre          boolean NOT NULL,
    texte                    text NOT NULL CHECK (texte <> ''),
    segments                 smallint NOT NULL CHECK (segments > 0),
    montant_du               numeric(16, 2) NOT NULL CHECK (montant_du > 0),
    devise                   text NOT NULL,
    echeance                 date NOT NULL,
    statut                   text NOT NULL DEFAULT 'en_attente' CHECK (statut IN
        ('en_attente', 'en_cours', 'envoyee', 'livree', 'echec', 'incertaine', 'annulee')),
    a_envoyer                boolean NOT NULL DEFAULT true,  -- the latest run of the occasion covers it
    tentatives               smallint NOT NULL DEFAULT 0 CHECK (tentatives >= 0),
    prochaine_tentative_le   timestamptz,
    proprietaire             uuid,
    bail_jusqu_au            timestamptz,
    reference                text,
    code                     text,
    motif                    text,
    creee_le                 timestamptz NOT NULL DEFAULT now(),
    envoyee_le               timestamptz,
    livree_le                timestamptz,
    incertaine_depuis        timestamptz,
    close_le                 timestamptz,
    statut_reporte           text,
    CONSTRAINT relance_unique UNIQUE (source, canal, occasion, contribuable_id),
    CONSTRAINT en_cours_a_un_proprietaire CHECK
        ((statut = 'en_cours') = (proprietaire IS NOT NULL AND bail_jusqu_au IS NOT NULL)),
    CONSTRAINT en_cours_a_une_tentative CHECK (statut <> 'en_cours' OR tentatives > 0),
    CONSTRAINT envoyee_a_sa_preuve CHECK
        ((statut IN ('envoyee', 'livree')) = (envoyee_le IS NOT NULL AND reference IS NOT NULL)
         OR (statut = 'echec' AND reference IS NOT NULL)),
    CONSTRAINT livree_a_sa_date CHECK (statut <> 'livree' OR livree_le IS NOT NULL),
    CONSTRAINT incertaine_a_sa_date CHECK ((statut = 'incertaine') = (incertaine_depuis IS NOT NULL)),
    CONSTRAINT close_a_sa_raison CHECK
        ((statut IN ('echec', 'annulee')) = (close_le IS NOT NULL AND code IS NOT NULL))
);
CREATE INDEX relance_a_envoyer ON relances.relance (fournisseur, id) WHERE statut = 'en_attente';
CREATE INDEX relance_en_cours ON relances.relance (bail_jusqu_au) WHERE statut = 'en_cours';
CREATE INDEX relance_incertaine ON relances.relance (incertaine_depuis) WHERE statut = 'incertaine';
CREATE INDEX relance_408 ON relances.relance (close_le) WHERE statut = 'echec' AND code = '408';
CREATE INDEX relance_a_reporter ON relances.relance (id) WHERE statut_reporte IS DISTINCT FROM statut
    AND (statut IN ('envoyee', 'livree', 'echec', 'incertaine') OR statut_reporte IS NOT NULL);
CREATE INDEX relance_par_execution ON relances.relance USING brin (execution_id);

-- The creances a relance speaks of. No foreign key, as above: its rows come from a join with relance.
CREATE TABLE relances.relance_creance (
    relance_id  bigint NOT NULL,
    creance_id  text NOT NULL,
    montant_du  numeric(16, 2) NOT NULL CHECK (montant_du > 0),
    echeance    date NOT NULL,
    PRIMARY KEY (creance_id, relance_id)
);
CREATE INDEX relance_creance_par_relance ON relances.relance_creance (relance_id);

-- One call to a provider for one relance: written before the call, completed after it, kept for ever.
CREATE TABLE relances.tentative (
    relance_id    bigint NOT NULL REFERENCES relances.relance ON DELETE CASCADE,
    numero        smallint NOT NULL CHECK (numero > 0),
    fournisseur   text NOT NULL,
    proprietaire  uuid NOT NULL,
    commencee_le  timestamptz NOT NULL DEFAULT clock_timestamp(),
    terminee_le   timestamptz,
    issue         text CHECK (issue IN ('acceptee', 'refusee', 'reportee', 'inconnue', 'non_envoyee')),
    code          text,
    reference     text,
    detail        text,
    PRIMARY KEY (relance_id, numero),
    CHECK ((terminee_le IS NULL) = (issue IS NULL)),
    CHECK (issue IS DISTINCT FROM 'acceptee' OR reference IS NOT NULL)
);
