-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- Each version of politique.toml and of the gabarits that a run was decided with, once, however many runs there are.
-- consignes: the texts, as compressed JSON.
CREATE TABLE relances.politique (
    empreinte  text PRIMARY KEY CHECK (empreinte ~ '^[0-9a-f]{64}$'),
    consignes  bytea NOT NULL,
    vue_le     timestamptz NOT NULL DEFAULT now()
);

-- politique: null for a run of before, whose tasks go by the policy in force. demandee: true while the run was only asked
-- for; a program of before, which still runs while this does, records a run at its extraction. decidee_le: when it
-- created its relances, from which moment its policy changes no more; of a run of before, which keeps none, at the
-- latest when it began. moyen: by what it was asked for, null where nobody said; airflow: its form, its command line or
-- its API, which it does not tell apart.
ALTER TABLE relances.execution
    ADD COLUMN politique      text REFERENCES relances.politique,
    ADD COLUMN demandee       boolean NOT NULL DEFAULT false,
    ADD COLUMN decidee_le     timestamptz,
    ADD COLUMN moyen          text CHECK (moyen IN ('calendrier', 'airflow', 'commande', 'adresse')),
    ADD COLUMN demandee_par   text,
    ADD COLUMN approuvee_par  text,
    ADD COLUMN approuvee_le   timestamptz,
    ADD CHECK (approuvee_par IS NULL OR approuvee_le IS NOT NULL);
UPDATE relances.execution e SET decidee_le = commencee_le
WHERE EXISTS (SELECT FROM relances.relance r WHERE r.execution_id = e.id);
