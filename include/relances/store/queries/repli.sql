-- name: take_unreachable
-- The next relances that failed by one of these codes, surely not delivered, of contribuables who may be written to on
-- another canal, where they have no relance of the occasion; a row for each creance that they still speak of. Not those
-- whose run named its fournisseur. Held until the end of the transaction.
WITH refusee AS MATERIALIZED (
    SELECT r.id, r.creee_le, r.execution_id, r.date_relance, r.niveau, r.telephone
    FROM relances.relance r
    JOIN relances.tentative t ON t.relance_id = r.id AND t.numero = r.tentatives
    WHERE r.statut = 'echec' AND r.repli_le IS NULL AND r.fournisseur = %(fournisseur)s
        AND (r.creee_le, r.id) > (
            greatest(
                now() - make_interval(hours => %(heures)s),
                (SELECT a.creee_le FROM relances.relance a WHERE a.id = %(apres)s)),
            %(apres)s)
        AND r.code = ANY (%(codes)s::text[]) AND r.a_envoyer AND (t.issue = 'refusee' OR t.constat = 'non_livree')
        AND r.telephone LIKE ANY (%(debuts)s::text[])
        AND (SELECT e.parametres ->> 'fournisseur' IS NULL FROM relances.execution e WHERE e.id = r.execution_id)
        AND r.id >= coalesce((SELECT max(premiere) FROM relances.installation WHERE dernier_contact IS NOT NULL), 0)
        AND NOT EXISTS (
            SELECT FROM relances.relance autre
            WHERE autre.source = r.source AND autre.canal = %(canal)s AND autre.occasion = r.occasion
                AND autre.contribuable_id = r.contribuable_id)
        AND NOT EXISTS (
            SELECT FROM relances.numero_signale s
            WHERE s.telephone = r.telephone AND s.canal = %(canal)s
                AND (s.etat = 'opposition' OR s.signale_le > now() - make_interval(days => %(oubli_jours)s)))
        AND NOT EXISTS (
            SELECT FROM relances.opposition o WHERE o.source = r.source AND o.contribuable_id = r.contribuable_id)
    ORDER BY r.creee_le, r.id
    LIMIT %(nombre)s
    FOR UPDATE OF r SKIP LOCKED
)
SELECT r.id, r.execution_id, r.date_relance, r.niveau, r.telephone, rc.creance_id, rc.montant_du, rc.echeance
FROM refusee r
JOIN relances.relance_creance rc ON rc.relance_id = r.id AND rc.payee_le IS NULL
ORDER BY r.creee_le, r.id, rc.echeance, rc.creance_id;

-- name: try_lock_creations
-- Until the end of the transaction, no run creates the relance that would be a contribuable's second on a canal.
SELECT pg_try_advisory_xact_lock(hashtextextended('creation', 0));

-- name: change_way
-- Let relances that are held go on by another way, as what they say and cost there. The first way is kept. What the
-- tax application shows is of before: it is shown the end, were it the same state.
UPDATE relances.relance r
SET repli_le = clock_timestamp(),
    premiere_voie = jsonb_build_object(
        'canal', r.canal, 'fournisseur', r.fournisseur, 'texte', r.texte, 'modele', r.modele, 'variables', r.variables,
        'segments', r.segments, 'segments_evites', r.segments_evites, 'cout', r.cout),
    canal = v.canal, fournisseur = v.fournisseur, niveau = v.niveau, texte = v.texte, modele = v.modele,
    variables = v.variables, segments = v.segments, segments_evites = v.segments_evites, cout = v.cout,
    statut = 'en_attente', code = NULL, motif = NULL, reference = NULL, envoyee_le = NULL, interrogee_le = NULL,
    close_le = NULL, prochaine_tentative_le = NULL,
    statut_reporte = CASE WHEN r.statut_reporte IS NOT NULL THEN 'en_attente' END
FROM jsonb_to_recordset(%(chemins)s) AS v (
    relance_id bigint, canal text, fournisseur text, niveau smallint, texte text, modele text, variables text[],
    segments smallint, segments_evites smallint, cout numeric)
WHERE r.id = v.relance_id AND r.repli_le IS NULL;
