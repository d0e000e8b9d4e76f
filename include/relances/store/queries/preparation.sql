-- name: set_session_execution
-- The session's execution: what COPY stamps on each row.
SELECT set_config('relances.execution_id', %(execution_id)s, false);

-- name: clear_extraction
-- A second extraction of the same execution replaces the first, its exclusions with it.
WITH exclusions AS (DELETE FROM relances.exclusion WHERE execution_id = %(execution_id)s)
DELETE FROM relances.creance_extraite WHERE execution_id = %(execution_id)s;

-- name: copy_creances
COPY relances.creance_extraite (creance_id, contribuable_id, nom, prenom, telephones, langue, categorie,
    libelle, montant_du, devise, echeance, jours_retard, derniere_relance, relances_agents, exclusion) FROM STDIN;

-- name: close_extraction
-- What was said of an earlier one is no more.
UPDATE relances.execution
SET creances = %(creances)s, derniere_collecte = %(derniere_collecte)s, validee_le = NULL, terminee_le = NULL,
    equilibre = NULL, bilan = NULL, rapport = NULL
WHERE id = %(execution_id)s;

-- name: analyze_extraction
-- A million rows have just come in, of which the planner knows nothing: it would take them for a few.
ANALYZE relances.creance_extraite;

-- name: stream_numbers_to_read
-- Each telephone of the execution that nobody read yet, in the order of the index that remembers it.
SELECT saisie
FROM (
    SELECT DISTINCT unnest(telephones) COLLATE "C" AS saisie
    FROM relances.creance_extraite WHERE execution_id = %(execution_id)s
) telephone
WHERE length(saisie) <= 100 AND NOT EXISTS (  -- a longer one is no number, and too long for an index
    SELECT FROM relances.numero n WHERE n.saisie = telephone.saisie)
ORDER BY saisie;

-- name: cut_cells
-- Each telephone that holds several numbers gives way to them, in their order.
UPDATE relances.creance_extraite c
SET telephones = coupee.telephones
FROM (
    SELECT e.rang, array_agg(coalesce(p.numero, t.saisie) ORDER BY t.ordre, p.ordre) AS telephones
    FROM relances.creance_extraite e
    CROSS JOIN unnest(e.telephones) WITH ORDINALITY AS t (saisie, ordre)
    LEFT JOIN cellule_coupee p ON p.cellule = t.saisie
    WHERE e.execution_id = %(execution_id)s
    GROUP BY e.rang
    HAVING bool_or(p.cellule IS NOT NULL)
) coupee
WHERE c.rang = coupee.rang AND c.execution_id = %(execution_id)s;

-- name: create_cut_cells
CREATE TEMPORARY TABLE cellule_coupee (cellule text, numero text, ordre integer) ON COMMIT DROP;

-- name: copy_cut_cells
COPY cellule_coupee FROM STDIN;

-- name: analyze_cut_cells
ANALYZE cellule_coupee;

-- name: lock_numbers
SELECT pg_advisory_xact_lock(hashtextextended('numero', 4));

-- name: forget_older_readings
DELETE FROM relances.numero WHERE lecture <> %(lecture)s;

-- name: copy_numbers
COPY relances.numero (saisie, chiffres, pays, migre, format_guide, attribue, refus, lecture) FROM STDIN;

-- name: analyze_numbers
ANALYZE relances.numero;

-- name: clear_exclusions
DELETE FROM relances.exclusion WHERE execution_id = %(execution_id)s AND etape = %(etape)s;

-- name: exclude_invalid_rows
-- The first fault of a row is its reason; of a creance extracted twice, the first sound row stays.
INSERT INTO relances.exclusion (rang, execution_id, etape, code)
SELECT rang, execution_id, 'validation', faute FROM relances.creance_a_valider WHERE faute IS NOT NULL
UNION ALL
SELECT rang, execution_id, 'validation', 'doublon' FROM relances.doublon_a_valider;

-- name: set_planner
-- A million rows are sorted and joined in one go, and all of them are wanted: not the first ones soon.
SELECT set_config('work_mem', '128MB', true), set_config('cursor_tuple_fraction', '1', true);

-- name: lock_creations
-- Creations go one after the other, until each commits: one's relances are the history and the expense of another's.
SELECT pg_advisory_xact_lock(hashtextextended('creation', 0));

-- name: list_earlier_relances
-- What an earlier day left unsent, whatever its canal, of which this run extracted every creance: it decides of them
-- anew, so that its relances, or its reasons, replace that.
INSERT INTO remplacable (relance_id)
SELECT r.id FROM relances.relance r
WHERE r.statut = 'en_attente' AND r.source = %(source)s AND r.date_relance < %(date_relance)s
    AND r.occasion <> %(occasion)s
    AND NOT EXISTS (
        SELECT FROM relances.relance_creance rc
        LEFT JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id AND c.execution_id = %(execution_id)s
        WHERE rc.relance_id = r.id AND c.rang IS NULL);

-- name: hold_earlier_relances
-- Of these, those that no worker has taken meanwhile; locked, so that none does.
DELETE FROM remplacable
WHERE relance_id NOT IN (
    SELECT id FROM relances.relance
    WHERE statut = 'en_attente' AND id IN (SELECT relance_id FROM remplacable)
    FOR UPDATE SKIP LOCKED);

-- name: expire_replaced_relances
-- Those whose contribuable, or one of whose creances, has a relance of this run; the others wait on.
UPDATE relances.relance r
SET statut = 'annulee', code = 'remplacee', motif = 'remplacée par une relance plus récente', close_le = now(),
    prochaine_tentative_le = NULL
WHERE r.id IN (SELECT relance_id FROM remplacable) AND (
    EXISTS (
        SELECT FROM relances.relance n
        WHERE n.execution_id = %(execution_id)s AND n.id >= %(premiere)s AND n.source = r.source
            AND n.contribuable_id = r.contribuable_id)
    OR EXISTS (
        SELECT FROM relances.relance_creance rc
        JOIN relances.relance_creance nouvelle ON nouvelle.creance_id = rc.creance_id
        JOIN relances.relance n ON n.id = nouvelle.relance_id
        WHERE rc.relance_id = r.id AND n.id >= %(premiere)s AND n.execution_id = %(execution_id)s));

-- name: gather_history
-- What this pipeline told the contribuables of this source lately, by creance. First of all, whatever became of it, what
-- this run is about again: `du_jour`, its occasion's relances, those that began on its canal or go on by it where it
-- names one. Then what may have reached somebody: a failure tells nothing, except 408, for that message may have arrived.
-- An earlier day's unsent relance that this run holds (hold_earlier_relances) may give way, and does not count. A day in
-- the past does not hide what left since, nor one canal what left by another.
INSERT INTO historique (creance_id, contribuable_id, jour, relance_id, meme_occasion, du_jour)
SELECT rc.creance_id, r.contribuable_id, r.jour, r.id, r.meme_occasion, r.du_jour
FROM (
    SELECT id, contribuable_id, statut, code, true AS meme_occasion,
        coalesce(%(canal)s::text IS NULL OR canal = %(canal)s OR premiere_voie ->> 'canal' = %(canal)s, false)
            AS du_jour,
        greatest(date_relance, (creee_le AT TIME ZONE 'Africa/Libreville')::date) AS jour
    FROM relances.relance
    -- Every canal there is: the key that finds an occasion begins with it.
    WHERE source = %(source)s AND canal = ANY (%(canaux)s) AND occasion = %(occasion)s
    UNION ALL
    SELECT id, contribuable_id, statut, code, false, false,
        greatest(date_relance, (creee_le AT TIME ZONE 'Africa/Libreville')::date)
    FROM relances.relance
    WHERE source = %(source)s AND occasion <> %(occasion)s
        AND (date_relance > %(date_relance)s::date - greatest(%(delai_jours)s, 7)
            OR creee_le >= (%(date_relance)s::date - greatest(%(delai_jours)s, 7) + 1)::timestamp
                AT TIME ZONE 'Africa/Libreville')
        AND NOT EXISTS (SELECT FROM remplacable p WHERE p.relance_id = relance.id)
) r
JOIN relances.relance_creance rc ON rc.relance_id = r.id
WHERE r.du_jour OR r.statut NOT IN ('echec', 'annulee') OR r.code = '408';

-- name: stream_creances_to_decide
-- One row per creance without a verdict yet, a contribuable's together, with what was already said of it.
SELECT c.rang, c.creance_id, c.contribuable_id, c.nom, c.prenom,
    c.telephones[1] AS saisie, n.chiffres, n.pays, coalesce(n.migre, false) AS migre,
    coalesce(n.format_guide, false) AS format_guide, coalesce(n.attribue, false) AS attribue, n.refus,
    CASE WHEN cardinality(c.telephones) > 1 THEN (
        -- The best first: one that takes messages, then the latest that one reached.
        SELECT jsonb_agg(
            jsonb_build_array(t.saisie, l.chiffres, l.pays, l.migre, l.format_guide, l.attribue, l.refus)
            ORDER BY l.refus IS NOT NULL, livree.le DESC NULLS LAST, t.ordre)
        FROM unnest(c.telephones) WITH ORDINALITY AS t (saisie, ordre)
        LEFT JOIN relances.numero l ON l.saisie = t.saisie COLLATE "C"
        CROSS JOIN LATERAL (
            SELECT max(r.livree_le) AS le FROM relances.relance r
            WHERE r.telephone = l.chiffres AND r.statut = 'livree'
        ) livree
        WHERE t.saisie IS NOT NULL
    ) END AS numeros,
    c.langue, c.categorie, c.libelle, c.montant_du, c.echeance, c.jours_retard,
    -- What the source says is yet to come is a mistake, and what is of before any delay counts no more than nothing.
    greatest(h.jour, CASE WHEN c.derniere_relance < greatest(now(), %(date_relance)s::date + interval '2 days')
        AND c.derniere_relance > %(date_relance)s::date - greatest(%(delai_jours)s, 7) - interval '2 days'
        THEN (c.derniere_relance AT TIME ZONE 'Africa/Libreville')::date END) AS derniere_relance,
    coalesce(s.du_jour, false) AS relance_du_jour,
    op.contribuable_id IS NOT NULL AS opposition,
    (coalesce(s.semaine, 0) + coalesce(c.relances_agents, 0))::integer AS relances_semaine
FROM relances.creance_extraite c
LEFT JOIN relances.exclusion x ON x.rang = c.rang
LEFT JOIN relances.numero n ON n.saisie = c.telephones[1] COLLATE "C"
LEFT JOIN (
    SELECT creance_id, max(jour) AS jour FROM historique WHERE NOT du_jour GROUP BY creance_id
) h ON h.creance_id = c.creance_id
LEFT JOIN (
    SELECT contribuable_id, bool_or(meme_occasion) AS du_jour,
        count(DISTINCT relance_id) FILTER (WHERE NOT du_jour AND jour > %(date_relance)s::date - 7) AS semaine
    FROM historique GROUP BY contribuable_id
) s ON s.contribuable_id = c.contribuable_id
LEFT JOIN relances.opposition op ON op.source = %(source)s AND op.contribuable_id = c.contribuable_id
-- A creance that this occasion's relance speaks of already is decided.
WHERE c.execution_id = %(execution_id)s AND x.rang IS NULL
    AND NOT EXISTS (
        SELECT FROM historique d
        WHERE d.du_jour AND d.creance_id = c.creance_id AND d.contribuable_id = c.contribuable_id)
ORDER BY c.contribuable_id COLLATE "C", c.echeance, c.creance_id;

-- name: flagged_numbers
-- The numbers that are not to be written to on a canal, and why. Silence that was asked for never lapses.
SELECT telephone, etat FROM relances.numero_signale
WHERE canal = %(canal)s AND (etat = 'opposition' OR signale_le > now() - make_interval(days => %(oubli_jours)s));

-- name: lift_flags
-- On every canal.
DELETE FROM relances.numero_signale WHERE telephone = %(telephone)s RETURNING canal, etat;

-- name: create_temporary_tables
CREATE TEMPORARY TABLE remplacable (relance_id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE historique (
    creance_id text, contribuable_id text, jour date, relance_id bigint, meme_occasion boolean,
    du_jour boolean
) ON COMMIT DROP;

-- name: analyze_history
ANALYZE historique;

-- name: reserve_ids
SELECT nextval(pg_get_serial_sequence('relances.relance', 'id')) FROM generate_series(1, %(nombre)s);

-- name: copy_relances
COPY relances.relance (id, contribuable_id, niveau, canal, fournisseur, telephone, telephone_migre, texte, modele,
    variables, segments, segments_evites, cout, montant_du, echeance, source, occasion, execution_id, date_relance,
    devise, statut, code, motif, close_le) FROM STDIN;

-- name: copy_relance_creances
COPY relances.relance_creance (relance_id, creance_id, montant_du, echeance) FROM STDIN;

-- name: copy_exclusions
COPY relances.exclusion (rang, code, execution_id, etape) FROM STDIN;

-- name: exclude_beyond_limits
-- Of the relances just made, the latest debtors' first, those beyond a limit make way for the reason. `limite` caps the
-- occasion as a whole, so that running again adds nothing; a day's limits, what was made that day for anybody.
WITH deja AS (
    SELECT count(*) FILTER (WHERE source = %(source)s AND occasion = %(occasion)s) AS occasion,
        count(*) FILTER (WHERE execution_id = %(execution_id)s) AS passage,
        coalesce(sum(cout) FILTER (WHERE execution_id = %(execution_id)s), 0) AS cout_passage,
        count(*) FILTER (WHERE du_jour AND code IS DISTINCT FROM 'simulation') AS jour,
        coalesce(sum(cout) FILTER (WHERE du_jour AND code IS DISTINCT FROM 'simulation'), 0) AS cout_jour
    FROM (
        SELECT *, (creee_le AT TIME ZONE 'Africa/Libreville')::date
            = (now() AT TIME ZONE 'Africa/Libreville')::date AS du_jour
        FROM relances.relance
    ) relance
    WHERE (du_jour OR (source = %(source)s AND occasion = %(occasion)s))
        AND NOT (id >= %(premiere)s AND execution_id = %(execution_id)s)
), nouvelle AS (
    SELECT id, row_number() OVER ordre AS rang, sum(cout) OVER ordre AS cout
    FROM relances.relance
    WHERE id >= %(premiere)s AND execution_id = %(execution_id)s
    WINDOW ordre AS (ORDER BY echeance, contribuable_id)
), classee AS (
    SELECT n.id, CASE
        WHEN n.rang > %(limite)s::bigint - d.occasion THEN 'hors_limite'
        WHEN n.rang > %(relances_par_passage)s::bigint - d.passage THEN 'plafond'
        WHEN n.rang > %(relances_par_jour)s::bigint - d.jour THEN 'plafond'
        WHEN n.cout > %(budget_par_passage)s::numeric - d.cout_passage THEN 'budget'
        WHEN n.cout > %(budget_par_jour)s::numeric - d.cout_jour THEN 'budget'
    END AS code
    FROM nouvelle n CROSS JOIN deja d
), ecartee AS (
    DELETE FROM relances.relance r USING classee c WHERE r.id = c.id AND c.code IS NOT NULL RETURNING r.id, c.code
), dite AS (
    DELETE FROM relances.relance_creance rc USING ecartee e WHERE rc.relance_id = e.id RETURNING rc.creance_id, e.code
), exclue AS (
    INSERT INTO relances.exclusion (rang, execution_id, etape, code)
    SELECT c.rang, c.execution_id, 'creation', d.code
    FROM dite d
    JOIN relances.creance_extraite c ON c.creance_id = d.creance_id AND c.execution_id = %(execution_id)s
    WHERE NOT EXISTS (SELECT FROM relances.exclusion x WHERE x.rang = c.rang)
    RETURNING rang
)
SELECT (SELECT count(*) FROM ecartee), (SELECT count(*) FROM exclue);

-- name: earlier_runs_left_waiting
SELECT EXISTS (
    SELECT FROM relances.relance
    WHERE source = %(source)s AND (%(canal)s::text IS NULL OR canal = %(canal)s OR premiere_voie ->> 'canal' = %(canal)s)
        AND occasion = %(occasion)s AND statut = 'en_attente' AND execution_id <> %(execution_id)s);

-- name: select_waiting
-- Of what waits for this occasion, this run sends what it extracted itself, `limite` in all with what has left.
WITH couverte AS (
    SELECT r.id, row_number() OVER (ORDER BY r.id) AS rang
    FROM relances.relance r
    WHERE r.source = %(source)s AND r.occasion = %(occasion)s
        AND (%(canal)s::text IS NULL OR r.canal = %(canal)s OR r.premiere_voie ->> 'canal' = %(canal)s)
        AND r.statut = 'en_attente'
        AND EXISTS (
            SELECT FROM relances.relance_creance rc
            JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id
            WHERE rc.relance_id = r.id AND c.execution_id = %(execution_id)s)
), partie AS (
    SELECT count(*) AS nombre FROM relances.relance
    WHERE source = %(source)s AND occasion = %(occasion)s AND statut NOT IN ('en_attente', 'annulee')
)
UPDATE relances.relance r
SET a_envoyer = NOT r.a_envoyer
FROM relances.relance attente
LEFT JOIN couverte ON couverte.id = attente.id
CROSS JOIN partie
WHERE r.id = attente.id AND r.statut = 'en_attente'
    AND attente.source = %(source)s AND attente.occasion = %(occasion)s
    AND (%(canal)s::text IS NULL OR attente.canal = %(canal)s OR attente.premiere_voie ->> 'canal' = %(canal)s)
    AND r.a_envoyer IS DISTINCT FROM (
        couverte.id IS NOT NULL AND (%(limite)s::bigint IS NULL OR couverte.rang <= %(limite)s - partie.nombre));
