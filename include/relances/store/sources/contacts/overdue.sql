-- Ce que doivent les contacts importés, en retard d'au moins jours_retard_min jours à date_relance.
-- Paramètres : date_relance date, jours_retard_min int, categories text[] (des campagnes ; NULL : toutes).
-- Un contribuable est une personne à un numéro, dans toutes les campagnes : ce qu'elle reçoit de l'une compte pour les
-- autres. Son identifiant ne dit pas le numéro, parce que les identifiants s'affichent.
SELECT
    contact.id::text AS creance_id,
    'c' || coalesce(contact.titulaire, contact.id) AS contribuable_id,
    contact.nom,
    contact.prenom,
    ARRAY[contact.saisie] AS telephones,
    contact.langue,
    contact.campagne AS categorie,
    contact.libelle,
    contact.montant_du,
    'XAF' AS devise,
    contact.echeance,
    %(date_relance)s::date - contact.echeance AS jours_retard,
    NULL::timestamptz AS derniere_relance,
    0 AS relances_agents,
    NULL::text AS exclusion
FROM relances.contact AS contact
WHERE contact.montant_du > 0
    AND contact.echeance <= %(date_relance)s::date - %(jours_retard_min)s::int
    AND (%(categories)s::text[] IS NULL OR contact.campagne = ANY (%(categories)s::text[]))
