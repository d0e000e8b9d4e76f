-- name: copy_overdue
-- The overdue creances of a tax system, in the columns of CONTRACT: a day has no hour. Days that no integer holds, or that
-- nothing counts to, are for the validation to set aside. In this order, since PostgreSQL mostly computes the column here:
-- of an infinite date, whatever it is computed from fails.
COPY (
    SELECT creance_id, contribuable_id, nom, prenom, telephones, langue, categorie, libelle, montant_du, devise,
        echeance::date,
        CASE WHEN isfinite(echeance::date) IS NOT FALSE AND jours_retard IS NOT NULL
            THEN greatest(least(jours_retard::numeric, 2147483647), -2147483648)::integer END,
        derniere_relance, relances_agents, exclusion
    FROM ({}) AS overdue
) TO STDOUT;

-- name: describe_overdue
-- The columns of a tax system's creances, and none of its rows.
SELECT * FROM ({}) AS overdue LIMIT 0;

-- name: owes_anything
-- Whether anybody owes anything.
SELECT EXISTS (SELECT FROM ({}) AS overdue);

-- name: latest_payment
-- When the latest payment was made: a date that Python has, or none.
SELECT CASE WHEN le BETWEEN timestamptz '0002-01-01' AND timestamptz '9998-12-31' THEN le::timestamptz END
FROM ({}) AS paiement (le);

-- name: compare_balances
-- Of these creances, those of which less is owed than their relances say, and those of which nothing usable is said.
WITH attendu AS (
    SELECT creance_id, max(montant_du) AS montant_du
    FROM unnest(%(creance_ids)s::text[], %(montants)s::text[]::numeric[]) AS a (creance_id, montant_du)
    GROUP BY creance_id
), solde (creance_id, montant_du) AS ({})
SELECT attendu.creance_id, solde.montant_du::numeric
FROM attendu
LEFT JOIN solde ON solde.creance_id::text = attendu.creance_id
WHERE (solde.montant_du::numeric < 1e20 AND round(solde.montant_du::numeric, 2) >= attendu.montant_du) IS NOT TRUE;

-- name: list_changed
-- What may have changed since a reading, and what the next time begins from.
SELECT creance_id::text, repere::jsonb::text FROM ({}) AS change;
