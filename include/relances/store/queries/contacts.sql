-- name: create_contacts_read
CREATE TEMPORARY TABLE contact_lu (
    ligne bigint, telephone text, saisie text, montant_du numeric, echeance date, libelle text, nom text, prenom text,
    langue text
) ON COMMIT DROP;

-- name: copy_contacts_read
COPY contact_lu FROM STDIN;

-- name: leave_out_contradictions
-- All lines about the same that do not all say the same amount: each with the first line that says another.
WITH rangee AS (
    SELECT ligne, montant_du, first_value(ligne) OVER memes AS premiere, first_value(montant_du) OVER memes AS montant
    FROM contact_lu
    WINDOW memes AS (PARTITION BY telephone, libelle, echeance ORDER BY ligne)
), comparee AS (
    SELECT *, min(ligne) FILTER (WHERE montant_du <> montant) OVER (PARTITION BY premiere) AS autre FROM rangee
)
DELETE FROM contact_lu AS lue
USING comparee
WHERE comparee.ligne = lue.ligne AND comparee.autre IS NOT NULL
RETURNING lue.ligne, CASE WHEN comparee.montant_du = comparee.montant THEN comparee.autre ELSE comparee.premiere END;

-- name: lock_contacts
-- Two imports at once would wait for each other's rows, in opposite orders.
LOCK TABLE relances.contact IN SHARE ROW EXCLUSIVE MODE;

-- name: merge_contacts
-- What is new, and what an earlier import said otherwise; the first line of those that are about the same. A cell left
-- empty takes nothing back.
WITH lue AS (
    SELECT DISTINCT ON (telephone, libelle, echeance) *
    FROM contact_lu
    ORDER BY telephone, libelle, echeance, ligne
), importee AS (
    INSERT INTO relances.contact AS c (campagne, telephone, saisie, montant_du, echeance, libelle, nom, prenom, langue)
    SELECT %(campagne)s, telephone, saisie, montant_du, echeance, libelle, nom, prenom, langue
    FROM lue
    ORDER BY ligne
    ON CONFLICT (campagne, telephone, libelle, echeance) DO UPDATE
    SET montant_du = excluded.montant_du, saisie = excluded.saisie, nom = coalesce(excluded.nom, c.nom),
        prenom = coalesce(excluded.prenom, c.prenom), langue = coalesce(excluded.langue, c.langue), importe_le = now()
    WHERE (c.montant_du, c.nom, c.prenom, c.langue) IS DISTINCT FROM (
        excluded.montant_du, coalesce(excluded.nom, c.nom), coalesce(excluded.prenom, c.prenom),
        coalesce(excluded.langue, c.langue))
    RETURNING xmax = 0 AS ajoutee  -- a row that was there is locked before it changes
)
SELECT (SELECT count(*) FROM importee WHERE ajoutee), (SELECT count(*) FROM importee WHERE NOT ajoutee),
    count(*), count(*) FILTER (WHERE montant_du = 0),
    count(*) FILTER (WHERE montant_du > 0 AND echeance > %(today)s), count(DISTINCT telephone)
FROM lue;
