-- name: rescue
-- Claims whose lease is over: their owner is dead or frozen, so what became of the call is not known. The doubt began
-- when the lease ended, by which any call was over, however late this is.
UPDATE relances.relance r
SET statut = 'incertaine', proprietaire = NULL, bail_jusqu_au = NULL, incertaine_depuis = r.bail_jusqu_au,
    code = 'bail_expire', motif = 'le traitement s''est arrêté pendant l''appel'
FROM (
    SELECT id FROM relances.relance
    WHERE statut = 'en_cours' AND bail_jusqu_au < clock_timestamp()
    LIMIT %(nombre)s
    FOR UPDATE SKIP LOCKED
) morte
WHERE r.id = morte.id;

-- name: resolve_from_journal
-- A call that ended after its claim was lost still wrote its own outcome: that is what happened. A proof that it
-- was accepted still counts a day after the doubt was closed as 408.
UPDATE relances.relance r
SET statut = CASE tranchee.issue WHEN 'acceptee' THEN 'envoyee' WHEN 'refusee' THEN 'echec' ELSE 'en_attente' END,
    reference = tranchee.reference, code = tranchee.code, motif = tranchee.detail,
    incertaine_depuis = NULL, interrogee_le = NULL,
    envoyee_le = CASE tranchee.issue WHEN 'acceptee' THEN tranchee.terminee_le END,
    close_le = CASE tranchee.issue WHEN 'refusee' THEN tranchee.terminee_le END
FROM (
    SELECT d.id, t.issue, t.reference, t.code, t.detail, t.terminee_le
    FROM relances.relance d
    JOIN relances.tentative t ON t.relance_id = d.id AND t.numero = d.tentatives
    WHERE (d.statut = 'incertaine' AND t.issue IN ('acceptee', 'refusee', 'reportee', 'non_envoyee'))
        OR (d.statut = 'echec' AND d.code = '408' AND d.close_le > now() - interval '1 day' AND t.issue = 'acceptee')
    LIMIT %(nombre)s
    FOR UPDATE OF d SKIP LOCKED
) tranchee
WHERE r.id = tranchee.id;

-- name: close_doubts
-- Nobody can tell, or nobody could in time: the tax office's rule is a failure with code 408. Of these fournisseurs,
-- which are being asked, only what they were asked of: a doubt may be old when it is found.
UPDATE relances.relance r
SET statut = 'echec', code = '408', close_le = clock_timestamp(), incertaine_depuis = NULL,
    motif = 'pas de réponse du fournisseur : le message est peut-être arrivé'
FROM (
    SELECT id FROM relances.relance
    WHERE statut = 'incertaine' AND (%(fournisseur)s::text IS NULL OR fournisseur = %(fournisseur)s)
        AND incertaine_depuis < clock_timestamp() - make_interval(secs => %(secondes)s)
        AND (interrogee_le IS NOT NULL OR fournisseur <> ALL (%(interroges)s::text[]))
    LIMIT %(nombre)s
    FOR UPDATE SKIP LOCKED
) ancienne
WHERE r.id = ancienne.id;

-- name: abandon
-- What was put off for longer than relances are sent again, since its first call. A later run reminds its contribuable.
UPDATE relances.relance r
SET statut = 'echec', code = coalesce(r.code, 'abandonnee'), close_le = clock_timestamp(), prochaine_tentative_le = NULL
FROM (
    SELECT a.id FROM relances.relance a
    WHERE a.statut = 'en_attente' AND a.tentatives > 0
        AND a.creee_le <= now() - make_interval(days => %(jours)s)  -- as its first call is: read without the journal
        AND (SELECT t.commencee_le FROM relances.tentative t WHERE t.relance_id = a.id AND t.numero = 1)
            <= now() - make_interval(days => %(jours)s)
    LIMIT %(nombre)s
    FOR UPDATE SKIP LOCKED
) vaine
WHERE r.id = vaine.id;

-- name: expire_untried
-- What never left in time, what a database that was restored only supposed to have left included. A row that somebody
-- holds is about to be sent, or replaced; the claim sees to the first.
UPDATE relances.relance r
SET statut = 'annulee', code = 'expiree', motif = 'pas partie à temps', close_le = clock_timestamp(),
    prochaine_tentative_le = NULL
FROM (
    SELECT id FROM relances.relance
    WHERE statut = 'en_attente' AND creee_le <= now() - make_interval(hours => %(heures)s)
        AND (tentatives = 0 OR NOT EXISTS (
            SELECT FROM relances.tentative t
            WHERE t.relance_id = relance.id AND NOT (t.sans_essai AND t.constat IS NOT DISTINCT FROM 'absente')))
    LIMIT %(nombre)s
    FOR UPDATE SKIP LOCKED
) tardive
WHERE r.id = tardive.id;

-- name: list_doubles
-- Relances with two messages that their fournisseur took, the first never said undelivered, the second of the last day
-- and not told of yet.
SELECT DISTINCT deuxieme.relance_id, deuxieme.numero
FROM relances.tentative deuxieme
JOIN relances.tentative premiere ON premiere.relance_id = deuxieme.relance_id AND premiere.numero < deuxieme.numero
WHERE deuxieme.commencee_le > now() - interval '1 day' AND deuxieme.numero > 1
    AND (deuxieme.issue = 'acceptee' OR deuxieme.constat = 'retrouvee')
    AND (premiere.issue = 'acceptee' OR premiere.constat = 'retrouvee')
    AND premiere.constat IS DISTINCT FROM 'non_livree' AND deuxieme.double_dit_le IS NULL
ORDER BY deuxieme.relance_id, deuxieme.numero;

-- name: mark_told
UPDATE relances.tentative t SET double_dit_le = clock_timestamp()
FROM unnest(%(relance_id)s::bigint[], %(numero)s::smallint[]) AS dit (relance_id, numero)
WHERE t.relance_id = dit.relance_id AND t.numero = dit.numero;

-- name: list_doubts
-- The doubts to ask a fournisseur of that nobody asked of lately, the longest unasked first. One for a number, the
-- first to have become one: of two texts alike, the order tells whose message is found.
-- Materialized: thousands become doubts at once, before any ANALYZE, and would be compared two by two.
WITH premiere AS MATERIALIZED (
    SELECT DISTINCT ON (telephone) id, tentatives, telephone, texte, incertaine_depuis, interrogee_le
    FROM relances.relance
    WHERE statut = 'incertaine' AND fournisseur = %(fournisseur)s
    ORDER BY telephone, incertaine_depuis, id
)
SELECT r.id, r.tentatives, r.tentatives - CASE WHEN r.tentatives > 1 THEN (
        SELECT count(*) FROM relances.tentative n WHERE n.relance_id = r.id
            AND (n.issue = 'non_envoyee' OR n.sans_essai))
    ELSE 0 END, r.telephone, r.texte, t.compte,
    extract(epoch FROM clock_timestamp() - r.incertaine_depuis)::float8, t.commencee_le,
    least(clock_timestamp(),
        r.incertaine_depuis + make_interval(secs => greatest(%(quarantaine_secondes)s, %(absence_secondes)s)))
FROM premiere r
JOIN relances.tentative t ON t.relance_id = r.id AND t.numero = r.tentatives
WHERE r.incertaine_depuis < clock_timestamp() - make_interval(secs => %(quarantaine_secondes)s)
    AND (r.interrogee_le IS NULL OR r.interrogee_le < clock_timestamp() - make_interval(secs => %(silence_secondes)s))
ORDER BY r.interrogee_le NULLS FIRST, r.incertaine_depuis, r.id
LIMIT %(nombre)s;

-- name: mark_asked
UPDATE relances.relance SET interrogee_le = clock_timestamp() WHERE id = %(relance_id)s;

-- name: lock_fournisseur
-- One at a time clears a fournisseur's doubts, until it commits: a message clears one doubt only.
SELECT pg_advisory_xact_lock(hashtextextended(%(fournisseur)s, 1));

-- name: known_references
-- Of these references, those of calls already accounted for. A call begins before its message, a day at most.
SELECT reference FROM relances.tentative
WHERE fournisseur = %(fournisseur)s AND reference = ANY (%(reference)s)
    AND commencee_le > %(depuis)s::timestamptz - interval '1 day';

-- name: clear_doubts
-- Write what a fournisseur proved. Nothing while another call to the same number is under way, whose message
-- it may have been, nor where such a call has written its message down meanwhile.
WITH leve AS (
    SELECT g.* FROM json_to_recordset(%(reglements)s::json) AS g (
        relance_id bigint, numero smallint, statut text, issue text,
        code text, reference text, detail text, delai_secondes float8)
    JOIN relances.relance r ON r.id = g.relance_id
    WHERE r.statut = 'incertaine' AND r.tentatives = g.numero
        AND NOT EXISTS (
            SELECT FROM relances.relance autre
            WHERE autre.statut = 'en_cours' AND autre.fournisseur = r.fournisseur AND autre.telephone = r.telephone)
        AND NOT EXISTS (
            SELECT FROM relances.tentative autre
            WHERE autre.fournisseur = %(fournisseur)s AND autre.reference = g.reference
                AND autre.commencee_le > %(depuis)s::timestamptz - interval '1 day')
    FOR UPDATE OF r
), journal AS (
    UPDATE relances.tentative t
    SET constat = g.issue, constat_le = clock_timestamp(), reference = coalesce(g.reference, t.reference)
    FROM leve g
    WHERE t.relance_id = g.relance_id AND t.numero = g.numero
    RETURNING t.relance_id, t.commencee_le
)
UPDATE relances.relance r
SET statut = g.statut, reference = g.reference, code = g.code, motif = g.detail,
    incertaine_depuis = NULL, interrogee_le = NULL,
    prochaine_tentative_le = now() + make_interval(secs => g.delai_secondes),
    envoyee_le = CASE WHEN g.statut = 'envoyee' THEN j.commencee_le END,
    close_le = CASE WHEN g.statut = 'echec' THEN clock_timestamp() END
FROM leve g JOIN journal j ON j.relance_id = g.relance_id
WHERE r.id = g.relance_id
RETURNING r.id, r.statut;

-- name: count_unsettled
-- What reconciling may still change (doubts, calls under way, retries due by the time that a run waits for) and the age
-- of the latest call for it.
SELECT count(*) FILTER (WHERE statut = 'incertaine'), count(*) FILTER (WHERE statut = 'en_cours'),
    count(*) FILTER (WHERE statut = 'en_attente'),
    coalesce(extract(epoch FROM clock_timestamp() - max(commencee_le)), 0)::float8
FROM (
    SELECT r.statut, t.commencee_le, r.prochaine_tentative_le
    FROM relances.relance r
    JOIN relances.tentative t ON t.relance_id = r.id AND t.numero = r.tentatives
    WHERE r.source = %(source)s AND r.occasion = %(occasion)s
        AND (%(canal)s::text IS NULL OR r.canal = %(canal)s OR r.premiere_voie ->> 'canal' = %(canal)s)
        -- Each by its own index: not one row in a thousand is any of them.
        AND (r.statut = 'incertaine' OR r.statut = 'en_cours' OR (r.statut = 'en_attente' AND r.tentatives > 0))
) ouverte
WHERE prochaine_tentative_le IS NULL
    OR prochaine_tentative_le < commencee_le + make_interval(secs => %(attente_secondes)s);
