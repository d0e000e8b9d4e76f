-- Showing results where those who are reminded come from: what ours does, and the table that both databases hold meanwhile.

-- name: create_to_show
-- One row for each relance and creance to show. `ligne`: the key of the row that shows it, '' where there is none.
-- `dossier`: at the disposal of the tax system's own files.
CREATE TEMPORARY TABLE IF NOT EXISTS a_montrer (
    rang             integer PRIMARY KEY,
    relance_id       bigint NOT NULL,
    repere           text NOT NULL,
    creance_id       text NOT NULL,
    contribuable_id  text NOT NULL,
    type_relance     text NOT NULL,
    statut           text NOT NULL,
    message          text NOT NULL,
    montant_du       numeric NOT NULL,
    echeance         date NOT NULL,
    date_relance     date NOT NULL,
    date_envoi       timestamptz,
    fournisseur      text NOT NULL,
    reference        text,
    code             text,
    motif            text,
    ligne            text,
    dossier          text
);

-- name: empty_to_show
TRUNCATE a_montrer;

-- name: dates_for_copy
-- Within a transaction: dates as any server reads them, whatever this one writes them like.
SELECT set_config('datestyle', 'ISO', true);

-- name: read_to_show
COPY a_montrer TO STDOUT;

-- name: fill_to_show
COPY a_montrer FROM STDIN;

-- name: analyse_to_show
ANALYZE a_montrer (rang);

-- name: list_to_write_back
-- Relances whose state the tax application does not show yet, one row per creance that they speak of still. `ligne`: null
-- where there may be a row whose key is not known.
SELECT r.id AS relance_id, n.prefixe || r.id AS repere,
    rc.creance_id, r.contribuable_id, r.canal, r.statut, r.texte, rc.montant_du, rc.echeance, r.date_relance,
    r.envoyee_le, r.fournisseur, r.reference, r.code, r.motif,
    CASE WHEN rc.ligne = '-' THEN '' WHEN rc.ligne <> '' OR r.statut_reporte IS NULL THEN rc.ligne END AS ligne
FROM (
    SELECT * FROM relances.relance
    WHERE id > %(apres)s AND source = %(source)s AND statut_reporte IS DISTINCT FROM statut
        AND (statut IN ('envoyee', 'livree', 'echec', 'incertaine') OR statut_reporte IS NOT NULL)
        AND statut NOT IN ('en_attente', 'en_cours')
        AND code IS DISTINCT FROM 'simulation'
    ORDER BY id
    LIMIT %(nombre)s
) r
JOIN relances.numerotation n ON r.id >= n.premiere AND (n.fin IS NULL OR r.id < n.fin)
JOIN relances.relance_creance rc ON rc.relance_id = r.id AND rc.payee_le IS NULL
ORDER BY r.id, rc.creance_id;

-- name: gather_to_show
-- The next of list_to_write_back, and of them into a_montrer those whose keys are known; `lignes`: how many rows.
WITH prochaine AS MATERIALIZED ({}), versee AS (
    INSERT INTO a_montrer
    SELECT row_number() OVER (), * FROM prochaine
    WHERE NOT %(par_cle)s OR relance_id NOT IN (SELECT relance_id FROM prochaine WHERE ligne IS NULL)
    RETURNING relance_id
)
SELECT count(DISTINCT relance_id) AS relances, max(relance_id) AS jusque, (SELECT count(*) FROM versee) AS lignes
FROM prochaine;

-- name: gather_unknown
-- Those of list_to_write_back whose rows are to be looked for: no more of them than that takes.
INSERT INTO a_montrer
SELECT row_number() OVER (), relance_id, repere, creance_id, contribuable_id, canal, statut, '', 0, echeance,
    date_relance, NULL, '', NULL, NULL, NULL, ''
FROM ({}) a_reporter
WHERE ligne IS NULL;

-- name: forget_unfound
-- Before what was looked for is written down: there is none of what is not found.
UPDATE relances.relance_creance rc SET ligne = '-'
FROM a_montrer a
WHERE rc.relance_id = a.relance_id AND rc.creance_id = a.creance_id;

-- name: remember_lines
-- `ligne`: null of what is no more where it was.
WITH dite AS MATERIALIZED (
    SELECT a.relance_id, a.creance_id, m.ligne
    FROM unnest(%(rang)s::integer[], %(ligne)s::text[]) AS m (rang, ligne)
    JOIN a_montrer a ON a.rang = m.rang
    WHERE a.rang BETWEEN %(premier)s AND %(dernier)s
)
UPDATE relances.relance_creance rc SET ligne = d.ligne
FROM dite d
WHERE rc.relance_id = d.relance_id AND rc.creance_id = d.creance_id AND rc.ligne IS DISTINCT FROM d.ligne
    AND rc.relance_id BETWEEN (SELECT min(relance_id) FROM dite) AND (SELECT max(relance_id) FROM dite);

-- name: mark_written_back
-- Relances of these rows of a_montrer, but who has a row that is left, or the one that comes next: this is for later.
-- Returns how many are shown, and the first row of who is not decided on.
WITH achevee AS MATERIALIZED (
    SELECT relance_id, statut, max(rang) AS rang,
        bool_or(rang IN (SELECT unnest(%(laissees)s::integer[]))) AS laissee
    FROM a_montrer
    WHERE rang BETWEEN %(premier)s AND %(dernier)s
        AND relance_id IS DISTINCT FROM (SELECT relance_id FROM a_montrer WHERE rang = %(dernier)s + 1)
    GROUP BY relance_id, statut
), montree AS (
    UPDATE relances.relance r SET statut_reporte = a.statut
    FROM achevee a
    WHERE r.id = a.relance_id AND NOT a.laissee
        AND r.id BETWEEN (SELECT min(relance_id) FROM achevee) AND (SELECT max(relance_id) FROM achevee)
    RETURNING r.id
)
SELECT (SELECT count(*) FROM montree), coalesce((SELECT max(rang) FROM achevee), %(premier)s - 1) + 1;

-- name: count_to_write_back
-- How many relances of list_to_write_back come after an id.
SELECT count(*)
FROM relances.relance r
WHERE id > %(apres)s AND source = %(source)s AND statut_reporte IS DISTINCT FROM statut
    AND (statut IN ('envoyee', 'livree', 'echec', 'incertaine') OR statut_reporte IS NOT NULL)
    AND statut NOT IN ('en_attente', 'en_cours')
    AND code IS DISTINCT FROM 'simulation'
    AND EXISTS (SELECT FROM relances.relance_creance rc WHERE rc.relance_id = r.id AND rc.payee_le IS NULL);

-- name: begin_report
INSERT INTO relances.report (source, apres, jusque) VALUES (%(source)s, %(apres)s, %(jusque)s);

-- name: end_report
DELETE FROM relances.report WHERE source = %(source)s;

-- name: recover_report
-- One that was cut short may have written rows whose keys nobody remembers; returns whether there was one.
WITH coupe AS (
    DELETE FROM relances.report WHERE source = %(source)s RETURNING apres, jusque
), inconnue AS (
    UPDATE relances.relance_creance rc SET ligne = NULL
    FROM coupe JOIN relances.relance r ON r.id > coupe.apres AND r.id <= coupe.jusque
    WHERE r.source = %(source)s AND rc.relance_id = r.id AND rc.ligne IN ('', '-')
)
SELECT count(*) > 0 FROM coupe;

-- name: forget_lines
-- Of a database that was restored: what it did not write may have been written since.
UPDATE relances.relance_creance SET ligne = NULL WHERE ligne IN ('', '-');
