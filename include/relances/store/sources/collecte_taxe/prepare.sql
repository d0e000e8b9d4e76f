-- Le dossier d'impayé où un envoi de a_montrer se compte, s'il ne l'est pas déjà : le dernier ouvert de son affectation.
-- Ne verrouille rien des tables de l'application. Parcourt dossier_impaye une fois, pour beaucoup de relances.
UPDATE a_montrer
SET dossier = ouvert.id
FROM (
    SELECT affectation_taxe_id, max(id)::text AS id
    FROM dossier_impaye
    WHERE statut IN ('en_cours', 'partiellement_paye')
    GROUP BY affectation_taxe_id
) AS ouvert
WHERE ouvert.affectation_taxe_id = a_montrer.creance_id::integer AND a_montrer.statut IN ('envoyee', 'livree')
