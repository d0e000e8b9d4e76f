-- name: set_session_execution
-- The session's execution: what COPY stamps on each row and what creance_a_valider shows.
SELECT set_config('relances.execution_id', %(execution_id)s, false);

-- name: clear_extraction
-- A second extraction of the same execution replaces the first, its exclusions with it.
WITH exclusions AS (DELETE FROM relances.exclusion WHERE execution_id = %(execution_id)s)
DELETE FROM relances.creance_extraite WHERE execution_id = %(execution_id)s;

-- name: copy_creances
COPY relances.creance_extraite (creance_id, contribuable_id, nom, prenom, telephones, langue, categorie,
    libelle, montant_du, devise, echeance, jours_retard, derniere_relance, relances_agents, exclusion) FROM STDIN;

-- name: close_extraction
UPDATE relances.execution SET creances = %(creances)s, derniere_collecte = %(derniere_collecte)s
WHERE id = %(execution_id)s;

-- name: stream_numbers_to_read
-- Each telephone of the execution that nobody read yet, or an older version of the reading; in the order of the index
-- that remembers it, to which it is then added at its end.
SELECT saisie
FROM (
    SELECT DISTINCT unnest(telephones) COLLATE "C" AS saisie
    FROM relances.creance_extraite WHERE execution_id = %(execution_id)s
) telephone
WHERE saisie IS NOT NULL AND NOT EXISTS (
    SELECT FROM relances.numero n WHERE n.saisie = telephone.saisie AND n.lecture = %(lecture)s)
ORDER BY saisie;

-- name: create_numbers_read
CREATE TEMPORARY TABLE numero_lu (LIKE relances.numero) ON COMMIT DROP;

-- name: copy_numbers_read
COPY numero_lu (saisie, chiffres, pays, migre, format_guide, attribue, refus, lecture) FROM STDIN;

-- name: remember_numbers
INSERT INTO relances.numero SELECT * FROM numero_lu
ON CONFLICT (saisie) DO UPDATE SET chiffres = excluded.chiffres, pays = excluded.pays, migre = excluded.migre,
    format_guide = excluded.format_guide, attribue = excluded.attribue, refus = excluded.refus,
    lecture = excluded.lecture;

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
            -- The lower bound of what numeric(16, 2) holds above zero; NaN is above any number.
            WHEN montant_du IS NULL OR montant_du < 0.005 THEN 'montant_nul'
            WHEN montant_du > %(montant_max)s THEN 'montant_demesure'
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
SET statut = 'annulee', code = 'remplacee', motif = 'remplacée par une relance plus récente', close_le = now(),
    prochaine_tentative_le = NULL
WHERE r.id IN (SELECT relance_id FROM remplacable) AND EXISTS (
    SELECT FROM relances.relance_creance rc
    JOIN nouvelle_relance_creance n ON n.creance_id = rc.creance_id
    JOIN nouvelle_relance nr ON nr.contribuable_id = n.contribuable_id AND nr.ecartee IS NULL
    WHERE rc.relance_id = r.id);

-- name: gather_history
-- What this pipeline told the contribuables of this source lately, by creance. First of all, whatever became of it, what
-- this run is about again: `du_jour`, its occasion's relances, on its canal where it names one. Then what may have
-- reached somebody: a failure tells nothing, except 408, for that message may have arrived. An earlier day's unsent
-- relance that this run holds (hold_earlier_relances) may give way, and does not count. A day in the past does not hide
-- what left since, nor one canal what left by another.
INSERT INTO historique (creance_id, contribuable_id, jour, relance_id, meme_occasion, du_jour)
SELECT rc.creance_id, r.contribuable_id, v.jour, r.id, r.occasion = %(occasion)s, v.du_jour
FROM relances.relance r
JOIN relances.relance_creance rc ON rc.relance_id = r.id
CROSS JOIN LATERAL (
    SELECT greatest(r.date_relance, (r.creee_le AT TIME ZONE 'Africa/Libreville')::date) AS jour,
        r.occasion = %(occasion)s AND (%(canal)s::text IS NULL OR r.canal = %(canal)s) AS du_jour
) v
WHERE r.source = %(source)s AND (v.du_jour OR (
    v.jour > %(date_relance)s::date - greatest(%(delai_jours)s, 7)
    AND (r.statut NOT IN ('echec', 'annulee') OR r.code = '408')
    AND NOT EXISTS (SELECT FROM remplacable p WHERE p.relance_id = r.id)));

-- name: stream_creances_to_decide
-- One row per creance without a verdict yet, a contribuable's together, with what was already said of it.
SELECT c.rang, c.creance_id, c.contribuable_id, c.nom, c.prenom,
    n.saisie, n.chiffres, n.pays, coalesce(n.migre, false), coalesce(n.format_guide, false), coalesce(n.attribue, false),
    n.refus, plusieurs.numeros, c.langue, c.categorie, c.libelle, c.montant_du, c.echeance, c.jours_retard,
    greatest(h.jour, (c.derniere_relance AT TIME ZONE 'Africa/Libreville')::date),
    coalesce(s.du_jour, false),
    op.contribuable_id IS NOT NULL,
    (coalesce(s.semaine, 0) + coalesce(c.relances_agents, 0))::integer
FROM relances.creance_extraite c
LEFT JOIN relances.exclusion x ON x.rang = c.rang
LEFT JOIN relances.numero n ON n.saisie = c.telephones[1] COLLATE "C"
LEFT JOIN LATERAL (
    -- The best first: one that takes messages, then the latest that one reached.
    SELECT jsonb_agg(
        jsonb_build_array(l.saisie, l.chiffres, l.pays, l.migre, l.format_guide, l.attribue, l.refus)
        ORDER BY l.refus IS NOT NULL, livree.le DESC NULLS LAST, t.ordre) AS numeros
    FROM unnest(c.telephones) WITH ORDINALITY AS t (saisie, ordre)
    JOIN relances.numero l ON l.saisie = t.saisie COLLATE "C"
    CROSS JOIN LATERAL (
        SELECT max(r.livree_le) AS le FROM relances.relance r
        WHERE r.telephone = l.chiffres AND r.statut = 'livree'
    ) livree
) plusieurs ON cardinality(c.telephones) > 1
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
CREATE TEMPORARY TABLE nouvelle_relance (
    contribuable_id text, niveau smallint, canal text, fournisseur text, telephone text, telephone_migre boolean,
    texte text, modele text, variables text[], segments smallint, segments_evites smallint, cout numeric,
    montant_du numeric, echeance date, jours_retard integer,
    ecartee text  -- the limit that leaves it out
) ON COMMIT DROP;
CREATE TEMPORARY TABLE nouvelle_relance_creance (
    contribuable_id text, rang bigint, creance_id text, montant_du numeric, echeance date
) ON COMMIT DROP;
CREATE TEMPORARY TABLE nouvelle_exclusion (rang bigint, code text) ON COMMIT DROP;
CREATE TEMPORARY TABLE remplacable (relance_id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE historique (
    creance_id text, contribuable_id text, jour date, relance_id bigint, meme_occasion boolean,
    du_jour boolean
) ON COMMIT DROP;

-- name: copy_nouvelle_relance
COPY nouvelle_relance (contribuable_id, niveau, canal, fournisseur, telephone, telephone_migre, texte, modele,
    variables, segments, segments_evites, cout, montant_du, echeance, jours_retard) FROM STDIN;

-- name: copy_nouvelle_relance_creance
COPY nouvelle_relance_creance FROM STDIN;

-- name: copy_nouvelle_exclusion
COPY nouvelle_exclusion FROM STDIN;

-- name: analyze_history
ANALYZE historique;

-- name: analyze_temporary_tables
ANALYZE nouvelle_relance, nouvelle_relance_creance;

-- name: set_aside_beyond_limits
-- The latest debtors come first. `limite` caps the occasion as a whole, so that running again adds nothing.
UPDATE nouvelle_relance n
SET ecartee = CASE
    WHEN v.rang > %(limite)s::bigint - d.occasion THEN 'hors_limite'
    WHEN v.rang > %(relances_par_passage)s::bigint - d.passage OR v.rang > %(relances_par_jour)s::bigint - d.jour
        THEN 'plafond'
    WHEN v.cout > %(budget_par_passage)s::numeric - d.cout_passage OR v.cout > %(budget_par_jour)s::numeric - d.cout_jour
        THEN 'budget'
    END
FROM (
    SELECT contribuable_id, row_number() OVER ordre AS rang, sum(cout) OVER ordre AS cout
    FROM nouvelle_relance
    WINDOW ordre AS (ORDER BY jours_retard DESC, contribuable_id)
) v
CROSS JOIN (
    SELECT count(*) FILTER (WHERE occasion = %(occasion)s) AS occasion,
        count(*) FILTER (WHERE execution_id = %(execution_id)s) AS passage,
        coalesce(sum(cout) FILTER (WHERE execution_id = %(execution_id)s), 0) AS cout_passage,
        count(*) FILTER (WHERE statut <> 'annulee' OR code <> 'simulation') AS jour,
        coalesce(sum(cout) FILTER (WHERE statut <> 'annulee' OR code <> 'simulation'), 0) AS cout_jour
    FROM relances.relance
    WHERE source = %(source)s AND date_relance = %(date_relance)s
) d
WHERE n.contribuable_id = v.contribuable_id;

-- name: insert_relances
INSERT INTO relances.relance (source, contribuable_id, canal, occasion, execution_id, date_relance, niveau,
    fournisseur, telephone, telephone_migre, texte, modele, variables, segments, segments_evites, cout, montant_du,
    devise, echeance, statut, code, motif, close_le)
SELECT %(source)s, contribuable_id, canal, %(occasion)s, %(execution_id)s, %(date_relance)s, niveau,
    fournisseur, telephone, telephone_migre, texte, modele, variables, segments, segments_evites, cout, montant_du,
    %(devise)s, echeance,
    CASE WHEN %(simulation)s THEN 'annulee' ELSE 'en_attente' END,
    CASE WHEN %(simulation)s THEN 'simulation' END,
    CASE WHEN %(simulation)s THEN 'passage de simulation : rien n''est envoyé' END,
    CASE WHEN %(simulation)s THEN now() END
FROM nouvelle_relance
WHERE ecartee IS NULL
ON CONFLICT ON CONSTRAINT relance_unique DO NOTHING;

-- name: insert_relance_creances
INSERT INTO relances.relance_creance (relance_id, creance_id, montant_du, echeance)
SELECT r.id, n.creance_id, n.montant_du, n.echeance
FROM nouvelle_relance_creance n
JOIN relances.relance r
    ON r.source = %(source)s AND r.contribuable_id = n.contribuable_id
    AND r.occasion = %(occasion)s AND r.execution_id = %(execution_id)s
ON CONFLICT DO NOTHING;

-- name: insert_exclusions
-- Those the rules set aside, and those that a limit left without a relance.
INSERT INTO relances.exclusion (rang, execution_id, etape, code)
SELECT rang, %(execution_id)s, 'creation', code FROM nouvelle_exclusion
UNION ALL
SELECT n.rang, %(execution_id)s, 'creation', r.ecartee
FROM nouvelle_relance_creance n
JOIN nouvelle_relance r ON r.contribuable_id = n.contribuable_id
WHERE r.ecartee IS NOT NULL;

-- name: earlier_runs_left_waiting
SELECT EXISTS (
    SELECT FROM relances.relance
    WHERE source = %(source)s AND (%(canal)s::text IS NULL OR canal = %(canal)s) AND occasion = %(occasion)s
        AND statut = 'en_attente' AND execution_id <> %(execution_id)s);

-- name: select_waiting
-- Of what waits for this occasion, this run sends what it extracted itself, `limite` in all with what has left.
WITH couverte AS (
    SELECT r.id, row_number() OVER (ORDER BY r.id) AS rang
    FROM relances.relance r
    WHERE r.source = %(source)s AND (%(canal)s::text IS NULL OR r.canal = %(canal)s) AND r.occasion = %(occasion)s
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
    AND (%(canal)s::text IS NULL OR attente.canal = %(canal)s)
    AND r.a_envoyer IS DISTINCT FROM (
        couverte.id IS NOT NULL AND (%(limite)s::bigint IS NULL OR couverte.rang <= %(limite)s - partie.nombre));
