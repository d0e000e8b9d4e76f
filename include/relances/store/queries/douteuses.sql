-- name: stream_left
-- The relances that left or may have, with their telephones as typed, the latest first.
SELECT id, date_relance, contribuable_id, nom, prenom, telephones, telephone, fournisseur, statut, montant_du
FROM (
    SELECT DISTINCT ON (r.id) r.id, r.date_relance, r.contribuable_id, c.nom, c.prenom, c.telephones, r.telephone,
        r.fournisseur, r.statut, r.montant_du
    FROM relances.relance r
    JOIN relances.relance_creance rc ON rc.relance_id = r.id
    JOIN relances.creance_extraite c ON c.execution_id = r.execution_id AND c.creance_id = rc.creance_id
        AND c.contribuable_id = r.contribuable_id
    WHERE r.statut IN ('en_cours', 'envoyee', 'livree', 'incertaine') OR r.statut = 'echec' AND r.code = '408'
    ORDER BY r.id, rc.creance_id
) partie
ORDER BY date_relance DESC, id DESC;
