-- Ce que l'application montre de relances écrites par write_back.sql : une ligne par relance et créance, quelle que soit
-- l'installation qui l'a écrite. Paramètre : depuis timestamptz, pour ne lire que ce qui a changé depuis (NULL : tout).
-- Rend repere text, contribuable_id text, date_planifiee date, statut text (envoyee, echec, incertaine : peut-être
-- arrivée, annulee), date_envoi timestamptz, fournisseur text, reference text, code text. L'application écrit ses dates
-- en UTC ; ce que son encodage ne peut contenir y est écrit autrement, d'où « r\S+f\. » pour « réf. ».
WITH recente AS MATERIALIZED (
    SELECT contribuable_id, statut, canal_envoi, date_envoi, date_planifiee, notes
    FROM relance
    WHERE utilisateur_id IS NULL AND strpos(notes, '[relances #') > 0
        AND (%(depuis)s::timestamptz IS NULL
            OR coalesce(updated_at, created_at) >= %(depuis)s::timestamptz AT TIME ZONE 'UTC')
),
notre AS (
    SELECT *, substring(notes FROM '\[relances #(?:[0-9a-f]{12}-)?[0-9]{1,18}\][^\n]*') AS ligne FROM recente
)
SELECT
    substring(ligne FROM '#([0-9a-f-]+)\]') AS repere,
    contribuable_id::text AS contribuable_id,
    date_planifiee::date AS date_planifiee,
    CASE WHEN statut::text = 'echec' AND ligne ~ '\] \S+( \S+ r\S+f\. \S+)? \S+ 408(,| :)' THEN 'incertaine'
        ELSE statut::text END AS statut,
    date_envoi AT TIME ZONE 'UTC' AS date_envoi,
    coalesce(substring(ligne FROM '\] (\S+)'), canal_envoi::text, '') AS fournisseur,
    substring(ligne FROM ' r\S+f\. (\S+)') AS reference,
    substring(ligne FROM '\] \S+(?: \S+ r\S+f\. \S+)? \S+ (\S+) :') AS code
FROM notre
WHERE ligne IS NOT NULL
