-- Ce que l'application montre de relances écrites par write_back.sql : une ligne par relance et créance, quelle que soit
-- l'installation qui l'a écrite. Paramètres : depuis timestamptz, pour ne lire que ce qui a changé depuis (NULL : tout).
-- Rend repere text, contribuable_id text, date_planifiee date, statut text (envoyee, echec, incertaine, annulee),
-- date_envoi timestamptz, fournisseur text, reference text, code text. L'application écrit ses dates en UTC.
SELECT
    substring(ligne FROM '^\[relances #([0-9a-f-]+)\]') AS repere,
    contribuable_id::text AS contribuable_id,
    date_planifiee::date AS date_planifiee,
    CASE WHEN statut::text = 'echec' AND ligne ~ '408, vérification en cours' THEN 'incertaine' ELSE statut::text END AS statut,
    date_envoi AT TIME ZONE 'UTC' AS date_envoi,
    coalesce(substring(ligne FROM '\] (\S+)'), canal_envoi::text, '') AS fournisseur,
    substring(ligne FROM ' · réf\. (\S+)') AS reference,
    coalesce(substring(ligne FROM ' · ([^ :]+) : '), substring(ligne FROM ' · ([0-9a-z_]+)$')) AS code
FROM (
    SELECT *, substring(notes FROM '\[relances #(?:[0-9a-f]{12}-)?[0-9]{1,18}\][^\n]*') AS ligne
    FROM relance
    WHERE strpos(notes, '[relances #') > 0
        AND (%(depuis)s::timestamptz IS NULL
            OR coalesce(updated_at, created_at) AT TIME ZONE 'UTC' >= %(depuis)s::timestamptz)
) AS notre
WHERE ligne IS NOT NULL
