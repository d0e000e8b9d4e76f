-- name: hold_voie
-- A fault of its account is told of a message that was accepted at `appel`: acceptance proves nothing any more, until a
-- message of after now arrives or a person resumes it. Nothing where either came after `appel`: that was mended since.
WITH voie AS MATERIALIZED (
    SELECT fournisseur, preuve_attendue_depuis FROM relances.voie
    WHERE fournisseur = %(fournisseur)s AND %(appel)s > coalesce(reprise_le, '-infinity')
    FOR UPDATE
)
UPDATE relances.voie v
SET motif = %(motif)s, preuve_attendue_depuis = CASE
        WHEN voie.preuve_attendue_depuis >= %(appel)s THEN voie.preuve_attendue_depuis ELSE clock_timestamp() END
FROM voie
WHERE v.fournisseur = voie.fournisseur
RETURNING voie.preuve_attendue_depuis IS NULL, v.suspendue_jusqu_au;

-- name: free_voie
-- A message accepted at `appel` has arrived: where that was waited for, its account is well, and so is the voie.
WITH voie AS MATERIALIZED (
    SELECT fournisseur, coalesce(suspendue_depuis, preuve_attendue_depuis) AS depuis FROM relances.voie
    WHERE fournisseur = %(fournisseur)s AND preuve_attendue_depuis < %(appel)s
    FOR UPDATE
)
UPDATE relances.voie v
SET suspendue_jusqu_au = NULL, suspensions = 0, suspendue_depuis = NULL, motif = NULL, preuve_attendue_depuis = NULL,
    reprise_le = clock_timestamp()
FROM voie
WHERE v.fournisseur = voie.fournisseur
RETURNING voie.depuis;

-- name: list_faulty
-- The voies that a fault of their account holds up, by which relances of this occasion wait that were sent before.
SELECT v.fournisseur, v.motif
FROM relances.voie v
WHERE v.preuve_attendue_depuis IS NOT NULL AND EXISTS (
    SELECT FROM relances.relance r
    WHERE r.fournisseur = v.fournisseur AND r.statut = 'en_attente' AND r.tentatives > 0 AND r.source = %(source)s
        AND r.occasion = %(occasion)s)
ORDER BY v.fournisseur;
