-- name: without_compilation
-- Each statement of a run takes seconds at most, of which compiling its expressions would be one.
SELECT set_config('jit', 'off', false);

-- name: record_execution
-- One row per run of a Dag: what it is asked for, until its extraction holds it to that. A task that runs again finds the
-- same, and waits here for whoever else is at it.
INSERT INTO relances.execution AS e (run_id, occasion, date_relance, source, canal, simulation, jour_passage, parametres,
    demandee, moyen, demandee_par)
VALUES (%(run_id)s, %(occasion)s, %(date_relance)s, %(source)s, %(canal)s, %(simulation)s, %(jour_passage)s,
    %(parametres)s, true, %(moyen)s, %(demandee_par)s)
ON CONFLICT (run_id) DO UPDATE
SET occasion = excluded.occasion, date_relance = excluded.date_relance, source = excluded.source,
    canal = excluded.canal, simulation = excluded.simulation, jour_passage = excluded.jour_passage,
    parametres = excluded.parametres, moyen = coalesce(e.moyen, excluded.moyen),
    demandee_par = coalesce(e.demandee_par, excluded.demandee_par)
WHERE e.demandee;

-- name: set_politique
-- In place of the one that was seen, and of no other. What was checked by another policy is to be checked again.
UPDATE relances.execution
SET politique = %(politique)s, validee_le = CASE WHEN politique = %(politique)s THEN validee_le END
WHERE run_id = %(run_id)s AND decidee_le IS NULL AND politique IS NOT DISTINCT FROM %(vue)s;

-- name: is_decided
SELECT decidee_le IS NOT NULL FROM relances.execution WHERE run_id = %(run_id)s;

-- name: mark_extracted
UPDATE relances.execution SET demandee = false WHERE run_id = %(run_id)s;

-- name: mark_decided
UPDATE relances.execution SET decidee_le = coalesce(decidee_le, now())
WHERE id = %(execution_id)s AND politique IS NOT DISTINCT FROM %(politique)s;

-- name: get_execution
-- Not one that was only asked for.
SELECT id, run_id, occasion, date_relance, source, canal, simulation, jour_passage, parametres, politique
FROM relances.execution WHERE run_id = %(run_id)s AND NOT demandee;

-- name: mark_agreed
UPDATE relances.execution SET envoi_le = now() WHERE id = %(execution_id)s AND envoi_le IS NULL;

-- name: mark_validated
UPDATE relances.execution SET validee_le = now()
WHERE id = %(execution_id)s AND politique IS NOT DISTINCT FROM %(politique)s;

-- name: is_validated
SELECT validee_le IS NOT NULL FROM relances.execution WHERE id = %(execution_id)s;

-- name: outcome_of_execution
-- Whether it has a report, which an extraction since would have taken away, and whether its equation holds.
SELECT terminee_le IS NOT NULL, equilibre IS TRUE FROM relances.execution WHERE id = %(execution_id)s;

-- name: count_left_behind
-- Relances that the voies of this run were to take, never tried, by fournisseur: due, wanted, not too old, and of a
-- creance that it did not set aside. What another run of the occasion is about to send is that one's. What was tried
-- before, the passes of every run take.
SELECT r.fournisseur, count(*)
FROM relances.relance r
WHERE r.statut = 'en_attente' AND r.a_envoyer AND r.tentatives = 0 AND r.repli_le IS NULL
    AND r.source = %(source)s AND r.occasion = %(occasion)s AND r.canal = ANY (%(canaux)s)
    AND (r.prochaine_tentative_le IS NULL OR r.prochaine_tentative_le <= now())
    AND r.creee_le > now() - make_interval(hours => %(expiration_heures)s)
    AND EXISTS (
        SELECT FROM relances.relance_creance rc
        JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id AND c.contribuable_id = r.contribuable_id
        WHERE rc.relance_id = r.id AND c.execution_id = %(execution_id)s
            AND NOT EXISTS (SELECT FROM relances.exclusion x WHERE x.rang = c.rang AND x.execution_id = c.execution_id))
    AND NOT EXISTS (
        SELECT FROM relances.execution e
        WHERE e.source = %(source)s AND e.occasion = %(occasion)s AND e.id <> %(execution_id)s
            AND (e.canal IS NULL OR e.canal = r.canal) AND NOT e.simulation
            AND NOT e.demandee AND e.terminee_le IS NULL AND e.commencee_le > now() - interval '1 day'
            AND e.parametres -> 'envoyer_automatiquement' IS DISTINCT FROM 'false')
GROUP BY r.fournisseur
ORDER BY r.fournisseur;

-- name: close_execution
UPDATE relances.execution
SET terminee_le = now(), equilibre = %(equilibre)s, bilan = %(bilan)s, rapport = %(rapport)s
WHERE id = %(execution_id)s;
