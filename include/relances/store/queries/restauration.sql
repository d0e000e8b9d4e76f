-- name: look_at_installation
SELECT (SELECT array_agg(marque ORDER BY rang) FROM relances.installation) AS marques, battement, nommee_le,
    coalesce(battu_le, nommee_le) AS connu_jusqu_au, lieu = relances.lieu() AS chez_elle, motif
FROM relances.installation
ORDER BY rang DESC
LIMIT 1;

-- name: beat
UPDATE relances.installation SET battement = battement + 1, battu_le = clock_timestamp()
WHERE rang = (SELECT max(rang) FROM relances.installation)
RETURNING marque, battement, battu_le, motif;

-- name: stop_installation
-- The first reason stays: what comes after it follows from it.
UPDATE relances.installation SET arretee_le = clock_timestamp(), motif = %(motif)s
WHERE rang = (SELECT max(rang) FROM relances.installation) AND arretee_le IS NULL;

-- name: create_shown
CREATE TEMPORARY TABLE montree (
    repere text, contribuable_id text, date_planifiee date, statut text, date_envoi timestamptz, fournisseur text,
    reference text, code text
) ON COMMIT DROP;

-- name: copy_shown
COPY montree (repere, contribuable_id, date_planifiee, statut, date_envoi, fournisseur, reference, code) FROM STDIN;

-- name: recognise_shown
-- What the tax application shows of this history, a relance once: `relance_id` of those that the store has. Officers may
-- change all but the name and the number; numbered without a name, the day and the contribuable must be the same, for
-- another history may have had that number. `inconnue`: what we wrote there is not what the store knows.
CREATE TEMPORARY TABLE reconnue ON COMMIT DROP AS
SELECT DISTINCT ON (lue.repere) lue.*, r.id AS relance_id,
    CASE
        WHEN r.id IS NULL THEN lue.marque <> '' AND lue.actuelle
        WHEN lue.reference IS NOT NULL THEN NOT EXISTS (
            SELECT FROM relances.tentative t WHERE t.relance_id = r.id AND t.reference = lue.reference)
        ELSE NOT EXISTS (SELECT FROM relances.tentative t WHERE t.relance_id = r.id)
    END AS inconnue
FROM (
    SELECT m.*, substring(m.repere FROM '[0-9]+$')::bigint AS numero, n.marque, n.actuelle, n.premiere, n.fin
    FROM montree m
    JOIN relances.numerotation n ON n.prefixe = coalesce(substring(m.repere FROM '^.*-'), '')
) lue
LEFT JOIN relances.relance r ON r.id = lue.numero AND r.id >= lue.premiere AND (lue.fin IS NULL OR r.id < lue.fin)
    AND (lue.marque <> '' OR (r.contribuable_id = lue.contribuable_id AND r.date_relance = lue.date_planifiee))
ORDER BY lue.repere, lue.reference IS NOT NULL DESC, lue.statut = 'envoyee' DESC;

-- name: count_contradictions
SELECT count(*) FROM reconnue WHERE inconnue;

-- name: has_strangers
SELECT EXISTS (SELECT FROM montree m WHERE NOT EXISTS (SELECT FROM reconnue r WHERE r.repere = m.repere));

-- name: oldest_unsettled
-- Since when something may have been sent that still waits here, or is not known to have been; null: nothing does.
SELECT min(creee_le) FROM relances.relance WHERE statut IN ('en_attente', 'en_cours', 'incertaine');

-- name: latest_knowledge
-- The latest moment at which this database knew that it sent.
SELECT coalesce(
    greatest((SELECT max(battu_le) FROM relances.installation), (SELECT max(commencee_le) FROM relances.tentative)),
    (SELECT min(nommee_le) FROM relances.installation));

-- name: settle_shown
-- What the tax application proves. What it shows as sent was accepted under the reference that it shows.
WITH prouvee AS (
    UPDATE relances.relance r
    SET statut = p.statut, reference = CASE p.statut WHEN 'envoyee' THEN p.reference END,
        envoyee_le = CASE p.statut WHEN 'envoyee' THEN coalesce(p.date_envoi, clock_timestamp()) END,
        fournisseur = p.fournisseur, code = CASE p.statut WHEN 'echec' THEN p.code END,
        motif = CASE p.statut WHEN 'echec' THEN 'd''après l''application fiscale, après une restauration' END,
        close_le = CASE p.statut WHEN 'echec' THEN clock_timestamp() END, tentatives = r.tentatives + 1,
        proprietaire = NULL, bail_jusqu_au = NULL, prochaine_tentative_le = NULL, incertaine_depuis = NULL,
        interrogee_le = NULL, statut_reporte = p.statut
    FROM reconnue p
    WHERE r.id = p.relance_id
        AND (r.statut IN ('en_attente', 'en_cours', 'incertaine') OR (r.statut = 'echec' AND r.code = '408'))
        AND CASE p.statut WHEN 'envoyee' THEN p.reference IS NOT NULL AND p.inconnue
            WHEN 'echec' THEN p.code <> '408' AND r.code IS DISTINCT FROM '408' ELSE false END
    RETURNING r.id, r.tentatives, r.fournisseur, r.statut, r.reference, r.code, r.envoyee_le
), inscrite AS (
    INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire, commencee_le, terminee_le, issue, code,
        reference, detail)
    SELECT id, tentatives, fournisseur, gen_random_uuid(), coalesce(envoyee_le, clock_timestamp()),
        coalesce(envoyee_le, clock_timestamp()), CASE statut WHEN 'envoyee' THEN 'acceptee' ELSE 'refusee' END, code,
        reference, 'd''après l''application fiscale, après une restauration'
    FROM prouvee
)
SELECT count(*) FILTER (WHERE statut = 'envoyee'), count(*) FILTER (WHERE statut = 'echec') FROM prouvee;

-- name: doubt_waiting
-- What is shown and not settled; and whatever else might have been sent since it was created, unless all is sure (`sures`
-- null), but of the sources that tell. A doubt begins now, for whoever is asked must look until now.
WITH appelee AS (
    UPDATE relances.relance
    SET statut = 'incertaine', proprietaire = NULL, bail_jusqu_au = NULL, incertaine_depuis = clock_timestamp(),
        interrogee_le = NULL, code = 'restauree', motif = 'la base a été restaurée : le message est peut-être parti'
    WHERE statut IN ('en_cours', 'incertaine') AND (source <> ALL (%(sures)s::text[])
        OR id IN (SELECT relance_id FROM reconnue WHERE inconnue OR statut = 'incertaine'))
    RETURNING id, fournisseur
), attendue AS (
    UPDATE relances.relance
    SET statut = 'incertaine', tentatives = tentatives + 1, prochaine_tentative_le = NULL,
        incertaine_depuis = clock_timestamp(), interrogee_le = NULL, code = 'restauree',
        motif = 'la base a été restaurée : le message est peut-être parti'
    WHERE statut = 'en_attente' AND (source <> ALL (%(sures)s::text[])
        OR id IN (SELECT relance_id FROM reconnue WHERE inconnue OR statut = 'incertaine'))
    RETURNING id, tentatives, fournisseur, creee_le
), supposee AS (
    INSERT INTO relances.tentative (relance_id, numero, fournisseur, compte, proprietaire, commencee_le, sans_essai)
    SELECT a.id, a.tentatives, a.fournisseur, c.compte, gen_random_uuid(), a.creee_le, true
    FROM attendue a
    LEFT JOIN unnest(%(fournisseurs)s::text[], %(comptes)s::text[]) AS c (fournisseur, compte) USING (fournisseur)
)
SELECT fournisseur, count(*) FROM (
    SELECT fournisseur FROM appelee UNION ALL SELECT fournisseur FROM attendue
) douteuse
GROUP BY fournisseur ORDER BY fournisseur;

-- name: highest_shown
SELECT coalesce(max(numero), 0) FROM reconnue;

-- name: rename_installation
-- From here on, under another name and beyond every number that somebody may have seen. What is held stays so.
INSERT INTO relances.installation (marque, premiere, lieu, battu_le, dernier_jour, dernier_contact)
SELECT right(replace(gen_random_uuid()::text, '-', ''), 12),
    greatest((SELECT max(id) FROM relances.relance), %(montree)s) + 1, relances.lieu(), clock_timestamp(),
    greatest(max(dernier_jour), %(dernier_jour)s),
    greatest(max(dernier_contact), CASE WHEN %(contacts)s THEN (SELECT coalesce(max(id), 0) FROM relances.contact) END)
FROM relances.installation
RETURNING marque, premiere;

-- name: number_beyond
-- Numbers of contacts are in lists that were printed: those of the lost ones are not given again.
SELECT setval(pg_get_serial_sequence('relances.relance', 'id'), greatest(
        %(premiere)s, (SELECT last_value FROM relances.relance_id_seq)), false),
    setval(pg_get_serial_sequence('relances.contact', 'id'),
        (SELECT last_value FROM relances.contact_id_seq) + 100000, false);

-- name: exclude_held
-- Of a day, or a campaign, that may have gone further than this database remembers: who is reminded by nothing that it
-- knows of may have been.
INSERT INTO relances.exclusion (rang, execution_id, etape, code)
SELECT c.rang, c.execution_id, 'creation', 'peut_etre_relance'
FROM relances.creance_extraite c
CROSS JOIN (SELECT dernier_jour, dernier_contact FROM relances.installation ORDER BY rang DESC LIMIT 1) i
WHERE c.execution_id = %(execution_id)s
    AND CASE WHEN %(source)s = 'contacts' THEN c.creance_id::bigint <= i.dernier_contact
        ELSE %(date_relance)s <= i.dernier_jour END
    AND NOT EXISTS (SELECT FROM relances.exclusion x WHERE x.rang = c.rang)
    AND NOT EXISTS (
        SELECT FROM historique d
        WHERE d.du_jour AND d.creance_id = c.creance_id AND d.contribuable_id = c.contribuable_id);
