-- name: plan_ranges
-- What may be sent now of an occasion, cut into ranges of ids of at most `taille` relances.
SELECT fournisseur, min(id), max(id)
FROM (
    SELECT fournisseur, id, (row_number() OVER (PARTITION BY fournisseur ORDER BY id) - 1) / %(taille)s AS lot
    FROM relances.relance
    WHERE occasion = %(occasion)s AND source = %(source)s AND statut = 'en_attente' AND a_envoyer
        AND (tentatives > 0 OR NOT %(reprise)s)
        AND (prochaine_tentative_le IS NULL OR prochaine_tentative_le <= now())
) numbered
GROUP BY fournisseur, lot
ORDER BY fournisseur, lot;

-- name: claim
-- Take up to `nombre` relances and write the intent to call: committed before the first byte leaves.
WITH prise AS (
    SELECT id FROM relances.relance
    WHERE statut = 'en_attente' AND fournisseur = %(fournisseur)s AND id BETWEEN %(premier)s AND %(dernier)s
        AND occasion = %(occasion)s AND a_envoyer AND (tentatives > 0 OR NOT %(reprise)s)
        AND (prochaine_tentative_le IS NULL OR prochaine_tentative_le <= now())
    ORDER BY id
    LIMIT %(nombre)s
    FOR UPDATE SKIP LOCKED
), prises AS (
    UPDATE relances.relance r
    SET statut = 'en_cours', proprietaire = %(proprietaire)s, tentatives = r.tentatives + 1,
        bail_jusqu_au = clock_timestamp() + make_interval(secs => %(bail_secondes)s),
        prochaine_tentative_le = NULL
    FROM prise WHERE r.id = prise.id
    RETURNING r.id, r.tentatives, r.telephone, r.texte
), journal AS (
    INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire)
    SELECT id, tentatives, %(fournisseur)s, %(proprietaire)s FROM prises
)
SELECT id, tentatives, telephone, texte FROM prises ORDER BY id;

-- name: settle
-- Write outcomes, as arrays. The journal always learns the outcome of its own call; the relance only where
-- the claim is still its owner's (same owner, same attempt, still en_cours).
WITH regle AS (
    SELECT * FROM unnest(
        %(relance_id)s::bigint[], %(numero)s::smallint[], %(statut)s::text[], %(issue)s::text[],
        %(code)s::text[], %(reference)s::text[], %(detail)s::text[], %(delai_secondes)s::float8[]
    ) AS t (relance_id, numero, statut, issue, code, reference, detail, delai_secondes)
), journal AS (
    UPDATE relances.tentative t
    SET terminee_le = clock_timestamp(), issue = g.issue, code = g.code, reference = g.reference, detail = g.detail
    FROM regle g
    WHERE t.relance_id = g.relance_id AND t.numero = g.numero
        AND t.proprietaire = %(proprietaire)s AND t.terminee_le IS NULL
)
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
RETURNING r.id;

-- name: rescue
-- Claims whose lease is over: their owner is dead or frozen, so what became of the call is not known.
UPDATE relances.relance
SET statut = 'incertaine', proprietaire = NULL, bail_jusqu_au = NULL, incertaine_depuis = clock_timestamp(),
    code = 'bail_expire', motif = 'le traitement s''est arrêté pendant l''appel'
WHERE statut = 'en_cours' AND bail_jusqu_au < clock_timestamp()
RETURNING id;

-- name: resolve_from_journal
-- A call that ended after its claim was lost still wrote its own outcome: that is what happened. A proof that it
-- was accepted still counts a day after the doubt was closed as 408.
UPDATE relances.relance r
SET statut = CASE t.issue WHEN 'acceptee' THEN 'envoyee' WHEN 'refusee' THEN 'echec' ELSE 'en_attente' END,
    reference = t.reference, code = t.code, motif = t.detail, incertaine_depuis = NULL,
    envoyee_le = CASE t.issue WHEN 'acceptee' THEN t.terminee_le END,
    close_le = CASE t.issue WHEN 'refusee' THEN t.terminee_le END
FROM relances.tentative t
WHERE t.relance_id = r.id AND t.numero = r.tentatives AND (
    (r.statut = 'incertaine' AND t.issue IN ('acceptee', 'refusee', 'reportee', 'non_envoyee'))
    OR (r.statut = 'echec' AND r.code = '408' AND r.close_le > now() - interval '1 day' AND t.issue = 'acceptee'))
RETURNING r.id;

-- name: close_doubts
-- The provider cannot be asked: the tax office's rule is a failure with code 408.
UPDATE relances.relance
SET statut = 'echec', code = '408', close_le = clock_timestamp(), incertaine_depuis = NULL,
    motif = 'pas de réponse du fournisseur : le message est peut-être arrivé'
WHERE statut = 'incertaine' AND fournisseur = %(fournisseur)s
    AND incertaine_depuis < clock_timestamp() - make_interval(secs => %(quarantaine_secondes)s)
RETURNING id;

-- name: count_unsettled
-- What reconciling may still change (doubts, calls under way, retries) and the age of the latest call for it.
SELECT count(*) FILTER (WHERE r.statut = 'incertaine'),
    count(*) FILTER (WHERE r.statut = 'en_cours'),
    count(*) FILTER (WHERE r.statut = 'en_attente'),
    coalesce(extract(epoch FROM clock_timestamp() - max(t.commencee_le)), 0)::float8
FROM relances.relance r
JOIN relances.tentative t ON t.relance_id = r.id AND t.numero = r.tentatives
WHERE r.source = %(source)s AND r.occasion = %(occasion)s
    AND r.statut IN ('incertaine', 'en_cours', 'en_attente');

-- name: claim_unheard
-- What an unacknowledged claim took: this owner's rows that it does not know it holds. Their lease starts again.
UPDATE relances.relance
SET bail_jusqu_au = clock_timestamp() + make_interval(secs => %(bail_secondes)s)
WHERE statut = 'en_cours' AND proprietaire = %(proprietaire)s AND id <> ALL (%(detenues)s::bigint[])
RETURNING id, tentatives, telephone, texte;
