-- name: wait_to_read
-- One reader of a source for a fournisseur at a time: until the end of its connection.
SELECT pg_advisory_lock(hashtextextended(%(source)s || ' ' || %(fournisseur)s, 3));

-- name: try_to_read
SELECT pg_try_advisory_lock(hashtextextended(%(source)s || ' ' || %(fournisseur)s, 3));

-- name: find_lecture
-- What relances leave by now, and how old it is, in seconds. Of a clock that stepped back since, it is as old as can be.
SELECT lecture, repere::text, CASE WHEN lue_le <= heure THEN extract(epoch FROM heure - lue_le)::float8 ELSE 'Infinity' END,
    CASE WHEN complete_le <= heure THEN extract(epoch FROM heure - complete_le)::float8 ELSE 'Infinity' END
FROM relances.lecture_soldes
CROSS JOIN (SELECT clock_timestamp() AS heure) maintenant
WHERE source = %(source)s AND fournisseur = %(fournisseur)s;

-- name: begin_lecture
-- When a reading begins. What an earlier one that was cut short left is no use to anybody.
WITH reste AS (
    DELETE FROM relances.solde_lu
    WHERE source = %(source)s AND fournisseur = %(fournisseur)s AND lecture IS DISTINCT FROM (
        SELECT l.lecture FROM relances.lecture_soldes l WHERE l.source = %(source)s AND l.fournisseur = %(fournisseur)s)
)
SELECT clock_timestamp();

-- name: list_unread
-- The next relances that wait and whose balances a reading does not have, a row a day: their ids and their creances, each
-- with what it speaks of, as arrays in text. Those of `parmi`; else of the occasion, or which the reading before had.
WITH suivantes AS MATERIALIZED (
    SELECT r.id, r.date_relance
    FROM relances.relance r
    WHERE r.statut = 'en_attente' AND r.fournisseur = %(fournisseur)s AND r.source = %(source)s
        AND r.id >= %(premier)s
        AND (%(parmi)s::bigint[] IS NULL OR r.id = ANY (%(parmi)s))
        AND (SELECT get_bit(l.relances, (r.id %% 1024)::integer) = 1 FROM relances.solde_lu l
            WHERE l.source = %(source)s AND l.fournisseur = %(fournisseur)s AND l.lecture = %(lecture)s
                AND l.tranche = r.id / 1024) IS NOT TRUE
        AND (%(parmi)s::bigint[] IS NOT NULL OR r.occasion = %(occasion)s
            OR (SELECT get_bit(l.relances, (r.id %% 1024)::integer) = 1 FROM relances.solde_lu l
                WHERE l.source = %(source)s AND l.fournisseur = %(fournisseur)s AND l.lecture = %(lecture)s - 1
                    AND l.tranche = r.id / 1024))
    ORDER BY r.id
    LIMIT %(nombre)s
)
SELECT s.date_relance, min(s.id), max(s.id), count(DISTINCT rc.creance_id), array_agg(DISTINCT s.id)::text,
    coalesce(array_agg(rc.creance_id) FILTER (WHERE rc.creance_id IS NOT NULL), '{}')::text,
    coalesce(array_agg(rc.montant_du) FILTER (WHERE rc.creance_id IS NOT NULL), '{}')::text
FROM suivantes s
LEFT JOIN relances.relance_creance rc ON rc.relance_id = s.id AND rc.payee_le IS NULL
GROUP BY s.date_relance;

-- name: is_unread
-- Whether a relance of a lot waits whose balance the reading does not have.
SELECT EXISTS (
    SELECT FROM relances.relance r
    WHERE r.statut = 'en_attente' AND r.fournisseur = %(fournisseur)s AND r.id BETWEEN %(premier)s AND %(dernier)s
        AND r.source = %(source)s AND r.occasion = %(occasion)s
        AND r.a_envoyer AND (r.tentatives > 0 OR r.repli_le IS NOT NULL OR NOT %(reprise)s)
        AND (SELECT get_bit(l.relances, (r.id %% 1024)::integer) = 1 FROM relances.solde_lu l
            WHERE l.source = %(source)s AND l.fournisseur = %(fournisseur)s AND l.lecture = %(lecture)s
                AND l.tranche = r.id / 1024) IS NOT TRUE
);

-- name: mark_read
-- The balances of these relances are no lower than what they say, but for some of them.
INSERT INTO relances.solde_lu AS l (source, fournisseur, lecture, tranche, relances)
SELECT %(source)s, %(fournisseur)s, %(lecture)s, id / 1024, bit_or(set_bit(0::bit(1024), (id %% 1024)::integer, 1))
FROM (
    SELECT unnest(%(relances)s::bigint[]) AS id EXCEPT SELECT unnest(%(sauf)s::bigint[])
) lue
GROUP BY id / 1024
ON CONFLICT (source, fournisseur, lecture, tranche) DO UPDATE SET relances = l.relances | excluded.relances;

-- name: forget_read
-- The balances of these creances may have changed: what is known of whom they are is of before. Returns who waits.
WITH touchee AS MATERIALIZED (
    SELECT DISTINCT r.id, r.statut
    FROM relances.relance_creance rc
    JOIN relances.relance r ON r.id = rc.relance_id
    WHERE rc.creance_id = ANY (%(creances)s::text[]) AND r.source = %(source)s AND r.fournisseur = %(fournisseur)s
), oubliee AS (
    UPDATE relances.solde_lu l
    SET relances = l.relances & ~ t.relances
    FROM (
        SELECT id / 1024 AS tranche, bit_or(set_bit(0::bit(1024), (id %% 1024)::integer, 1)) AS relances
        FROM touchee GROUP BY id / 1024
    ) t
    WHERE l.source = %(source)s AND l.fournisseur = %(fournisseur)s AND l.lecture = %(lecture)s AND l.tranche = t.tranche
)
SELECT id FROM touchee WHERE statut = 'en_attente';

-- name: put_forward
-- Relances leave by this reading from here on.
INSERT INTO relances.lecture_soldes (source, fournisseur, lecture, lue_le, complete_le, repere)
VALUES (%(source)s, %(fournisseur)s, %(lecture)s, %(lue_le)s, %(lue_le)s, %(repere)s::jsonb)
ON CONFLICT (source, fournisseur) DO UPDATE
SET lecture = excluded.lecture, lue_le = excluded.lue_le, complete_le = excluded.complete_le, repere = excluded.repere;

-- name: bring_forward
-- All that has changed since was read again.
UPDATE relances.lecture_soldes
SET lue_le = %(lue_le)s, repere = %(repere)s::jsonb
WHERE source = %(source)s AND fournisseur = %(fournisseur)s;

-- name: list_touched
-- The relances of some of these ids and of a day that speak of some of these creances, whatever their state, a row for each
-- creance that they still speak of.
SELECT r.statut = 'en_attente', r.id, r.execution_id, r.date_relance, r.niveau, r.canal, r.repli_le IS NOT NULL,
    rc.creance_id, rc.montant_du, rc.echeance
FROM (
    SELECT DISTINCT relance_id
    FROM relances.relance_creance
    WHERE creance_id = ANY (%(creances)s::text[]) AND relance_id BETWEEN %(premier)s AND %(dernier)s AND payee_le IS NULL
) t
JOIN relances.relance r ON r.id = t.relance_id
JOIN relances.relance_creance rc ON rc.relance_id = r.id AND rc.payee_le IS NULL
WHERE r.fournisseur = %(fournisseur)s AND r.source = %(source)s AND r.date_relance = %(date_relance)s
ORDER BY r.id, rc.echeance, rc.creance_id;
