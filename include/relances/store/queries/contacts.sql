-- name: create_contacts_read
-- personne: whom the line names; qui: of whom it is, once that is known.
CREATE TEMPORARY TABLE contact_lu (
    ligne bigint, telephone text, saisie text, montant_du numeric, echeance date, libelle text, nom text, prenom text,
    langue text, numeros text[], qui text, personne text GENERATED ALWAYS AS (relances.personne(nom, prenom)) STORED
) ON COMMIT DROP;

-- name: copy_contacts_read
COPY contact_lu (ligne, telephone, numeros, saisie, montant_du, echeance, libelle, nom, prenom, langue) FROM STDIN;

-- name: lock_contacts
-- Two imports at once would wait for each other's rows, in opposite orders.
LOCK TABLE relances.contact IN SHARE ROW EXCLUSIVE MODE;

-- name: analyze_contacts
-- What was just written is not known to the planner, which would join it row by row.
ANALYZE contact_lu, relances.contact;

-- name: recognise_contacts_read
-- A line whose cell holds, among others, the number that an earlier import knows the same debt by.
UPDATE contact_lu AS lue
SET telephone = connue.telephone
FROM (
    SELECT DISTINCT ON (l.ligne) l.ligne, c.telephone
    FROM contact_lu AS l
    CROSS JOIN unnest(l.numeros) AS n (numero)
    JOIN (
        SELECT c.telephone, c.libelle, c.echeance, c.personne, m.numero
        FROM relances.contact AS c
        CROSS JOIN unnest(coalesce(c.numeros, ARRAY[c.telephone])) AS m (numero)
        WHERE c.campagne = %(campagne)s
    ) AS c ON c.numero = n.numero AND c.libelle = l.libelle AND c.echeance = l.echeance
        AND (c.personne = l.personne OR '' IN (c.personne, l.personne))
    ORDER BY l.ligne, c.telephone <> l.telephone, c.telephone
) AS connue
WHERE lue.ligne = connue.ligne AND lue.telephone <> connue.telephone;

-- name: name_contacts_read
-- A line that names nobody is of the one person who owes the same by this file, else by an earlier import.
UPDATE contact_lu AS lue
SET qui = CASE
    WHEN lue.personne <> '' THEN lue.personne
    WHEN cardinality(f.personnes) = 1 THEN f.personnes[1]
    WHEN cardinality(f.personnes) = 0 AND coalesce(cardinality(c.personnes), 0) <= 1
        THEN coalesce(c.personnes[1], '')
END
FROM contact_lu AS ligne
JOIN (
    SELECT telephone, libelle, echeance, array_remove(array_agg(DISTINCT personne), '') AS personnes
    FROM contact_lu GROUP BY telephone, libelle, echeance
) f USING (telephone, libelle, echeance)
LEFT JOIN (
    SELECT telephone, libelle, echeance, array_agg(personne) AS personnes
    FROM relances.contact WHERE campagne = %(campagne)s GROUP BY telephone, libelle, echeance
) c USING (telephone, libelle, echeance)
WHERE lue.ligne = ligne.ligne;

-- name: leave_out_nameless
-- The lines that may be of one person or of another.
DELETE FROM contact_lu WHERE qui IS NULL RETURNING ligne;

-- name: leave_out_other_names
-- The lines of somebody whose number owes the same, by an earlier import, under a name that this file does not say: two
-- people, or one whose name is written otherwise.
WITH nommee AS (
    SELECT DISTINCT telephone, libelle, echeance, qui FROM contact_lu WHERE qui <> ''
), connue AS (
    SELECT c.telephone, c.libelle, c.echeance, array_agg(c.personne) AS personnes, bool_or(n.qui IS NULL) AS absente
    FROM relances.contact AS c
    LEFT JOIN nommee AS n
        ON n.telephone = c.telephone AND n.libelle = c.libelle AND n.echeance = c.echeance AND n.qui = c.personne
    WHERE c.campagne = %(campagne)s
    GROUP BY c.telephone, c.libelle, c.echeance
)
DELETE FROM contact_lu AS lue
USING connue AS c
WHERE c.telephone = lue.telephone AND c.libelle = lue.libelle AND c.echeance = lue.echeance AND c.absente
    AND lue.qui <> '' AND NOT (c.personnes && ARRAY[lue.qui, ''])
RETURNING lue.ligne;

-- name: leave_out_contradictions
-- All lines about the same that do not all say the same amount: each with the first line that says another.
WITH rangee AS (
    SELECT ligne, montant_du, first_value(ligne) OVER memes AS premiere, first_value(montant_du) OVER memes AS montant
    FROM contact_lu
    WINDOW memes AS (PARTITION BY telephone, qui, libelle, echeance ORDER BY ligne)
), comparee AS (
    SELECT *, min(ligne) FILTER (WHERE montant_du <> montant) OVER (PARTITION BY premiere) AS autre FROM rangee
)
DELETE FROM contact_lu AS lue
USING comparee
WHERE comparee.ligne = lue.ligne AND comparee.autre IS NOT NULL
RETURNING lue.ligne, CASE WHEN comparee.montant_du = comparee.montant THEN comparee.autre ELSE comparee.premiere END;

-- name: leave_out_repetitions
-- The lines that say again what another one says, the one that names its person: each with that one.
WITH rangee AS (
    SELECT ligne, first_value(ligne) OVER (
        PARTITION BY telephone, qui, libelle, echeance ORDER BY personne = '', ligne) AS premiere
    FROM contact_lu
)
DELETE FROM contact_lu AS lue
USING rangee
WHERE rangee.ligne = lue.ligne AND rangee.premiere <> lue.ligne
RETURNING lue.ligne, rangee.premiere;

-- name: merge_contacts
-- What is new, and what an earlier import said otherwise. A cell left empty takes nothing back. A creance of nobody by
-- name becomes that of the one person who now says to owe it; one of another person stays, beside the new one.
WITH lue AS (
    SELECT *, ligne = min(ligne) OVER (PARTITION BY telephone, libelle, echeance) AS premiere FROM contact_lu
), connue AS (
    SELECT DISTINCT ON (lue.ligne) lue.*, c.id
    FROM lue
    JOIN relances.contact AS c
        ON c.campagne = %(campagne)s AND c.telephone = lue.telephone AND c.libelle = lue.libelle
        AND c.echeance = lue.echeance AND (c.personne = lue.qui OR c.personne = '' AND lue.premiere)
    ORDER BY lue.ligne, c.personne = lue.qui DESC
), modifiee AS (
    UPDATE relances.contact AS c
    SET montant_du = n.montant_du, saisie = n.saisie, numeros = n.numeros, nom = n.nom, prenom = n.prenom,
        langue = coalesce(n.langue, c.langue), importe_le = now()
    FROM (
        SELECT lue.id, lue.montant_du, lue.saisie, lue.numeros, lue.langue,
            CASE WHEN lue.personne <> '' THEN lue.nom ELSE avant.nom END AS nom,
            CASE WHEN lue.personne <> '' THEN lue.prenom ELSE avant.prenom END AS prenom
        FROM connue AS lue
        JOIN relances.contact AS avant ON avant.id = lue.id
    ) n
    WHERE c.id = n.id
        AND (c.montant_du, c.nom, c.prenom, c.langue, coalesce(c.numeros, ARRAY[c.telephone])) IS DISTINCT FROM (
            n.montant_du, n.nom, n.prenom, coalesce(n.langue, c.langue), n.numeros)
    RETURNING c.id
), ajoutee AS (
    INSERT INTO relances.contact
        (campagne, telephone, numeros, saisie, montant_du, echeance, libelle, nom, prenom, langue)
    SELECT %(campagne)s, telephone, numeros, saisie, montant_du, echeance, libelle, nom, prenom, langue
    FROM contact_lu AS lue
    WHERE NOT EXISTS (SELECT FROM connue WHERE connue.ligne = lue.ligne)
    ORDER BY ligne
    RETURNING id
)
SELECT (SELECT count(*) FROM ajoutee), (SELECT count(*) FROM modifiee), (SELECT count(*) FROM connue),
    count(*) FILTER (WHERE montant_du = 0), count(*) FILTER (WHERE montant_du > 0 AND echeance > %(today)s)
FROM contact_lu;

-- name: assign_contacts
-- Each contact of these numbers to the contribuable that it is of: the same person at the same number, in any campaign.
-- Where a number names one person at most, all that it owes is theirs. What was reminded stays as it is, so that nobody is
-- reminded again; silence asked of the contribuable that a contact leaves goes with it.
WITH lu AS MATERIALIZED (
    SELECT c.id, c.telephone, coalesce(c.titulaire, c.id) AS titulaire,
        CASE WHEN count(*) FILTER (WHERE c.personne <> '') OVER numero > 0
                AND min(c.personne) FILTER (WHERE c.personne <> '') OVER numero
                    <> max(c.personne) FILTER (WHERE c.personne <> '') OVER numero
            THEN c.personne ELSE '' END AS groupe,
        EXISTS (
            SELECT FROM relances.relance_creance rc
            JOIN relances.relance r ON r.id = rc.relance_id AND r.source = 'contacts'
            WHERE rc.creance_id = c.id::text AND r.code IS DISTINCT FROM 'simulation') AS relancee
    FROM relances.contact c
    WHERE c.telephone IN (SELECT telephone FROM contact_lu)
    WINDOW numero AS (PARTITION BY c.telephone)
), tenu AS (
    SELECT DISTINCT ON (lu.telephone, lu.groupe) lu.telephone, lu.groupe, lu.titulaire
    FROM lu JOIN lu AS t ON t.id = lu.titulaire AND t.groupe = lu.groupe
    WHERE lu.relancee
    ORDER BY lu.telephone, lu.groupe, lu.id
), libre AS (
    SELECT lu.telephone, lu.groupe, coalesce(min(lu.id) FILTER (WHERE autre.titulaire IS NULL), min(lu.id)) AS titulaire
    FROM lu
    LEFT JOIN (SELECT DISTINCT titulaire, groupe FROM lu WHERE relancee) AS autre
        ON autre.titulaire = lu.id AND autre.groupe <> lu.groupe
    WHERE NOT lu.relancee
    GROUP BY lu.telephone, lu.groupe
), change AS (
    SELECT lu.id, lu.titulaire AS ancien, coalesce(tenu.titulaire, libre.titulaire) AS nouveau
    FROM lu
    LEFT JOIN tenu ON tenu.telephone = lu.telephone AND tenu.groupe = lu.groupe
    LEFT JOIN libre ON libre.telephone = lu.telephone AND libre.groupe = lu.groupe
    WHERE NOT lu.relancee AND lu.titulaire <> coalesce(tenu.titulaire, libre.titulaire)
), rangement AS (
    UPDATE relances.contact c SET titulaire = nullif(change.nouveau, c.id) FROM change WHERE change.id = c.id
)
INSERT INTO relances.opposition (source, contribuable_id, motif)
SELECT DISTINCT o.source, 'c' || change.nouveau, o.motif
FROM change
JOIN relances.opposition o ON o.source = 'contacts' AND o.contribuable_id = 'c' || change.ancien
ON CONFLICT DO NOTHING;

-- name: count_people_read
SELECT count(DISTINCT coalesce(c.titulaire, c.id))
FROM contact_lu AS lue
JOIN relances.contact AS c
    ON c.campagne = %(campagne)s AND c.telephone = lue.telephone AND c.personne = lue.qui
    AND c.libelle = lue.libelle AND c.echeance = lue.echeance;
