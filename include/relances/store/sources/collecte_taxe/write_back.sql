-- Montre dans l'application ce que sont devenues nos relances : une ligne de sa table relance par (relance, créance),
-- et le dossier d'impayé ouvert de l'affectation. Rejouer les mêmes lignes ne change rien, pas même updated_at.
--
-- Lit a_montrer, dont prepare.sql a rempli dossier. Paramètres : premier et dernier, les rangs à montrer. Rend rang, ligne
-- et attente : de chaque ligne ajoutée, sa clé ; de ce qui attend, « tenue », à reprendre à un autre tour, ou « perdue »,
-- dont la ligne n'est plus à sa clé, ou n'est plus à nous. Les autres rangs sont montrés.
--
-- N'attend personne : ce qu'un agent tient, ou a changé depuis prepare.sql, est laissé pour un autre tour. Un petit nombre
-- de relances à la fois : qui travaille dans l'application attend au plus le temps d'un appel. Deux exécutions simultanées
-- écriraient deux fois la même ligne : l'appelant tient pg_advisory_lock depuis qu'il a rempli a_montrer. Le search_path
-- est celui de l'application : « relance » y désigne sa table.
--
-- Tout se rejoint par les clés, une ligne après l'autre, quoi que le planificateur sache des tables : OFFSET 0 l'y tient.
--
-- Dans les notes, seul est à nous ce que nous y avons écrit derrière notre repère : ce qu'un agent a mis autour, même sur
-- la même ligne, et les autres repères sont gardés. date_envoi, une fois écrite, ne s'efface plus : c'est à elle que se
-- voit que le dossier a déjà compté cette relance.
WITH recue AS MATERIALIZED (
    SELECT
        *,
        '[relances #' || repere || ']' AS marque,
        nullif(ligne, '')::integer AS cle
    FROM a_montrer
    WHERE rang BETWEEN %(premier)s AND %(dernier)s
),
-- jsonb_populate_record donne aux valeurs le type des colonnes, sans nommer les enums d'une installation.
valeur AS MATERIALIZED (
    SELECT dite.type_relance AS type_dit, dite.statut AS statut_dit, typee.type_relance, typee.statut
    FROM (SELECT DISTINCT type_relance, statut FROM recue) AS dite
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::relance,
        jsonb_build_object(
            'type_relance',
            CASE WHEN dite.type_relance IN (
                SELECT connu.enumlabel::text
                FROM pg_catalog.pg_enum AS connu
                JOIN pg_catalog.pg_attribute AS colonne ON colonne.atttypid = connu.enumtypid
                WHERE colonne.attrelid = 'relance'::regclass AND colonne.attname = 'type_relance'
            ) THEN dite.type_relance ELSE 'sms' END,
            'statut',
            CASE dite.statut WHEN 'livree' THEN 'envoyee' WHEN 'incertaine' THEN 'echec' ELSE dite.statut END
        )
    ) AS typee
),
demande AS MATERIALIZED (
    SELECT
        recue.rang,
        recue.cle,
        recue.marque,
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
                recue.marque,
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
        ) AS note,
        vue.id AS vue,
        -- Ce que le dossier n'a pas encore compté.
        CASE WHEN valeur.statut = 'envoyee' AND vue.date_envoi IS NULL THEN recue.dossier::integer END AS dossier
    FROM recue
    JOIN valeur ON valeur.type_dit = recue.type_relance AND valeur.statut_dit = recue.statut
    -- Une affectation ou un contribuable effacé entre-temps n'a plus de place où écrire : sa relance est passée.
    CROSS JOIN LATERAL (
        SELECT id FROM affectation_taxe WHERE id = recue.creance_id::integer OFFSET 0
    ) AS affectation
    CROSS JOIN LATERAL (
        SELECT id FROM contribuable WHERE id = recue.contribuable_id::integer OFFSET 0
    ) AS contribuable
    -- La ligne qui est à cette clé, si c'est encore la nôtre, comme places.sql la reconnaît.
    LEFT JOIN LATERAL (
        SELECT id, date_envoi
        FROM relance
        WHERE id = recue.cle
            AND affectation_taxe_id = affectation.id
            AND strpos(notes, recue.marque) > 0
            AND utilisateur_id IS NULL
            AND type_relance::text IN ('sms', 'whatsapp')
            AND (
                strpos(recue.repere, '-') > 0
                OR (contribuable_id = contribuable.id AND date_planifiee = recue.date_relance::timestamp)
            )
        OFFSET 0
    ) AS vue ON true
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
        demande.cle IS NULL AND demande.statut <> 'annulee' AS nouvelle,
        demande.cle IS NOT NULL AND demande.vue IS NULL AS perdue,
        (demande.cle IS NULL OR ancienne.id IS NOT NULL)
            AND (demande.dossier IS NULL OR ouvert.id IS NOT NULL)
            -- Deux de nos lignes qu'un agent a fondues en une : l'une après l'autre.
            AND row_number() OVER (PARTITION BY coalesce(demande.cle, -demande.rang) ORDER BY demande.rang) = 1
            AS libre
    FROM demande
    LEFT JOIN LATERAL (
        SELECT id, date_envoi, notes, strpos(notes, demande.marque) AS debut
        FROM relance
        WHERE id = demande.vue AND affectation_taxe_id = demande.affectation_taxe_id AND strpos(notes, demande.marque) > 0
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS ancienne ON true
    LEFT JOIN LATERAL (
        SELECT id
        FROM dossier_impaye
        WHERE id = demande.dossier AND statut IN ('en_cours', 'partiellement_paye')
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS ouvert ON true
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
    WHERE libre AND nouvelle
    ORDER BY rang
    RETURNING id, affectation_taxe_id, notes
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
    WHERE etat.libre AND relance.id = etat.ligne
        AND (
            relance.type_relance, relance.statut, relance.message, relance.montant_due, relance.date_echeance,
            relance.date_planifiee, relance.canal_envoi, relance.date_envoi, relance.notes
        ) IS DISTINCT FROM (
            etat.type_relance, etat.statut, etat.message, etat.montant_due, etat.date_echeance,
            etat.date_planifiee, etat.canal_envoi, etat.date_envoi, etat.notes
        )
),
-- Un dossier peut recevoir plusieurs relances dans un même appel.
contact AS (
    SELECT dossier AS dossier_id, count(*) AS nombre, max(date_envoi) AS dernier
    FROM etat
    WHERE libre AND premier_envoi AND dossier IS NOT NULL
    GROUP BY dossier
),
compte AS (
    UPDATE dossier_impaye
    SET nombre_relances = coalesce(dossier_impaye.nombre_relances, 0) + contact.nombre,
        dernier_contact = greatest(dossier_impaye.dernier_contact, contact.dernier)
    FROM contact
    WHERE dossier_impaye.id = contact.dossier_id
)
-- RETURNING ne rend que ce qui est écrit : le rang se retrouve par la note, unique. Sans jointure, dont le plan dépendrait
-- de ce qui est estimé.
SELECT max(rang) AS rang, max(id)::text AS ligne, NULL AS attente
FROM (
    SELECT rang, NULL::integer AS id, affectation_taxe_id, notes FROM etat WHERE libre AND nouvelle
    UNION ALL
    SELECT NULL, id, affectation_taxe_id, notes FROM ajout
) AS ajoutee
GROUP BY affectation_taxe_id, notes
HAVING count(*) = 2
UNION ALL
SELECT rang, NULL, CASE WHEN perdue THEN 'perdue' ELSE 'tenue' END FROM etat WHERE NOT libre
