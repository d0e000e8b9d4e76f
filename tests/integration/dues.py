"""A tax application where everybody owes 15,000: what balances are read from where a test is about something else."""

EVERYBODY_OWES = """
CREATE VIEW contribuable AS SELECT n AS id, true AS actif FROM generate_series(0, 999) AS n;
CREATE VIEW taxe AS SELECT 1 AS id, 15000 AS montant, 'mensuelle' AS periodicite, true AS actif;
CREATE VIEW affectation_taxe AS
SELECT id, id AS contribuable_id, 1 AS taxe_id, timestamp '2020-01-01' AS date_debut, NULL::timestamp AS date_fin,
    NULL::numeric AS montant_custom, true AS actif
FROM contribuable;
CREATE TABLE info_collecte (
    id serial PRIMARY KEY, contribuable_id integer, taxe_id integer, montant numeric, statut text,
    date_collecte timestamp, annule boolean
)
"""

NOTHING_SHOWN = """
CREATE TABLE relance (
    contribuable_id integer, statut text, canal_envoi text, date_envoi timestamp, date_planifiee timestamp, notes text,
    utilisateur_id integer, created_at timestamp, updated_at timestamp
)
"""
