-- name: set_session_quality
-- What the views *_a_valider show, and by which thresholds.
SELECT set_config(nom, valeur, false) FROM unnest(%(noms)s::text[], %(valeurs)s::text[]) AS reglage (nom, valeur);

-- name: measure_volume
SELECT creances, passages, volume_moyen FROM relances.execution_a_valider;

-- name: creances_without_contribuable
SELECT creance_id FROM relances.creance_a_valider
WHERE contribuable_id IS NULL AND creance_id IS NOT NULL ORDER BY rang LIMIT %(limite)s;

-- name: creances_in_another_currency
SELECT creance_id FROM relances.creance_a_valider
WHERE devise IS DISTINCT FROM %(devise)s AND creance_id IS NOT NULL ORDER BY rang LIMIT %(limite)s;

-- name: creances_without_usable_number
SELECT creance_id FROM relances.creance_a_valider c
WHERE creance_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM unnest(c.telephones) AS t (saisie)
    JOIN relances.numero_utilisable u ON u.saisie = t.saisie COLLATE "C")
ORDER BY rang LIMIT %(limite)s;
