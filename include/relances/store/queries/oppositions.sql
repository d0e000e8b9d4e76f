-- name: add_oppositions
-- As arrays, each contribuable once. Added again, a contribuable stays since the first day; a motif that is given
-- takes the place of the earlier one. Returns those that were not there.
WITH ajout AS (
    INSERT INTO relances.opposition AS o (source, contribuable_id, motif)
    SELECT %(source)s, contribuable_id, motif
    FROM unnest(%(contribuable_id)s::text[], %(motif)s::text[]) AS n (contribuable_id, motif)
    ORDER BY contribuable_id
    ON CONFLICT (source, contribuable_id) DO UPDATE SET motif = coalesce(excluded.motif, o.motif)
    RETURNING contribuable_id, xmax = 0 AS ajoutee  -- a row that was there is locked before it changes
)
SELECT contribuable_id FROM ajout WHERE ajoutee;

-- name: silence_numbers
-- As arrays, each number once, on every canal; silence that was asked of a fournisseur stays its own. Returns the
-- numbers that were free on some canal.
WITH demande AS (
    SELECT n.telephone, n.motif, c.canal
    FROM unnest(%(telephone)s::text[], %(motif)s::text[]) AS n (telephone, motif)
    CROSS JOIN unnest(%(canaux)s::text[]) AS c (canal)
    ORDER BY n.telephone, c.canal
), libre AS (
    SELECT DISTINCT d.telephone FROM demande d
    LEFT JOIN relances.numero_signale s ON s.telephone = d.telephone AND s.canal = d.canal AND s.etat = 'opposition'
    WHERE s.telephone IS NULL
), ajout AS (
    INSERT INTO relances.numero_signale AS s (telephone, canal, etat, code, fournisseur, motif)
    SELECT telephone, canal, 'opposition', 'liste', NULL, motif FROM demande
    ON CONFLICT (telephone, canal) DO UPDATE
    SET etat = 'opposition', code = 'liste', fournisseur = NULL, motif = coalesce(excluded.motif, s.motif),
        signale_le = CASE s.etat WHEN 'opposition' THEN s.signale_le ELSE now() END
    WHERE s.etat <> 'opposition' OR s.fournisseur IS NULL
)
SELECT telephone FROM libre;

-- name: remove_opposition
DELETE FROM relances.opposition WHERE source = %(source)s AND contribuable_id = %(contribuable_id)s;

-- name: unsilence_number
-- What the tax office said; what a fournisseur was told stays.
DELETE FROM relances.numero_signale
WHERE telephone = %(telephone)s AND etat = 'opposition' AND fournisseur IS NULL;

-- name: list_oppositions
SELECT source, contribuable_id, motif, ajoutee_le FROM relances.opposition ORDER BY source, ajoutee_le, contribuable_id;

-- name: list_silenced_numbers
SELECT telephone, string_agg(canal, ', ' ORDER BY canal), fournisseur, max(motif), min(signale_le)
FROM relances.numero_signale
WHERE etat = 'opposition'
GROUP BY telephone, fournisseur
ORDER BY min(signale_le), telephone;

-- name: list_contacts_among
-- As the source of contacts names them: a contribuable is called after their first contact.
SELECT demande.contribuable_id
FROM unnest(%(contribuable_id)s::text[]) AS demande (contribuable_id)
WHERE EXISTS (
    SELECT FROM relances.contact AS contact
    WHERE 'c' || contact.id = demande.contribuable_id AND contact.titulaire IS NULL
);

-- name: latest_extraction
SELECT max(id) FROM relances.execution WHERE source = %(source)s AND creances > 0;

-- name: count_not_extracted
-- Those of these contribuables of which an execution extracted nothing.
SELECT count(*) FROM (
    SELECT unnest(%(contribuable_id)s::text[])
    EXCEPT
    SELECT contribuable_id FROM relances.creance_extraite
    WHERE execution_id = %(execution_id)s AND contribuable_id = ANY (%(contribuable_id)s::text[])
) inconnue;
