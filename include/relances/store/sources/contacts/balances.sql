-- Ce qui reste dû maintenant de chaque créance demandée ; zéro pour celle qu'un import a soldée, ou qui n'est pas échue.
-- Paramètres : creance_ids text[] (ceux d'overdue.sql), date_relance date.
SELECT demandee.creance_id, coalesce(contact.montant_du, 0) AS montant_du
FROM unnest(%(creance_ids)s::text[]) AS demandee (creance_id)
LEFT JOIN relances.contact AS contact
    ON contact.id = demandee.creance_id::bigint AND contact.echeance <= %(date_relance)s::date
