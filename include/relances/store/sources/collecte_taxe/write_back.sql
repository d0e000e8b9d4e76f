-- Montre dans l'application ce que sont devenues nos relances : une ligne de sa table relance par (relance, créance),
-- et le dossier d'impayé ouvert de l'affectation. Rejouer les mêmes paramètres ne change rien, pas même updated_at.
--
-- Paramètres, tableaux parallèles : repere text[], creance_id text[], contribuable_id text[], type_relance text[],
-- statut text[] (envoyee, livree, echec, incertaine, annulee), message text[], montant_du numeric[], echeance date[],
-- date_relance date[], date_envoi timestamptz[], fournisseur text[], reference text[], code text[], motif text[],
-- ligne bigint[] et dossier bigint[], que places.sql a donnés ; les deux derniers, reference, code, motif et date_envoi
-- admettent NULL. Rend une ligne : inserted, updated, dossiers, et laissees, les rangs (1, 2 …) de ce qui attend.
--
-- N'attend personne : ce qu'un agent tient, ou a changé depuis places.sql, est laissé pour un autre tour. Un petit nombre
-- de relances à la fois : qui travaille dans l'application attend au plus le temps d'un appel. Deux exécutions simultanées
-- écriraient deux fois la même ligne : l'appelant tient pg_advisory_lock depuis places.sql. Le search_path est celui de
-- l'application : « relance » y désigne sa table.
--
-- Dans les notes, seul est à nous ce que nous y avons écrit derrière notre repère : ce qu'un agent a mis autour, même sur
-- la même ligne, et les autres repères sont gardés. date_envoi, une fois écrite, ne s'efface plus : c'est à elle que se
-- voit que le dossier a déjà compté cette relance.
WITH demande AS MATERIALIZED (
    SELECT
        recue.rang,
        recue.ligne,
        recue.dossier,
        '[relances #' || recue.repere || ']' AS marque,
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
                    CASE WHEN recue.statut IN ('echec', 'annulee')
                        -- Ce qu'un fournisseur répond n'imite pas un repère.
                        THEN replace(nullif(concat(recue.code || ' : ', recue.motif), ''), '[relances #', '(relances #')
                    END
                )
            ),
            '\s+', ' ', 'g'
        ) AS note
    FROM unnest(
        %(repere)s::text[], %(creance_id)s::text[], %(contribuable_id)s::text[], %(type_relance)s::text[],
        %(statut)s::text[], %(message)s::text[], %(montant_du)s::numeric[], %(echeance)s::date[],
        %(date_relance)s::date[], %(date_envoi)s::timestamptz[], %(fournisseur)s::text[], %(reference)s::text[],
        %(code)s::text[], %(motif)s::text[], %(ligne)s::bigint[], %(dossier)s::bigint[]
    ) WITH ORDINALITY AS recue (
        repere, creance_id, contribuable_id, type_relance, statut, message, montant_du, echeance,
        date_relance, date_envoi, fournisseur, reference, code, motif, ligne, dossier, rang
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
ancienne AS MATERIALIZED (
    SELECT id, affectation_taxe_id, date_envoi, notes
    FROM relance
    WHERE id = ANY (%(ligne)s::bigint[])
    FOR NO KEY UPDATE SKIP LOCKED
),
ouvert AS MATERIALIZED (
    SELECT id
    FROM dossier_impaye
    WHERE id = ANY (%(dossier)s::bigint[]) AND statut IN ('en_cours', 'partiellement_paye')
    FOR NO KEY UPDATE SKIP LOCKED
),
etat AS MATERIALIZED (
    SELECT
        demande.rang,
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
            left(ancienne.notes, ancienne.debut - 1) || demande.note || regexp_replace(
                substr(ancienne.notes, ancienne.debut + length(demande.marque)),
                -- Derrière le repère, ce que nous écrivons : fournisseur, référence, et selon l'état un mot ou un motif, qui
                -- va jusqu'au bout de la ligne ou au repère suivant. Sans lettre accentuée : une base peut n'en avoir
                -- aucune. Un seul motif pour toutes les lignes : en compiler un par ligne prendrait tout le temps.
                '^( [a-z]\w*( \S+ r\S+f\. \S+)?'
                || '( \S+ (livr\S+|408, v\S+rification en cours)| \S+ \S+ : ((?! *\[relances #)[^\r\n])*)?)?',
                ''
            ),
            demande.note
        ) AS notes,
        ancienne.id AS ligne,
        ouvert.id AS dossier,
        demande.statut = 'envoyee' AND ancienne.date_envoi IS NULL AS premier_envoi,
        (demande.ligne IS NULL OR ancienne.id IS NOT NULL)
            AND (demande.dossier IS NULL OR ouvert.id IS NOT NULL)
            -- Deux de nos lignes qu'un agent a fondues en une : l'une après l'autre.
            AND row_number() OVER (PARTITION BY coalesce(demande.ligne, -demande.rang) ORDER BY demande.rang) = 1
            AS libre
    FROM demande
    LEFT JOIN LATERAL (
        SELECT id, date_envoi, notes, strpos(notes, demande.marque) AS debut
        FROM ancienne
        WHERE id = demande.ligne AND affectation_taxe_id = demande.affectation_taxe_id
    ) AS ancienne ON ancienne.debut > 0
    LEFT JOIN ouvert ON ouvert.id = demande.dossier
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
    WHERE libre AND ligne IS NULL AND statut <> 'annulee'
    ORDER BY rang
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
    WHERE relance.id = ANY (%(ligne)s::bigint[])  -- par sa clé, quoi que le planificateur sache de la table
        AND etat.libre AND relance.id = etat.ligne
        AND (
            relance.type_relance, relance.statut, relance.message, relance.montant_due, relance.date_echeance,
            relance.date_planifiee, relance.canal_envoi, relance.date_envoi, relance.notes
        ) IS DISTINCT FROM (
            etat.type_relance, etat.statut, etat.message, etat.montant_due, etat.date_echeance,
            etat.date_planifiee, etat.canal_envoi, etat.date_envoi, etat.notes
        )
    RETURNING relance.id
),
-- Un dossier peut recevoir plusieurs relances dans un même appel.
contact AS (
    SELECT dossier AS dossier_id, count(*) AS nombre, max(date_envoi) AS dernier
    FROM etat
    WHERE libre AND premier_envoi AND dossier IS NOT NULL
    GROUP BY dossier
),
dossier AS (
    UPDATE dossier_impaye
    SET nombre_relances = coalesce(dossier_impaye.nombre_relances, 0) + contact.nombre,
        dernier_contact = greatest(dossier_impaye.dernier_contact, contact.dernier)
    FROM contact
    WHERE dossier_impaye.id = ANY (%(dossier)s::bigint[]) AND dossier_impaye.id = contact.dossier_id
    RETURNING dossier_impaye.id
)
SELECT
    (SELECT count(*) FROM ajout) AS inserted,
    (SELECT count(*) FROM reprise) AS updated,
    (SELECT count(*) FROM dossier) AS dossiers,
    (SELECT coalesce(array_agg(rang), '{}') FROM etat WHERE NOT libre) AS laissees
