-- name: create_contacts_read
-- personne: whom the line names; qui: of whom it is, once that is known.
CREATE TEMPORARY TABLE contact_lu (
    ligne bigint, telephone text, saisie text, montant_du numeric, echeance date, libelle text, nom text, prenom text,
    langue text, qui text, personne text GENERATED ALWAYS AS (relances.personne(nom, prenom)) STORED
) ON COMMIT DROP;

-- name: copy_contacts_read
COPY contact_lu (ligne, telephone, saisie, montant_du, echeance, libelle, nom, prenom, langue) FROM STDIN;

-- name: lock_contacts
-- Two imports at once would wait for each other's rows, in opposite orders.
LOCK TABLE relances.contact IN SHARE ROW EXCLUSIVE MODE;

-- name: analyze_contacts_read
ANALYZE contact_lu;

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
    SET montant_du = n.montant_du, saisie = n.saisie, nom = n.nom, prenom = n.prenom,
        langue = coalesce(n.langue, c.langue), importe_le = now()
    FROM (
        SELECT lue.id, lue.montant_du, lue.saisie, lue.langue,
            CASE WHEN lue.personne <> '' THEN lue.nom ELSE avant.nom END AS nom,
            CASE WHEN lue.personne <> '' THEN lue.prenom ELSE avant.prenom END AS prenom
        FROM connue AS lue
        JOIN relances.contact AS avant ON avant.id = lue.id
    ) n
    WHERE c.id = n.id AND (c.montant_du, c.nom, c.prenom, c.langue) IS DISTINCT FROM (
        n.montant_du, n.nom, n.prenom, coalesce(n.langue, c.langue))
    RETURNING c.id
), ajoutee AS (
    INSERT INTO relances.contact (campagne, telephone, saisie, montant_du, echeance, libelle, nom, prenom, langue)
    SELECT %(campagne)s, telephone, saisie, montant_du, echeance, libelle, nom, prenom, langue
    FROM contact_lu AS lue
    WHERE NOT EXISTS (SELECT FROM connue WHERE connue.ligne = lue.ligne)
    ORDER BY ligne
    RETURNING id
)
SELECT (SELECT count(*) FROM ajoutee), (SELECT count(*) FROM modifiee), (SELECT count(*) FROM connue),
    count(*) FILTER (WHERE montant_du = 0), count(*) FILTER (WHERE montant_du > 0 AND echeance > %(today)s),
    (SELECT min(id) FROM ajoutee)
FROM contact_lu;

-- name: tell_other_persons
-- The lines of a person whose number owes the same under another name that an earlier import brought.
SELECT lue.ligne
FROM contact_lu AS lue
JOIN relances.contact AS c
    ON c.campagne = %(campagne)s AND c.telephone = lue.telephone AND c.libelle = lue.libelle
    AND c.echeance = lue.echeance
WHERE lue.qui <> ''
GROUP BY lue.ligne, lue.qui
HAVING bool_and(c.personne NOT IN (lue.qui, ''))
ORDER BY lue.ligne;

-- name: assign_contacts
-- Each new contact to the contribuable that it is of: the same person at the same number, in any campaign. Where a number
-- names one person at most, all that it owes is theirs.
WITH nombre AS (
    SELECT telephone, count(DISTINCT personne) FILTER (WHERE personne <> '') AS personnes
    FROM relances.contact WHERE telephone IN (SELECT telephone FROM contact_lu) GROUP BY telephone
), premier AS (
    SELECT DISTINCT ON (c.telephone, g.groupe) c.telephone, g.groupe, coalesce(c.titulaire, c.id) AS titulaire
    FROM relances.contact c
    JOIN nombre n ON n.telephone = c.telephone
    CROSS JOIN LATERAL (SELECT CASE WHEN n.personnes > 1 THEN c.personne ELSE '' END AS groupe) g
    ORDER BY c.telephone, g.groupe, c.id
)
UPDATE relances.contact c
SET titulaire = p.titulaire
FROM nombre n, premier p
WHERE c.id >= %(premiere)s AND n.telephone = c.telephone AND p.telephone = c.telephone
    AND p.groupe = CASE WHEN n.personnes > 1 THEN c.personne ELSE '' END AND p.titulaire <> c.id;

-- name: count_people_read
SELECT count(DISTINCT coalesce(c.titulaire, c.id))
FROM contact_lu AS lue
JOIN relances.contact AS c
    ON c.campagne = %(campagne)s AND c.telephone = lue.telephone AND c.personne = lue.qui
    AND c.libelle = lue.libelle AND c.echeance = lue.echeance;
