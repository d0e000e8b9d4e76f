-- name: open_voie
INSERT INTO relances.voie (fournisseur) VALUES (%(fournisseur)s) ON CONFLICT DO NOTHING;

-- name: look_at_voie
-- Reserve up to `nombre` departures after all those that are reserved, and say how the voie is. It slows down to the
-- half, once a second at most, where a worker asks for it, and speeds up by the twentieth of its limit a second where
-- one was answered. Nobody reserves more than a quarter of a second of it, nor where it is suspended or stopped. One
-- answer is no recovery: its troubles are over where a worker says that enough of its calls went well; but for a fault
-- of its account that answers do not tell, see hold_voie.
-- A clock that stepped back since the last look (`acceleree_le`) leaves its times ahead: they come back with it.
WITH voie AS MATERIALIZED (
    SELECT v.fournisseur, d.debit, o.ouverte, greatest(clock_timestamp(),
            least(v.prochain_depart, clock_timestamp() + (v.prochain_depart - v.acceleree_le))) AS depart,
        CASE WHEN o.ouverte THEN least(%(nombre)s, ceil(d.debit / 4)) ELSE 0 END::integer AS accordes,
        %(gueri)s AND o.ouverte AND v.preuve_attendue_depuis IS NULL AS guerie, v.suspendue_depuis,
        CASE
            WHEN %(ralentir)s
                AND v.ralentie_le NOT BETWEEN clock_timestamp() - interval '1 second' AND clock_timestamp()
                THEN greatest(d.debit / 2, %(debit_max)s * 0.01)
            WHEN %(repond)s AND NOT %(ralentir)s THEN least(%(debit_max)s, d.debit + %(debit_max)s * 0.05
                * greatest(0, least(1, extract(epoch FROM clock_timestamp() - v.acceleree_le)::float8)))
            ELSE d.debit
        END AS debit_suivant
    FROM relances.voie v
    CROSS JOIN LATERAL (SELECT least(v.debit, %(debit_max)s) AS debit) d
    CROSS JOIN LATERAL (
        SELECT v.arretee_le IS NULL AND coalesce(v.suspendue_jusqu_au, '-infinity') <= clock_timestamp() AS ouverte
    ) o
    WHERE v.fournisseur = %(fournisseur)s
    FOR UPDATE OF v
)
UPDATE relances.voie v
SET prochain_depart = voie.depart + make_interval(secs => voie.accordes / voie.debit),
    debit = voie.debit_suivant,
    ralentie_le = CASE WHEN voie.debit_suivant < voie.debit THEN clock_timestamp() ELSE v.ralentie_le END,
    acceleree_le = clock_timestamp(),
    suspensions = CASE WHEN voie.guerie THEN 0 ELSE v.suspensions END,
    suspendue_depuis = CASE WHEN NOT voie.guerie THEN v.suspendue_depuis END,
    motif = CASE WHEN NOT voie.guerie THEN v.motif END
FROM voie
WHERE v.fournisseur = voie.fournisseur
RETURNING voie.accordes, extract(epoch FROM voie.depart - clock_timestamp())::float8, (1 / voie.debit)::float8,
    greatest(0, coalesce(extract(epoch FROM v.suspendue_jusqu_au - clock_timestamp()), 0))::float8,
    v.arretee_le IS NOT NULL, v.suspensions, CASE WHEN voie.guerie THEN voie.suspendue_depuis END,
    v.preuve_attendue_depuis IS NOT NULL;

-- name: pause_voie
-- Its fournisseur asks for so many seconds of silence: what is not reserved yet departs after them.
UPDATE relances.voie
SET prochain_depart = greatest(prochain_depart, clock_timestamp() + make_interval(secs => %(secondes)s))
WHERE fournisseur = %(fournisseur)s;

-- name: suspend_voie
-- Twice as long each time in a row. Nothing where somebody suspended it already. A trouble after a long rest is a new one.
-- `essai`: because its one call is on its way, of which its fournisseur will tell; nothing where none is waited for.
WITH voie AS MATERIALIZED (
    SELECT fournisseur, CASE WHEN en_suite THEN suspensions ELSE 0 END AS suspensions,
        CASE WHEN en_suite THEN suspendue_depuis END AS suspendue_depuis
    FROM relances.voie v
    CROSS JOIN LATERAL (
        SELECT v.suspendue_jusqu_au > clock_timestamp() - make_interval(secs => %(pause_max)s) AS en_suite) s
    WHERE fournisseur = %(fournisseur)s AND coalesce(suspendue_jusqu_au, '-infinity') <= clock_timestamp()
        AND (preuve_attendue_depuis IS NOT NULL OR NOT %(essai)s::boolean)
    FOR UPDATE OF v
)
UPDATE relances.voie v
SET suspendue_jusqu_au = clock_timestamp() + make_interval(secs =>
        greatest(%(au_moins)s, least(%(pause_max)s, %(pause)s * power(2, least(voie.suspensions, 20))))),
    suspendue_depuis = coalesce(voie.suspendue_depuis, clock_timestamp()),
    suspensions = voie.suspensions + 1,
    motif = CASE WHEN v.preuve_attendue_depuis IS NULL THEN %(motif)s ELSE v.motif END
FROM voie
WHERE v.fournisseur = voie.fournisseur
RETURNING v.suspensions, v.suspendue_jusqu_au, v.motif;

-- name: find_voie
SELECT arretee_le IS NOT NULL,
    greatest(0, coalesce(extract(epoch FROM suspendue_jusqu_au - clock_timestamp()), 0))::float8, motif
FROM relances.voie WHERE fournisseur = %(fournisseur)s;

-- name: stop_voies
INSERT INTO relances.voie (fournisseur, arretee_le)
SELECT nom, clock_timestamp() FROM unnest(%(fournisseurs)s::text[]) AS n (nom)
ON CONFLICT (fournisseur) DO UPDATE SET arretee_le = coalesce(voie.arretee_le, excluded.arretee_le);

-- name: resume_voies
-- A person who resumes has mended what suspended it, too: what its account's fault sent back waits no longer either.
WITH rendues AS (
    UPDATE relances.relance r
    SET prochaine_tentative_le = NULL
    FROM relances.tentative t
    WHERE r.fournisseur = ANY (%(fournisseurs)s) AND r.statut = 'en_attente' AND r.tentatives > 0
        AND r.prochaine_tentative_le IS NOT NULL
        AND t.relance_id = r.id AND t.numero = r.tentatives AND t.sans_essai
)
UPDATE relances.voie
SET arretee_le = NULL, suspendue_jusqu_au = NULL, suspensions = 0, suspendue_depuis = NULL, motif = NULL,
    preuve_attendue_depuis = NULL,
    reprise_le = CASE WHEN preuve_attendue_depuis IS NULL THEN reprise_le ELSE clock_timestamp() END
WHERE fournisseur = ANY (%(fournisseurs)s);

-- name: list_voies
SELECT v.fournisseur, v.arretee_le, CASE WHEN v.suspendue_jusqu_au > clock_timestamp() THEN v.suspendue_jusqu_au END,
    v.motif, v.debit,
    (SELECT count(*) FROM relances.relance r WHERE r.fournisseur = v.fournisseur AND r.statut = 'en_attente')
FROM relances.voie v
ORDER BY v.fournisseur;
