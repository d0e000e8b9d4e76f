-- Les tables que write_back.sql rejoint par leur id, et qui n'ont pas d'index pour le faire : d'ordinaire, aucune.
SELECT jointe.nom
FROM (VALUES ('relance'), ('dossier_impaye'), ('affectation_taxe'), ('contribuable')) AS jointe (nom)
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_index AS index_
    JOIN pg_catalog.pg_attribute AS colonne
        ON colonne.attrelid = index_.indrelid AND colonne.attnum = index_.indkey[0]
    WHERE index_.indrelid = to_regclass(jointe.nom)
        AND colonne.attname = 'id'
        AND index_.indisvalid
        AND index_.indpred IS NULL
)
