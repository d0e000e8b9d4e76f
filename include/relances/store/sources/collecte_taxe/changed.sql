-- Les créances dont il est peut-être dû moins que lorsque repere a été rendu, d'après les encaissements : les nouveaux,
-- trouvés par leur clé, et ceux qui étaient alors en attente. Une seule ligne a un repere, pour la fois suivante ; nul, il
-- demande de relire tous les soldes : l'identifiant des encaissements est revenu en arrière, ou une taxe a changé.
-- Paramètre : repere jsonb ; nul, pour n'en avoir qu'un.
-- Ce qu'une annulation ou un effacement rend dû de nouveau ne change aucun message ; ce qu'un agent désactive, ferme ou
-- antidate se voit à la lecture suivante de tous les soldes.
WITH avant AS MATERIALIZED (
    SELECT
        (%(repere)s::jsonb ->> 'dernier')::bigint AS dernier,
        %(repere)s::jsonb ->> 'taxes' AS taxes,
        ARRAY(SELECT jsonb_array_elements_text(%(repere)s::jsonb -> 'attendus')::bigint) AS attendus
),
-- Lu avant tout le reste de la liste : ce qui vient ensuite est de la fois suivante.
dernier AS MATERIALIZED (
    SELECT coalesce(max(id), 0) AS id FROM info_collecte
),
taxes AS MATERIALIZED (
    SELECT md5(coalesce(string_agg(concat_ws(' ', id, montant, periodicite, actif), ',' ORDER BY id), '')) AS empreinte
    FROM taxe
),
nouveau AS MATERIALIZED (
    SELECT id, contribuable_id, taxe_id, statut::text AS statut, annule
    FROM info_collecte
    -- Le paramètre même : PostgreSQL voit qu'il n'y a presque rien au-delà, et passe par la clé.
    WHERE id > (%(repere)s::jsonb ->> 'dernier')::bigint
    UNION ALL
    SELECT id, contribuable_id, taxe_id, statut::text AS statut, annule
    FROM info_collecte
    WHERE id = ANY (ARRAY(SELECT unnest(avant.attendus) FROM avant))
),
-- Un encaissement peut être validé après un autre d'identifiant plus grand : ceux qui manquent encore sont attendus.
absent AS (
    SELECT manquant.id
    FROM dernier
    CROSS JOIN avant
    CROSS JOIN LATERAL generate_series(
        greatest(coalesce(avant.dernier, dernier.id - 1000) + 1, dernier.id - 10000, 1), dernier.id
    ) AS manquant (id)
    WHERE NOT EXISTS (SELECT FROM info_collecte AS connu WHERE connu.id = manquant.id)
    UNION
    SELECT manquant.id
    FROM avant
    CROSS JOIN LATERAL unnest(avant.attendus) AS manquant (id)
    WHERE NOT EXISTS (SELECT FROM nouveau WHERE nouveau.id = manquant.id)
),
en_suspens AS (
    SELECT nouveau.id FROM nouveau WHERE nouveau.statut = 'pending'
    UNION ALL
    SELECT id FROM info_collecte
    WHERE statut = 'pending' AND %(repere)s::jsonb IS NULL
)
SELECT affectation.id::text AS creance_id, NULL::jsonb AS repere
FROM nouveau
JOIN affectation_taxe AS affectation
    ON affectation.contribuable_id = nouveau.contribuable_id AND affectation.taxe_id = nouveau.taxe_id
WHERE nouveau.statut = 'completed' AND nouveau.annule IS NOT TRUE
UNION ALL
SELECT NULL, CASE
    WHEN avant.dernier > dernier.id OR avant.taxes <> taxes.empreinte THEN NULL
    ELSE jsonb_build_object(
        'dernier', dernier.id,
        'taxes', taxes.empreinte,
        'attendus', (
            SELECT coalesce(jsonb_agg(attendu.id), '[]'::jsonb)
            FROM (SELECT absent.id FROM absent UNION SELECT en_suspens.id FROM en_suspens) AS attendu
        )
    )
END
FROM dernier
CROSS JOIN avant
CROSS JOIN taxes
