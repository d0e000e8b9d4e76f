-- name: take_to_follow
-- The messages to ask a fournisseur of, the longest unasked first, marked as asked.
UPDATE relances.relance r
SET interrogee_le = clock_timestamp()
FROM (
    SELECT id FROM relances.relance
    WHERE statut = 'envoyee' AND fournisseur = %(fournisseur)s AND envoyee_le > now() - make_interval(days => %(jours)s)
        -- Said again of what the index is sorted by: it leaves out those that nobody asks of any more.
        AND coalesce(interrogee_le, envoyee_le) > now() - make_interval(days => %(jours)s)
        AND (interrogee_le IS NULL OR interrogee_le < now() - make_interval(secs => %(pause_secondes)s))
    ORDER BY coalesce(interrogee_le, envoyee_le), id
    LIMIT %(nombre)s
    FOR UPDATE SKIP LOCKED
) due
WHERE r.id = due.id
RETURNING r.id, r.tentatives, r.tentatives - CASE WHEN r.tentatives > 1 THEN (
        SELECT count(*) FROM relances.tentative n WHERE n.relance_id = r.id
            AND (n.issue = 'non_envoyee' OR n.sans_essai))
    ELSE 0 END, r.reference, r.envoyee_le;

-- name: mark_without_news
-- Messages that their fournisseur is not asked of any more, which said nothing final of them.
UPDATE relances.relance r
SET sans_nouvelle_le = clock_timestamp()
FROM (
    SELECT id FROM relances.relance
    WHERE statut = 'envoyee' AND sans_nouvelle_le IS NULL AND fournisseur = %(fournisseur)s
        AND envoyee_le <= now() - make_interval(days => %(jours)s)
    ORDER BY envoyee_le
    LIMIT %(nombre)s
    FOR UPDATE SKIP LOCKED
) muette
WHERE r.id = muette.id;

-- name: apply_news
-- Write what became of messages: never backwards. Delivered outlives everything that the same call came to
-- since: a failure that the fournisseur said before, the plan to send it again. What was to go on by another way, and has
-- not left by it, arrived by its first. What is to be sent again loses its reference, which the journal keeps.
WITH nouvelle AS (
    SELECT * FROM json_to_recordset(%(reglements)s::json) AS n (
        relance_id bigint, numero smallint, statut text, issue text, code text, detail text, delai_secondes float8,
        sans_essai boolean)
), journal AS (
    UPDATE relances.tentative t
    SET constat = n.issue, constat_code = n.code, constat_le = clock_timestamp(), sans_essai = n.sans_essai
    FROM nouvelle n
    WHERE t.relance_id = n.relance_id AND t.numero = n.numero AND t.constat IS DISTINCT FROM 'livree'
)
UPDATE relances.relance r
SET statut = n.statut, code = n.code, motif = n.detail,
    reference = CASE WHEN n.statut <> 'en_attente' THEN t.reference END,
    envoyee_le = CASE WHEN n.statut <> 'en_attente' THEN coalesce(r.envoyee_le, t.commencee_le) END,
    interrogee_le = CASE WHEN n.statut <> 'en_attente' THEN r.interrogee_le END,
    sans_nouvelle_le = NULL,
    livree_le = CASE WHEN n.statut = 'livree' THEN clock_timestamp() END,
    close_le = CASE WHEN n.statut = 'echec' THEN clock_timestamp() END,
    prochaine_tentative_le = now() + make_interval(secs => n.delai_secondes),
    (canal, fournisseur, texte, modele, variables, segments, segments_evites, cout, repli_le, premiere_voie) = (
        SELECT v.canal, v.fournisseur, v.texte, v.modele, v.variables, v.segments, v.segments_evites, v.cout,
            CASE WHEN t.fournisseur = r.fournisseur THEN r.repli_le END,
            CASE WHEN t.fournisseur = r.fournisseur THEN r.premiere_voie END
        FROM jsonb_populate_record(r, CASE WHEN t.fournisseur <> r.fournisseur THEN r.premiere_voie END) v)
FROM nouvelle n
JOIN relances.tentative t ON t.relance_id = n.relance_id AND t.numero = n.numero
WHERE r.id = n.relance_id AND r.tentatives = n.numero AND (r.statut = 'envoyee'
    OR (n.statut = 'livree' AND t.reference IS NOT NULL AND r.statut IN ('echec', 'en_attente', 'annulee')))
RETURNING r.id, r.statut;
