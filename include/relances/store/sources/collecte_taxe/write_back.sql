-- Montre dans l'application ce que sont devenues nos relances : une ligne de sa table relance par (relance, créance),
-- et le dossier d'impayé ouvert de l'affectation. Rejouer les mêmes paramètres ne change rien, pas même updated_at.
--
-- Paramètres, tableaux parallèles : relance_id bigint[], creance_id text[], contribuable_id text[], type_relance text[],
-- statut text[] (envoyee, livree, echec, incertaine, annulee), message text[], montant_du numeric[], echeance date[],
-- date_relance date[], date_envoi timestamptz[], fournisseur text[], reference text[], code text[], motif text[] ;
-- les quatre derniers et date_envoi admettent NULL. Rend une ligne : inserted, updated, dossiers.
--
-- Deux exécutions simultanées écriraient deux fois la même ligne : prendre d'abord, dans la même transaction,
-- pg_advisory_xact_lock. Le search_path est celui de l'application : « relance » y désigne sa table.
-- Chaque appel parcourt relance et dossier_impaye en entier : préférer quelques grands appels à beaucoup de petits.
--
-- Notre ligne se reconnaît à « [relances #123] » dans ses notes et à son affectation. Seule cette ligne de texte des
-- notes est à nous : ce qu'un agent a écrit autour est gardé. date_envoi, une fois écrite, ne s'efface plus : c'est à
-- elle que se voit que le dossier a déjà compté cette relance.
WITH demande AS MATERIALIZED (
    SELECT
        recue.relance_id,
        recue.repere,
        affectation.id AS affectation_taxe_id,
        contribuable.id AS contribuable_id,
        valeur.type_relance,
        valeur.statut,
        recue.message,
        round(recue.montant_du, 2) AS montant_due,
        recue.echeance::timestamp AS date_echeance,
        recue.date_envoi AT TIME ZONE 'UTC' AS date_envoi,  -- l'application écrit ses dates en UTC
        recue.date_relance::timestamp AS date_planifiee,
        left(recue.fournisseur, 100) AS canal_envoi,
        regexp_replace(
            concat_ws(
                ' ',
                '[relances #' || recue.repere || ']',
                concat_ws(
                    ' · ',
                    recue.fournisseur,
                    'réf. ' || recue.reference,
                    CASE recue.statut WHEN 'incertaine' THEN '408, vérification en cours' WHEN 'livree' THEN 'livrée' END,
                    CASE WHEN recue.statut IN ('echec', 'annulee') THEN concat_ws(' : ', recue.code, recue.motif) END
                )
            ),
            '\s+', ' ', 'g'
        ) AS note
    FROM unnest(
        %(relance_id)s::bigint[], %(repere)s::text[], %(creance_id)s::text[], %(contribuable_id)s::text[], %(type_relance)s::text[],
        %(statut)s::text[], %(message)s::text[], %(montant_du)s::numeric[], %(echeance)s::date[],
        %(date_relance)s::date[], %(date_envoi)s::timestamptz[], %(fournisseur)s::text[], %(reference)s::text[],
        %(code)s::text[], %(motif)s::text[]
    ) AS recue (
        relance_id, repere, creance_id, contribuable_id, type_relance, statut, message, montant_du, echeance,
        date_relance, date_envoi, fournisseur, reference, code, motif
    )
    -- Une affectation ou un contribuable effacé entre-temps n'a plus de place où écrire : sa relance est passée.
    JOIN affectation_taxe AS affectation ON affectation.id = recue.creance_id::integer
    JOIN contribuable ON contribuable.id = recue.contribuable_id::integer
    -- jsonb_populate_record donne aux valeurs le type des colonnes, sans nommer les enums d'une installation.
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::relance,
        jsonb_build_object(
            'type_relance',
            CASE WHEN recue.type_relance IN (
                SELECT connu.enumlabel::text
                FROM pg_catalog.pg_enum AS connu
                JOIN pg_catalog.pg_attribute AS colonne ON colonne.atttypid = connu.enumtypid
                WHERE colonne.attrelid = 'relance'::regclass AND colonne.attname = 'type_relance'
            ) THEN recue.type_relance ELSE 'sms' END,
            'statut',
            CASE recue.statut WHEN 'livree' THEN 'envoyee' WHEN 'incertaine' THEN 'echec' ELSE recue.statut END
        )
    ) AS valeur
),
etat AS MATERIALIZED (
    SELECT DISTINCT ON (demande.relance_id, demande.affectation_taxe_id)
        demande.relance_id,
        demande.affectation_taxe_id,
        demande.contribuable_id,
        demande.type_relance,
        demande.statut,
        demande.message,
        demande.montant_due,
        demande.date_echeance,
        demande.date_planifiee,
        demande.canal_envoi,
        CASE WHEN demande.statut = 'envoyee'
            THEN coalesce(demande.date_envoi, ancienne.date_envoi, demande.date_planifiee)
            ELSE ancienne.date_envoi
        END AS date_envoi,
        coalesce(
            regexp_replace(ancienne.notes, '\[relances #[0-9a-f-]+\][^\n]*', replace(demande.note, '\', '\\')),
            demande.note
        ) AS notes,
        ancienne.id AS ancienne_id,
        demande.statut = 'envoyee' AND ancienne.date_envoi IS NULL AS premier_envoi
    FROM demande
    LEFT JOIN relance AS ancienne
        ON ancienne.affectation_taxe_id = demande.affectation_taxe_id
        -- strpos et non LIKE : tant que la table n'est pas ré-analysée, LIKE promet une ligne et le plan devient carré.
        AND strpos(ancienne.notes, '[relances #') > 0
        AND substring(ancienne.notes FROM '\[relances #([0-9a-f-]+)\]') = demande.repere
    ORDER BY demande.relance_id, demande.affectation_taxe_id, ancienne.id
),
ajout AS (
    INSERT INTO relance (
        contribuable_id, affectation_taxe_id, type_relance, statut, message, montant_due, date_echeance,
        date_planifiee, canal_envoi, date_envoi, notes, created_at, updated_at
    )
    SELECT
        contribuable_id, affectation_taxe_id, type_relance, statut, message, montant_due, date_echeance,
        date_planifiee, canal_envoi, date_envoi, notes, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
    FROM etat
    WHERE ancienne_id IS NULL AND statut <> 'annulee'
    ORDER BY relance_id, affectation_taxe_id
    RETURNING id
),
reprise AS (
    UPDATE relance
    SET type_relance = etat.type_relance,
        statut = etat.statut,
        message = etat.message,
        montant_due = etat.montant_due,
        date_echeance = etat.date_echeance,
        date_planifiee = etat.date_planifiee,
        canal_envoi = etat.canal_envoi,
        date_envoi = etat.date_envoi,
        notes = etat.notes,
        updated_at = now() AT TIME ZONE 'UTC'
    FROM etat
    WHERE relance.id = etat.ancienne_id
        AND (
            relance.type_relance, relance.statut, relance.message, relance.montant_due, relance.date_echeance,
            relance.date_planifiee, relance.canal_envoi, relance.date_envoi, relance.notes
        ) IS DISTINCT FROM (
            etat.type_relance, etat.statut, etat.message, etat.montant_due, etat.date_echeance,
            etat.date_planifiee, etat.canal_envoi, etat.date_envoi, etat.notes
        )
    RETURNING relance.id
),
-- Une affectation peut recevoir plusieurs relances dans un même appel, et avoir plusieurs dossiers : le dernier ouvert.
envoi AS (
    SELECT affectation_taxe_id, count(*) AS nombre, max(date_envoi) AS dernier
    FROM etat
    WHERE premier_envoi
    GROUP BY affectation_taxe_id
),
contact AS (
    SELECT max(ouvert.id) AS dossier_id, envoi.nombre, envoi.dernier
    FROM envoi
    JOIN dossier_impaye AS ouvert ON ouvert.affectation_taxe_id = envoi.affectation_taxe_id
    WHERE ouvert.statut IN ('en_cours', 'partiellement_paye')
    GROUP BY envoi.affectation_taxe_id, envoi.nombre, envoi.dernier
),
dossier AS (
    UPDATE dossier_impaye
    SET nombre_relances = coalesce(dossier_impaye.nombre_relances, 0) + contact.nombre,
        dernier_contact = greatest(dossier_impaye.dernier_contact, contact.dernier)
    FROM contact
    WHERE dossier_impaye.id = contact.dossier_id
    RETURNING dossier_impaye.id
)
SELECT
    (SELECT count(*) FROM ajout) AS inserted,
    (SELECT count(*) FROM reprise) AS updated,
    (SELECT count(*) FROM dossier) AS dossiers
