-- name: list_corrections
-- The contribuables of an execution whose number asks for another, one row for each reason; the least pressing last.
SELECT contribuable_id, min(nom), min(prenom), min(array_to_string(telephones, ' / ')), string_agg(DISTINCT '+' || numero, ' / '), code, count(*), sum(montant)
FROM relances.creances_a_corriger(%(execution_id)s, %(source)s, %(occasion)s, %(canaux)s, %(codes)s)
GROUP BY contribuable_id, code
ORDER BY code = 'ancien_plan', code, contribuable_id COLLATE "C";

-- name: count_corrections
-- How many rows the list has, by reason.
SELECT code, count(DISTINCT contribuable_id)
FROM relances.creances_a_corriger(%(execution_id)s, %(source)s, %(occasion)s, %(canaux)s, %(codes)s)
GROUP BY code
ORDER BY code;

-- name: latest_whole_runs
-- The latest run of each source that sent for good and left nobody out: neither a category nor a fournisseur.
SELECT DISTINCT ON (source) run_id
FROM relances.execution
WHERE NOT simulation AND creances IS NOT NULL
    AND parametres ->> 'fournisseur' IS NULL AND parametres -> 'categories' = '[]'
ORDER BY source, id DESC;
