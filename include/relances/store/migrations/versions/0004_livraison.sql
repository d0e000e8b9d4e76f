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
    suspensions         integer NOT NULL DEFAULT 0 CHECK (suspensions >= 0),  -- in a row, no recovery between
    suspendue_depuis    timestamptz,                              -- in trouble since then, hardly a rest between
    motif               text,
    arretee_le          timestamptz                               -- a person stopped it, until a person resumes it
) WITH (fillfactor = 50);

-- envoi_le: when its sending was first planned, which somebody agreed to before.
ALTER TABLE relances.execution ADD COLUMN envoi_le timestamptz;

-- A relance that goes on by another way than its first: since when, and what that was (canal, fournisseur, texte, modele,
-- variables, segments, segments_evites, cout), should its message turn out to have arrived by it. sans_nouvelle_le: its
-- fournisseur, which tells what becomes of messages, stopped being asked of this one without having told.
ALTER TABLE relances.relance
    ADD COLUMN repli_le          timestamptz,
    ADD COLUMN premiere_voie     jsonb,
    ADD COLUMN sans_nouvelle_le  timestamptz,
    ADD CONSTRAINT repli_a_son_origine CHECK ((repli_le IS NULL) = (premiere_voie IS NULL));
DROP INDEX relances.relance_a_reprendre;
CREATE INDEX relance_a_reprendre ON relances.relance (fournisseur, id)
    WHERE statut = 'en_attente' AND (tentatives > 0 OR repli_le IS NOT NULL);

-- What each pass looks for, so that one that finds nothing costs nothing.
CREATE INDEX relance_jamais_tentee ON relances.relance (creee_le) WHERE statut = 'en_attente' AND tentatives = 0;
CREATE INDEX relance_sans_nouvelle ON relances.relance (fournisseur, envoyee_le)
    WHERE statut = 'envoyee' AND sans_nouvelle_le IS NULL;
CREATE INDEX relance_a_replier ON relances.relance (fournisseur, creee_le, id)
    WHERE statut = 'echec' AND repli_le IS NULL;
CREATE INDEX tentative_de_reprise ON relances.tentative (commencee_le) WHERE numero > 1;

-- As before, and: a relance is of the canaux that it began on and goes on by; one without news says so.
CREATE OR REPLACE FUNCTION relances.creances_placees(execution_id bigint, source text, occasion text, canaux text[])
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
            WHEN r.sans_nouvelle_le IS NOT NULL AND r.statut = 'envoyee' THEN 'sans_nouvelle'
            WHEN r.code <> 'simulation' THEN r.code
        END
    FROM relances.creance_extraite c
    LEFT JOIN relances.exclusion x ON x.rang = c.rang AND x.execution_id = c.execution_id
    LEFT JOIN (
        SELECT DISTINCT ON (rc.creance_id, l.contribuable_id)
            rc.creance_id, l.contribuable_id, l.id, l.fournisseur, l.statut, l.code, l.sans_nouvelle_le, rc.montant_du,
            rc.payee_le IS NOT NULL AS payee
        FROM relances.relance l
        JOIN relances.relance_creance rc ON rc.relance_id = l.id
        WHERE l.source = creances_placees.source AND l.occasion = creances_placees.occasion
            -- Every canal there is: the key that finds an occasion begins with it.
            AND l.canal IN ('sms', 'whatsapp')
            AND (l.canal = ANY (creances_placees.canaux) OR l.premiere_voie ->> 'canal' = ANY (creances_placees.canaux))
        ORDER BY rc.creance_id, l.contribuable_id, l.id DESC
    ) r ON r.creance_id = c.creance_id AND r.contribuable_id = c.contribuable_id AND x.rang IS NULL
    WHERE c.execution_id = creances_placees.execution_id
$$;

-- double_dit_le: when somebody was told that this call was its relance's second message.
ALTER TABLE relances.tentative ADD COLUMN double_dit_le timestamptz;
