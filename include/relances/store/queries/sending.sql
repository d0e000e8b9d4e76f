-- name: plan_ranges
-- What may be sent now of an occasion by a fournisseur, cut into ranges of ids of at most `taille` relances, or more
-- where that would make more than `lots_max` of them; all of a size, so that those sent side by side end together.
SELECT min(id), max(id)
FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1)
        * least(%(lots_max)s, ceil(count(*) OVER () / %(taille)s::numeric)::bigint) / count(*) OVER () AS lot
    FROM relances.relance
    WHERE fournisseur = %(fournisseur)s AND occasion = %(occasion)s AND source = %(source)s
        AND (%(canal)s::text IS NULL OR canal = %(canal)s OR premiere_voie ->> 'canal' = %(canal)s)
        AND statut = 'en_attente' AND a_envoyer
        AND (prochaine_tentative_le IS NULL OR prochaine_tentative_le <= now())
) numbered
GROUP BY lot
ORDER BY lot;

-- name: first_untried
-- Since the day began, when a day that was lost may have begun too. Not where another message to the number may be on its
-- way, which could be taken for this one.
SELECT r.telephone, r.texte,
    least(r.creee_le, date_trunc('day', now() AT TIME ZONE 'Africa/Libreville') AT TIME ZONE 'Africa/Libreville'), now()
FROM relances.relance r
WHERE r.statut = 'en_attente' AND r.fournisseur = %(fournisseur)s AND r.id BETWEEN %(premier)s AND %(dernier)s
    AND r.source = %(source)s AND r.occasion = %(occasion)s AND r.tentatives = 0
    AND NOT EXISTS (
        SELECT FROM relances.relance autre
        WHERE autre.statut IN ('en_cours', 'incertaine') AND autre.telephone = r.telephone)
ORDER BY r.id LIMIT %(nombre)s;

-- name: find_in_lot
SELECT id FROM relances.relance
WHERE id BETWEEN %(premier)s AND %(dernier)s AND source = %(source)s AND occasion = %(occasion)s
LIMIT 1;

-- name: plan_retries
-- What is to be sent again now by a fournisseur, whatever its source and its occasion: a range of ids for each,
-- `nombre` relances in all. Days count from the first call.
SELECT source, occasion, min(id), max(id)
FROM (
    SELECT r.id, r.source, r.occasion
    FROM relances.relance r
    WHERE r.fournisseur = %(fournisseur)s AND r.statut = 'en_attente' AND (r.tentatives > 0 OR r.repli_le IS NOT NULL)
        AND r.a_envoyer AND (r.prochaine_tentative_le IS NULL OR r.prochaine_tentative_le <= now())
        AND coalesce(
            (SELECT t.commencee_le FROM relances.tentative t WHERE t.relance_id = r.id AND t.numero = 1), r.repli_le)
            > now() - make_interval(days => %(jours)s)
    ORDER BY r.id
    LIMIT %(nombre)s
) due
GROUP BY source, occasion
ORDER BY min(id);

-- name: exchange
-- Write outcomes and take up to `nombre` relances with the intent to call: committed before a byte leaves.
-- The journal always learns the outcome of its own call; the relance only where the claim is still its owner's (same
-- owner, same attempt, still en_cours). Only what a reading of the balances has, no older than `soldes_max`, is taken.
-- Those whose owner wants silence since their creation, and those that were never tried in time, are called off instead;
-- they come back without an attempt.
WITH regle AS (
    SELECT * FROM json_to_recordset(%(reglements)s::json) AS t (
        relance_id bigint, numero smallint, statut text, issue text,
        code text, reference text, detail text, delai_secondes float8)
), journal_clos AS (
    UPDATE relances.tentative t
    SET terminee_le = clock_timestamp(), issue = g.issue, code = g.code, detail = g.detail,
        reference = coalesce(g.reference, t.reference)
    FROM regle g
    WHERE t.relance_id = g.relance_id AND t.numero = g.numero
        AND t.proprietaire = %(proprietaire)s AND t.terminee_le IS NULL
), reglees AS (
    UPDATE relances.relance r
    SET statut = g.statut, proprietaire = NULL, bail_jusqu_au = NULL,
        reference = g.reference, code = g.code, motif = g.detail,
        prochaine_tentative_le = now() + make_interval(secs => g.delai_secondes),
        envoyee_le = CASE WHEN g.statut = 'envoyee' THEN clock_timestamp() END,
        incertaine_depuis = CASE WHEN g.statut = 'incertaine' THEN clock_timestamp() END,
        close_le = CASE WHEN g.statut = 'echec' THEN clock_timestamp() END
    FROM regle g
    WHERE r.id = g.relance_id AND r.statut = 'en_cours'
        AND r.proprietaire = %(proprietaire)s AND r.tentatives = g.numero
), prise AS (
    -- Not EXISTS, for which every claim might read the whole table.
    SELECT r.id, CASE
        WHEN (
            SELECT s.etat = 'opposition' FROM relances.numero_signale s
            WHERE s.telephone = r.telephone AND s.canal = r.canal) THEN 'opposition'
        WHEN (
            SELECT true FROM relances.opposition o
            WHERE o.source = r.source AND o.contribuable_id = r.contribuable_id) THEN 'opposition'
        WHEN r.tentatives = 0 AND r.creee_le <= now() - make_interval(hours => %(expiration_heures)s) THEN 'expiree'
        END AS annulation
    FROM relances.relance r
    WHERE statut = 'en_attente' AND fournisseur = %(fournisseur)s AND id BETWEEN %(premier)s AND %(dernier)s
        AND source = %(source)s AND occasion = %(occasion)s AND a_envoyer
        AND (tentatives > 0 OR repli_le IS NOT NULL OR NOT %(reprise)s)
        AND (prochaine_tentative_le IS NULL OR prochaine_tentative_le <= now())
        AND (
            SELECT get_bit(l.relances, (r.id %% 1024)::integer) = 1 FROM relances.solde_lu l
            WHERE l.source = %(source)s AND l.fournisseur = %(fournisseur)s AND l.tranche = r.id / 1024 AND l.lecture = (
                SELECT s.lecture FROM relances.lecture_soldes s
                WHERE s.source = %(source)s AND s.fournisseur = %(fournisseur)s AND s.lue_le
                    BETWEEN clock_timestamp() - make_interval(secs => %(soldes_max)s) AND clock_timestamp()))
    ORDER BY id
    LIMIT %(nombre)s
    FOR UPDATE OF r SKIP LOCKED
), annulees AS (
    UPDATE relances.relance r
    SET statut = 'annulee', code = prise.annulation, close_le = clock_timestamp(), prochaine_tentative_le = NULL,
        motif = CASE prise.annulation
            WHEN 'opposition' THEN 'le contribuable a demandé de ne plus lui écrire' ELSE 'pas partie à temps' END
    FROM prise WHERE r.id = prise.id AND prise.annulation IS NOT NULL
    RETURNING r.id
), prises AS (
    UPDATE relances.relance r
    SET statut = 'en_cours', proprietaire = %(proprietaire)s, tentatives = r.tentatives + 1,
        bail_jusqu_au = clock_timestamp() + make_interval(secs => %(bail_secondes)s),
        prochaine_tentative_le = NULL
    FROM prise WHERE r.id = prise.id AND prise.annulation IS NULL
    RETURNING r.id, r.tentatives, r.segments, r.telephone, r.texte, r.modele, r.variables
), journal_ouvert AS (
    INSERT INTO relances.tentative (relance_id, numero, fournisseur, compte, proprietaire)
    SELECT id, tentatives, %(fournisseur)s, %(compte)s, %(proprietaire)s FROM prises
)
SELECT id, tentatives, tentatives - CASE WHEN tentatives > 1 THEN (
        SELECT count(*) FROM relances.tentative t WHERE t.relance_id = prises.id AND (t.issue = 'non_envoyee' OR t.sans_essai))
    ELSE 0 END, segments, telephone, texte, modele, variables
FROM prises
UNION ALL
SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM annulees
ORDER BY id;

-- name: claim_unheard
-- What an unacknowledged claim took: this owner's rows that it does not know it holds. Their lease starts again.
UPDATE relances.relance
SET bail_jusqu_au = clock_timestamp() + make_interval(secs => %(bail_secondes)s)
WHERE statut = 'en_cours' AND proprietaire = %(proprietaire)s AND id <> ALL (%(detenues)s::bigint[])
RETURNING id, tentatives, tentatives - (
        SELECT count(*) FROM relances.tentative t WHERE t.relance_id = relance.id
            AND (t.issue = 'non_envoyee' OR t.sans_essai)),
    segments, telephone, texte, modele, variables;

-- name: seek_by_key
-- A worker's statements look up a few rows by key. A table that was empty when they were planned would be read whole by
-- them, for as long as the worker lives.
SELECT set_config('enable_seqscan', 'off', false);

-- name: find_passed_over
-- What a claim skips because somebody else has it locked, or its balance is to be read again, and leaves as it was.
-- Retries have their own passes.
SELECT id FROM relances.relance
WHERE statut = 'en_attente' AND fournisseur = %(fournisseur)s
    AND id BETWEEN %(premier_du_lot)s AND %(dernier)s AND source = %(source)s AND occasion = %(occasion)s AND a_envoyer
    AND tentatives = 0 AND repli_le IS NULL AND NOT %(reprise)s
    AND (prochaine_tentative_le IS NULL OR prochaine_tentative_le <= now())
LIMIT 1;

-- name: renew
-- The owner lives: the leases of what it holds start again, but for what was taken away from it.
UPDATE relances.relance
SET bail_jusqu_au = clock_timestamp() + make_interval(secs => %(bail_secondes)s)
WHERE id = ANY (%(detenues)s::bigint[]) AND statut = 'en_cours' AND proprietaire = %(proprietaire)s
RETURNING id;

-- name: flag_numbers
-- Remember numbers that their fournisseur says not to write to any more on the canal of these relances, where their
-- latest call was on it.
INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur)
SELECT DISTINCT ON (r.telephone, r.canal) r.telephone, r.canal, s.etat, s.code, r.fournisseur
FROM unnest(
    %(relance_id)s::bigint[], %(numero)s::smallint[], %(etat)s::text[], %(code)s::text[]
) AS s (relance_id, numero, etat, code)
JOIN relances.tentative t ON t.relance_id = s.relance_id AND t.numero = s.numero
JOIN relances.relance r ON r.id = s.relance_id AND r.fournisseur = t.fournisseur
ORDER BY r.telephone, r.canal, s.etat DESC
ON CONFLICT (telephone, canal) DO UPDATE
SET etat = excluded.etat, code = excluded.code, fournisseur = excluded.fournisseur, signale_le = now()
WHERE numero_signale.etat <> 'opposition';

-- name: give_up_the_vanished
-- The server sees within two minutes that a machine is gone, whose turn it would otherwise hold for hours.
SELECT set_config('tcp_keepalives_idle', '60', false), set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '6', false);

-- name: take_turn
SELECT pg_try_advisory_lock(hashtextextended(%(fournisseur)s, 2));
