-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- What waits to be sent to a number that is not written plainly: the next run of its occasion reads it again, or says why
-- it does not. What was tried already keeps its history, and ends here.
CREATE TEMPORARY TABLE a_relire ON COMMIT DROP AS
SELECT DISTINCT r.id, r.tentatives
FROM relances.relance r
JOIN relances.relance_creance rc ON rc.relance_id = r.id
JOIN relances.creance_extraite c ON c.execution_id = r.execution_id AND c.creance_id = rc.creance_id
    AND c.contribuable_id = r.contribuable_id
WHERE r.statut = 'en_attente' AND NOT EXISTS (
    SELECT FROM unnest(c.telephones) AS t (saisie)
    WHERE right(regexp_replace(t.saisie, '[^0-9]', '', 'g'), 6) = right(r.telephone, 6)
        AND CASE WHEN r.telephone_migre
            THEN t.saisie ~ '^((\+|00)?241 ?)?0[1-7]([ ./-]?)[0-9]{2}\3[0-9]{2}\3[0-9]{2}$'
            ELSE t.saisie ~* '^((tel|p|whatsapp):)? ?[(]?[+]?[0-9]+[)]?([ ./-]?[(]?[0-9]{2,}[)]?)*$' END);
DELETE FROM relances.relance_creance WHERE relance_id IN (SELECT id FROM a_relire WHERE tentatives = 0);
DELETE FROM relances.relance WHERE id IN (SELECT id FROM a_relire WHERE tentatives = 0);
UPDATE relances.relance
SET statut = 'annulee', code = 'numero_douteux', motif = 'numéro qui ne se lit pas sûrement', close_le = now(),
    prochaine_tentative_le = NULL
WHERE id IN (SELECT id FROM a_relire WHERE tentatives > 0);

-- preuve_attendue_depuis: an account's fault was told of messages that had been accepted, so acceptance proves nothing:
-- one call at a time, until one of after then arrives. reprise_le: when such a proof came, or a person resumed the lane;
-- what is told of earlier calls says nothing of its account now.
ALTER TABLE relances.voie
    ADD COLUMN preuve_attendue_depuis  timestamptz,
    ADD COLUMN reprise_le              timestamptz;

-- sans_essai: its account kept the message from arriving: the call counts for no attempt.
ALTER TABLE relances.tentative ADD COLUMN sans_essai boolean NOT NULL DEFAULT false;

-- Whom a contact names, whatever the case, the accents, the punctuation and the order of the words; '' where nobody is.
CREATE FUNCTION relances.personne(nom text, prenom text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(mot COLLATE "C", ' ' ORDER BY mot COLLATE "C"), '')
    FROM regexp_split_to_table(
        regexp_replace(
            lower(replace(replace(replace(replace(
                normalize(coalesce(nom, '') || ' ' || coalesce(prenom, ''), NFD), 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae')),
            '[\u0300-\u036f''`´ʼ‘’‛′]', '', 'g'),
        '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u206f]+') AS mot
    WHERE mot NOT IN ('', 'm', 'mr', 'mme', 'mlle', 'monsieur', 'madame', 'mademoiselle')
$$;

-- The same number, tax and date may be owed by two people. titulaire: the first contact of the same person, who is named
-- after it; null: this one. numeros: all that its cell holds, telephone being the one that tells it from others; null: it
-- alone.
ALTER TABLE relances.contact
    ADD COLUMN personne   text NOT NULL GENERATED ALWAYS AS (relances.personne(nom, prenom)) STORED,
    ADD COLUMN titulaire  bigint,
    ADD COLUMN numeros    text[],
    DROP CONSTRAINT contact_campagne_telephone_libelle_echeance_key,
    ADD CONSTRAINT contact_unique UNIQUE (campagne, telephone, personne, libelle, echeance);

-- Until now a number was one person. What was reminded stays so, so that nobody is reminded again; the rest is each
-- person's own, and silence asked of one was asked of all.
WITH lu AS (
    SELECT c.id, c.telephone, c.personne, min(c.id) OVER numero AS premier,
        c.personne IN ('', first_value(c.personne) OVER numero) OR EXISTS (
            SELECT FROM relances.relance_creance rc
            JOIN relances.relance r ON r.id = rc.relance_id AND r.source = 'contacts'
            WHERE rc.creance_id = c.id::text) AS du_premier
    FROM relances.contact c
    WINDOW numero AS (PARTITION BY c.telephone ORDER BY c.id)
), range AS (
    SELECT id, premier, CASE
        WHEN du_premier THEN premier ELSE min(id) FILTER (WHERE NOT du_premier) OVER (PARTITION BY telephone, personne)
    END AS titulaire
    FROM lu
), rangement AS (
    UPDATE relances.contact c SET titulaire = r.titulaire
    FROM range r WHERE r.id = c.id AND r.titulaire <> c.id
)
INSERT INTO relances.opposition (source, contribuable_id, motif)
SELECT DISTINCT o.source, 'c' || r.titulaire, o.motif
FROM range r
JOIN relances.opposition o ON o.source = 'contacts' AND o.contribuable_id = 'c' || r.premier
ON CONFLICT DO NOTHING;

-- As before, and: the number that was written to all the same.
DROP FUNCTION relances.creances_a_corriger;
CREATE FUNCTION relances.creances_a_corriger(
    execution_id bigint, source text, occasion text, canaux text[], codes text[]
)
RETURNS TABLE (
    contribuable_id text, nom text, prenom text, telephones text[], numero text, montant numeric, code text
)
LANGUAGE sql STABLE AS $$
    SELECT p.contribuable_id, p.nom, p.prenom, p.telephones, r.telephone, p.montant, v.code
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

-- As before, and: an échéance, or a delay, beyond what the policy believes sets its row aside. The session says it too:
-- relances.echeance_min, relances.echeance_horizon_jours. Infinite dates compare like any other.
CREATE OR REPLACE VIEW relances.creance_a_valider AS
SELECT c.rang, c.execution_id, c.creance_id, c.contribuable_id, c.nom, c.prenom, c.telephones, c.langue, c.categorie,
    c.libelle, c.montant_du, c.devise, c.echeance, c.jours_retard, c.derniere_relance, c.exclusion, c.relances_agents,
    e.date_relance, CASE
    WHEN c.exclusion IS NOT NULL THEN c.exclusion
    -- The lower bound of what numeric(16, 2) holds above zero; NaN is above any number.
    WHEN c.montant_du IS NULL OR c.montant_du < 0.005 THEN 'montant_nul'
    WHEN c.montant_du > current_setting('relances.montant_max')::numeric THEN 'montant_demesure'
    WHEN c.echeance < current_setting('relances.echeance_min')::date
        OR c.echeance > e.date_relance + current_setting('relances.echeance_horizon_jours')::integer
        OR c.jours_retard > e.date_relance - current_setting('relances.echeance_min')::date
        OR c.jours_retard < -current_setting('relances.echeance_horizon_jours')::integer
        THEN 'echeance_invraisemblable'
    WHEN c.echeance IS NULL OR c.echeance > e.date_relance OR c.jours_retard IS NULL THEN 'echeance_invalide'
END AS faute
FROM relances.creance_extraite c
JOIN relances.execution e ON e.id = c.execution_id
WHERE c.execution_id = current_setting('relances.execution_id')::bigint;
