-- name: list_extracted
-- Who owed these creances when they were extracted, and for which tax; of one extracted twice, what was not set aside.
SELECT DISTINCT ON (c.execution_id, c.creance_id) c.execution_id, c.creance_id, c.nom, c.prenom, c.langue, c.libelle
FROM relances.creance_extraite c
WHERE c.execution_id = ANY (%(execution_id)s::bigint[]) AND c.creance_id = ANY (%(creance_id)s::text[])
    AND NOT EXISTS (SELECT FROM relances.exclusion x WHERE x.rang = c.rang)
ORDER BY c.execution_id, c.creance_id, c.rang;

-- name: call_off
-- Relances that are not to be sent any more, as arrays; one that a worker took meanwhile is left to it.
UPDATE relances.relance r
SET statut = 'annulee', code = a.code, motif = a.motif, close_le = clock_timestamp(), prochaine_tentative_le = NULL
FROM unnest(%(relance_id)s::bigint[], %(code)s::text[], %(motif)s::text[]) AS a (relance_id, code, motif)
WHERE r.id = a.relance_id AND r.statut = 'en_attente';

-- name: rewrite_relance
-- What a relance says of what is left of its creances, nothing being left of those that were paid; one that a worker
-- took meanwhile is left to it.
WITH recrite AS (
    UPDATE relances.relance
    SET niveau = %(niveau)s, montant_du = %(montant_du)s, echeance = %(echeance)s, texte = %(texte)s, modele = %(modele)s,
        variables = %(variables)s, segments = %(segments)s, segments_evites = %(segments_evites)s, cout = %(cout)s
    WHERE id = %(relance_id)s AND statut = 'en_attente'
    RETURNING id
)
UPDATE relances.relance_creance rc
SET montant_du = coalesce(v.reste, rc.montant_du), payee_le = CASE WHEN v.reste IS NULL THEN now() END
FROM recrite
CROSS JOIN unnest(%(creance_id)s::text[], %(reste)s::numeric[]) AS v (creance_id, reste)
WHERE rc.relance_id = recrite.id AND rc.creance_id = v.creance_id;
