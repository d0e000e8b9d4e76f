-- name: set_session_execution
-- The session's execution: what COPY stamps on each row and what creance_a_valider shows.
SELECT set_config('relances.execution_id', %(execution_id)s, false);

-- name: clear_extraction
-- A second extraction of the same execution replaces the first, its exclusions with it.
WITH exclusions AS (DELETE FROM relances.exclusion WHERE execution_id = %(execution_id)s)
DELETE FROM relances.creance_extraite WHERE execution_id = %(execution_id)s;

-- name: copy_creances
COPY relances.creance_extraite (creance_id, contribuable_id, nom, prenom, telephones, langue, categorie,
    libelle, montant_du, devise, echeance, jours_retard, derniere_relance, exclusion) FROM STDIN;

-- name: clear_exclusions
DELETE FROM relances.exclusion WHERE execution_id = %(execution_id)s AND etape = %(etape)s;

-- name: exclude_invalid_rows
-- The first fault of a row is its reason; of a creance extracted twice, the first sound row stays.
INSERT INTO relances.exclusion (rang, execution_id, etape, code)
SELECT rang, execution_id, 'validation', code
FROM (
    SELECT rang, execution_id, coalesce(
        faute,
        CASE WHEN row_number() OVER (PARTITION BY creance_id, faute IS NULL ORDER BY rang) > 1 THEN 'doublon' END
    ) AS code
    FROM relances.creance_a_valider
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN exclusion IS NOT NULL THEN exclusion
            -- Bounds of what numeric(16, 2) holds above zero; NaN is above any number.
            WHEN montant_du IS NULL OR montant_du NOT BETWEEN 0.005 AND 1e12 THEN 'montant_nul'
            WHEN echeance IS NULL OR echeance > date_relance OR jours_retard IS NULL THEN 'echeance_invalide'
        END AS faute
    ) examen
) verdict
WHERE code IS NOT NULL;

-- name: lock_creations
-- Creations of a source go one after the other, until each commits: one occasion's are the history of another's.
SELECT pg_advisory_xact_lock(hashtextextended(%(source)s, 0));

-- name: hold_earlier_relances
-- What an earlier day left unsent, whatever its canal, may give way to this run's relances. Locked, so that no worker
-- claims it meanwhile.
INSERT INTO remplacable (relance_id)
SELECT id FROM relances.relance
WHERE statut = 'en_attente' AND source = %(source)s AND date_relance < %(date_relance)s AND occasion <> %(occasion)s
FOR UPDATE SKIP LOCKED;

-- name: expire_replaced_relances
-- Those whose creances this run speaks of; the others wait on.
UPDATE relances.relance r
SET statut = 'annulee', code = 'expiree', motif = 'remplacée par une relance plus récente', close_le = now(),
    prochaine_tentative_le = NULL
WHERE r.id IN (SELECT relance_id FROM remplacable) AND EXISTS (
    SELECT FROM relances.relance_creance rc
    JOIN nouvelle_relance_creance n ON n.creance_id = rc.creance_id
    JOIN nouvelle_relance nr ON nr.contribuable_id = n.contribuable_id
    WHERE rc.relance_id = r.id);

-- name: stream_creances_to_decide
-- One row per creance without a verdict yet, a contribuable's together, with what was already said of it:
-- by the tax application (derniere_relance) and by this pipeline (deja_relance_le). A failure tells the
-- contribuable nothing, except 408: that message may have arrived. An earlier day's unsent relance that this
-- run holds (hold_earlier_relances) may give way, and does not count. A day in the past does not hide what left since,
-- nor one canal what left by another.
SELECT c.rang, c.creance_id, c.contribuable_id, c.nom, c.prenom, c.telephones, c.langue, c.libelle,
    c.montant_du, c.devise, c.echeance, c.jours_retard,
    (c.derniere_relance AT TIME ZONE 'Africa/Libreville')::date,
    h.deja_relance_le,
    o.contribuable_id IS NOT NULL AS relance_du_jour
FROM relances.creance_extraite c
LEFT JOIN relances.exclusion x ON x.rang = c.rang
LEFT JOIN (
    SELECT rc.creance_id, max(v.jour) AS deja_relance_le
    FROM relances.relance r
    JOIN relances.relance_creance rc ON rc.relance_id = r.id
    CROSS JOIN LATERAL (
        SELECT greatest(r.date_relance, (r.creee_le AT TIME ZONE 'Africa/Libreville')::date) AS jour
    ) v
    WHERE r.source = %(source)s AND (r.occasion, r.canal) <> (%(occasion)s, %(canal)s)
        AND v.jour > %(date_relance)s::date - %(delai_jours)s
        AND (r.statut NOT IN ('echec', 'annulee') OR r.code = '408')
        AND NOT EXISTS (SELECT FROM remplacable p WHERE p.relance_id = r.id)
    GROUP BY rc.creance_id
) h ON h.creance_id = c.creance_id
LEFT JOIN relances.relance o
    ON o.source = %(source)s AND o.contribuable_id = c.contribuable_id
    AND o.canal = %(canal)s AND o.occasion = %(occasion)s
WHERE c.execution_id = %(execution_id)s AND x.rang IS NULL
    AND NOT EXISTS (
        SELECT FROM relances.relance_creance rc WHERE rc.relance_id = o.id AND rc.creance_id = c.creance_id)
ORDER BY c.contribuable_id, c.echeance, c.creance_id;

-- name: flagged_numbers
-- The numbers that are not to be written to on a canal, and why. Silence that was asked for never lapses.
SELECT telephone, etat FROM relances.numero_signale
WHERE canal = %(canal)s AND (etat = 'opposition' OR signale_le > now() - make_interval(days => %(oubli_jours)s));

-- name: lift_flags
-- On every canal.
DELETE FROM relances.numero_signale WHERE telephone = %(telephone)s RETURNING canal, etat;

-- name: create_temporary_tables
CREATE TEMPORARY TABLE nouvelle_relance (
    contribuable_id text, niveau smallint, fournisseur text, telephone text, telephone_migre boolean,
    texte text, modele text, variables text[], segments smallint, montant_du numeric, devise text, echeance date,
    jours_retard integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE nouvelle_relance_creance (
    contribuable_id text, rang bigint, creance_id text, montant_du numeric, echeance date
) ON COMMIT DROP;
CREATE TEMPORARY TABLE nouvelle_exclusion (rang bigint, code text) ON COMMIT DROP;
CREATE TEMPORARY TABLE remplacable (relance_id bigint PRIMARY KEY) ON COMMIT DROP;

-- name: copy_nouvelle_relance
COPY nouvelle_relance FROM STDIN;

-- name: copy_nouvelle_relance_creance
COPY nouvelle_relance_creance FROM STDIN;

-- name: copy_nouvelle_exclusion
COPY nouvelle_exclusion FROM STDIN;

-- name: analyze_temporary_tables
ANALYZE nouvelle_relance, nouvelle_relance_creance;

-- name: keep_within_limit
-- `limite` caps the occasion as a whole, so that running again adds nothing; the latest debtors come first.
DELETE FROM nouvelle_relance n
WHERE n.contribuable_id NOT IN (
    SELECT contribuable_id FROM nouvelle_relance
    ORDER BY jours_retard DESC, contribuable_id
    LIMIT greatest(0, %(limite)s - (
        SELECT count(*) FROM relances.relance
        WHERE source = %(source)s AND canal = %(canal)s AND occasion = %(occasion)s)));

-- name: insert_relances
INSERT INTO relances.relance (source, contribuable_id, canal, occasion, execution_id, date_relance, niveau,
    fournisseur, telephone, telephone_migre, texte, modele, variables, segments, montant_du, devise, echeance,
    statut, code, motif, close_le)
SELECT %(source)s, contribuable_id, %(canal)s, %(occasion)s, %(execution_id)s, %(date_relance)s, niveau,
    fournisseur, telephone, telephone_migre, texte, modele, variables, segments, montant_du, devise, echeance,
    CASE WHEN %(simulation)s THEN 'annulee' ELSE 'en_attente' END,
    CASE WHEN %(simulation)s THEN 'simulation' END,
    CASE WHEN %(simulation)s THEN 'passage de simulation : rien n''est envoyé' END,
    CASE WHEN %(simulation)s THEN now() END
FROM nouvelle_relance
ON CONFLICT ON CONSTRAINT relance_unique DO NOTHING;

-- name: insert_relance_creances
INSERT INTO relances.relance_creance (relance_id, creance_id, montant_du, echeance)
SELECT r.id, n.creance_id, n.montant_du, n.echeance
FROM nouvelle_relance_creance n
JOIN relances.relance r
    ON r.source = %(source)s AND r.contribuable_id = n.contribuable_id
    AND r.canal = %(canal)s AND r.occasion = %(occasion)s AND r.execution_id = %(execution_id)s
ON CONFLICT DO NOTHING;

-- name: insert_exclusions
-- Those the rules set aside, and those that `limite` left without a relance.
INSERT INTO relances.exclusion (rang, execution_id, etape, code)
SELECT rang, %(execution_id)s, 'creation', code FROM nouvelle_exclusion
UNION ALL
SELECT n.rang, %(execution_id)s, 'creation', 'hors_limite'
FROM nouvelle_relance_creance n
LEFT JOIN nouvelle_relance r ON r.contribuable_id = n.contribuable_id
WHERE r.contribuable_id IS NULL;

-- name: earlier_runs_left_waiting
SELECT EXISTS (
    SELECT FROM relances.relance
    WHERE source = %(source)s AND canal = %(canal)s AND occasion = %(occasion)s
        AND statut = 'en_attente' AND execution_id <> %(execution_id)s);

-- name: select_waiting
-- Of what waits for this occasion, this run sends what it extracted itself, `limite` in all with what has left.
WITH couverte AS (
    SELECT r.id, row_number() OVER (ORDER BY r.id) AS rang
    FROM relances.relance r
    WHERE r.source = %(source)s AND r.canal = %(canal)s AND r.occasion = %(occasion)s AND r.statut = 'en_attente'
        AND EXISTS (
            SELECT FROM relances.relance_creance rc
            JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id
            WHERE rc.relance_id = r.id AND c.execution_id = %(execution_id)s)
), partie AS (
    SELECT count(*) AS nombre FROM relances.relance
    WHERE source = %(source)s AND canal = %(canal)s AND occasion = %(occasion)s
        AND statut NOT IN ('en_attente', 'annulee')
)
UPDATE relances.relance r
SET a_envoyer = NOT r.a_envoyer
FROM relances.relance attente
LEFT JOIN couverte ON couverte.id = attente.id
CROSS JOIN partie
WHERE r.id = attente.id AND r.statut = 'en_attente'
    AND attente.source = %(source)s AND attente.canal = %(canal)s AND attente.occasion = %(occasion)s
    AND r.a_envoyer IS DISTINCT FROM (
        couverte.id IS NOT NULL AND (%(limite)s::bigint IS NULL OR couverte.rang <= %(limite)s - partie.nombre));
