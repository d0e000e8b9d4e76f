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
RETURNING r.id, r.tentatives, r.reference, r.envoyee_le;

-- name: apply_news
-- Write what became of messages, as arrays: never backwards. Delivered outlives everything, also a failure that the
-- fournisseur said before. What is to be sent again loses its reference, which the journal keeps.
WITH nouvelle AS (
    SELECT * FROM unnest(
        %(relance_id)s::bigint[], %(numero)s::smallint[], %(statut)s::text[], %(issue)s::text[],
        %(code)s::text[], %(detail)s::text[], %(delai_secondes)s::float8[]
    ) AS n (relance_id, numero, statut, constat, code, detail, delai_secondes)
), journal AS (
    UPDATE relances.tentative t
    SET constat = n.constat, constat_code = n.code, constat_le = clock_timestamp()
    FROM nouvelle n
    WHERE t.relance_id = n.relance_id AND t.numero = n.numero AND t.constat IS DISTINCT FROM 'livree'
)
UPDATE relances.relance r
SET statut = n.statut, code = n.code, motif = n.detail,
    reference = CASE WHEN n.statut <> 'en_attente' THEN r.reference END,
    envoyee_le = CASE WHEN n.statut <> 'en_attente' THEN r.envoyee_le END,
    interrogee_le = CASE WHEN n.statut <> 'en_attente' THEN r.interrogee_le END,
    livree_le = CASE WHEN n.statut = 'livree' THEN clock_timestamp() END,
    close_le = CASE WHEN n.statut = 'echec' THEN clock_timestamp() END,
    prochaine_tentative_le = now() + make_interval(secs => n.delai_secondes)
FROM nouvelle n
WHERE r.id = n.relance_id AND r.tentatives = n.numero
    AND (r.statut = 'envoyee' OR (r.statut = 'echec' AND r.reference IS NOT NULL AND n.statut = 'livree'))
RETURNING r.id, r.statut;
