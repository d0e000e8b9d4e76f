-- name: list_corrections
-- The contribuables of an execution whose number asks for another, one row for each reason: excluded for it, or reminded
-- in vain, at a number that a fournisseur said unreachable.
SELECT contribuable_id, min(nom), min(prenom), min(array_to_string(telephones, ' / ')), code,
    count(*), coalesce(sum(montant_du), 0)
FROM (
    SELECT c.contribuable_id, c.nom, c.prenom, c.telephones, c.montant_du, x.code
    FROM relances.exclusion x
    JOIN relances.creance_extraite c ON c.rang = x.rang
    WHERE x.execution_id = %(execution_id)s AND c.execution_id = %(execution_id)s AND x.code = ANY (%(codes)s)
    UNION ALL
    SELECT c.contribuable_id, c.nom, c.prenom, c.telephones, c.montant_du, s.etat
    FROM relances.relance r
    JOIN relances.numero_signale s ON s.telephone = r.telephone AND s.canal = r.canal AND s.etat = 'injoignable'
    JOIN relances.relance_creance rc ON rc.relance_id = r.id
    JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id AND c.contribuable_id = r.contribuable_id
    WHERE r.source = %(source)s AND r.occasion = %(occasion)s AND r.canal = ANY (%(canaux)s) AND r.statut = 'echec'
        AND c.execution_id = %(execution_id)s
) a_corriger
GROUP BY contribuable_id, code
ORDER BY code, contribuable_id COLLATE "C";

-- name: count_corrections
-- How many rows the list has, by reason.
SELECT code, count(DISTINCT contribuable_id)
FROM (
    SELECT x.code, c.contribuable_id
    FROM relances.exclusion x
    JOIN relances.creance_extraite c ON c.rang = x.rang
    WHERE x.execution_id = %(execution_id)s AND c.execution_id = %(execution_id)s AND x.code = ANY (%(codes)s)
    UNION ALL
    SELECT s.etat, c.contribuable_id
    FROM relances.relance r
    JOIN relances.numero_signale s ON s.telephone = r.telephone AND s.canal = r.canal AND s.etat = 'injoignable'
    JOIN relances.relance_creance rc ON rc.relance_id = r.id
    JOIN relances.creance_extraite c ON c.creance_id = rc.creance_id AND c.contribuable_id = r.contribuable_id
    WHERE r.source = %(source)s AND r.occasion = %(occasion)s AND r.canal = ANY (%(canaux)s) AND r.statut = 'echec'
        AND c.execution_id = %(execution_id)s
) a_corriger
GROUP BY code
ORDER BY code;

-- name: latest_whole_runs
-- The latest run of each source that sent for good and left nobody out: neither a category nor a fournisseur.
SELECT DISTINCT ON (source) run_id
FROM relances.execution
WHERE NOT simulation AND creances IS NOT NULL
    AND parametres ->> 'fournisseur' IS NULL AND parametres -> 'categories' = '[]'
ORDER BY source, id DESC;
