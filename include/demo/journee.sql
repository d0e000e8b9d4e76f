-- Une journée d'encaissements, jusqu'à %(maintenant)s (UTC, comme l'application) : un contribuable sur deux cents paie
-- une taxe qui ne lui est pas affectée ; ce que chacun doit ne change donc pas. Rien si la journée est déjà là.
WITH payeur AS (
    SELECT contribuable.id, contribuable.collecteur_id,
        row_number() OVER (ORDER BY md5(concat(contribuable.id, %(jour)s::text))) AS rang
    FROM contribuable
    WHERE NOT EXISTS (
        SELECT FROM info_collecte
        WHERE statut = 'completed' AND annule IS NOT TRUE AND date_collecte >= %(jour)s::date
            AND date_collecte <= %(maintenant)s)
), encaissement AS (
    SELECT nextval(pg_get_serial_sequence('info_collecte', 'id')) AS id, payeur.id AS contribuable_id, taxe.id AS taxe_id,
        payeur.collecteur_id, taxe.montant, %(maintenant)s::timestamp - payeur.rang * interval '1 second' AS moment
    FROM payeur
    CROSS JOIN LATERAL (
        SELECT taxe.id, taxe.montant FROM taxe
        WHERE taxe.montant > 0 AND NOT EXISTS (
            SELECT FROM affectation_taxe WHERE taxe_id = taxe.id AND contribuable_id = payeur.id)
        ORDER BY taxe.id LIMIT 1
    ) taxe
    WHERE payeur.rang <= (SELECT 1 + count(*) / 200 FROM contribuable)
)
INSERT INTO info_collecte (id, contribuable_id, taxe_id, collecteur_id, montant, type_paiement, statut, reference,
    date_collecte, annule, created_at, updated_at)
SELECT id, contribuable_id, taxe_id, collecteur_id, montant, 'especes', 'completed', 'COL-' || lpad(id::text, 8, '0'),
    moment, false, moment, moment
FROM encaissement;
