-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- Fournisseurs that take templates, and that can be asked what became of a message.

ALTER TABLE relances.relance
    ADD COLUMN modele         text,           -- the approved template sent in place of texte, and what fills it
    ADD COLUMN variables      text[],
    ADD COLUMN interrogee_le  timestamptz,    -- when its fournisseur was last asked about its latest attempt
    ADD CONSTRAINT modele_a_ses_variables CHECK ((modele IS NULL) = (variables IS NULL));
CREATE INDEX relance_a_suivre ON relances.relance (fournisseur, coalesce(interrogee_le, envoyee_le), id)
    WHERE statut = 'envoyee';
CREATE INDEX relance_a_reprendre ON relances.relance (fournisseur, id) WHERE statut = 'en_attente' AND tentatives > 0;

-- What the fournisseur said of a call afterwards: its message found again or proved absent, delivered or not.
ALTER TABLE relances.tentative
    ADD COLUMN compte        text,            -- the fournisseur's account that was called
    ADD COLUMN constat       text CHECK (constat IN ('retrouvee', 'absente', 'livree', 'non_livree')),
    ADD COLUMN constat_code  text,
    ADD COLUMN constat_le    timestamptz,
    ADD CONSTRAINT constat_a_sa_date CHECK ((constat IS NULL) = (constat_le IS NULL)),
    ADD CONSTRAINT retrouvee_a_sa_reference CHECK (constat IS DISTINCT FROM 'retrouvee' OR reference IS NOT NULL);
-- Calls are written in the order of time: a block range index finds the latest days' references, at no cost.
CREATE INDEX tentative_par_date ON relances.tentative USING brin (commencee_le);

-- Numbers that a fournisseur said cannot be reached, or whose owner wants silence, on a canal.
CREATE TABLE relances.numero_signale (
    telephone    text NOT NULL,
    canal        text NOT NULL CHECK (canal IN ('sms', 'whatsapp')),
    etat         text NOT NULL CHECK (etat IN ('injoignable', 'opposition')),
    code         text NOT NULL,
    fournisseur  text NOT NULL,
    signale_le   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (telephone, canal)
);
