-- Where somebody uses the tables: fail soon and say so, rather than hold up everybody who comes after.
SET LOCAL lock_timeout = '5s';

-- As before, and: an échéance, or a delay, beyond what the policy believes sets its row aside. The session says it too:
-- relances.echeance_min, relances.echeance_horizon_jours. Infinite dates compare like any other.
CREATE OR REPLACE VIEW relances.creance_a_valider AS
SELECT c.rang, c.execution_id, c.creance_id, c.contribuable_id, c.nom, c.prenom, c.telephones, c.langue, c.categorie,
    c.libelle, c.montant_du, c.devise, c.echeance, c.jours_retard, c.derniere_relance, c.exclusion, c.relances_agents,
    e.date_relance, CASE
    WHEN c.exclusion IS NOT NULL THEN c.exclusion
    -- The lower bound of what numeric(16, 2) holds above zero; NaN is above any number.
    WHEN c.montant_du IS NULL OR c.montant_du < 0.005 THEN 'montant_nul'
    WHEN c.montant_du > current_setting('relances.montant_max')::numeric THEN 'montant_demesure'
    WHEN c.echeance < current_setting('relances.echeance_min')::date
        OR c.echeance > e.date_relance + current_setting('relances.echeance_horizon_jours')::integer
        OR c.jours_retard > e.date_relance - current_setting('relances.echeance_min')::date
        OR c.jours_retard < -current_setting('relances.echeance_horizon_jours')::integer
        THEN 'echeance_invraisemblable'
    WHEN c.echeance IS NULL OR c.echeance > e.date_relance OR c.jours_retard IS NULL THEN 'echeance_invalide'
END AS faute
FROM relances.creance_extraite c
JOIN relances.execution e ON e.id = c.execution_id
WHERE c.execution_id = current_setting('relances.execution_id')::bigint;
