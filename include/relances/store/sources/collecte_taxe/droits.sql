-- Tout ce que le pipeline peut faire dans la base de l'application fiscale, et rien de plus : le rôle relances_etaxe de la
-- connexion etaxe_db. À lancer dans cette base, par le propriétaire de ses tables ou un administrateur, après
--     CREATE ROLE relances_etaxe LOGIN PASSWORD '…';
-- et autant de fois que l'on veut. Le mot de passe n'est pas ici ; un autre nom de rôle se remplace partout.

-- Le rôle se connecte à la base et y a une table temporaire le temps d'un report, ce que PUBLIC peut d'ordinaire ; sinon :
--     GRANT CONNECT, TEMPORARY ON DATABASE … TO relances_etaxe;
-- Les tables sont dans public ; ailleurs, donnez USAGE sur leur schéma, et
--     ALTER ROLE relances_etaxe SET search_path = …;
GRANT USAGE ON SCHEMA public TO relances_etaxe;

-- Lire ce qui est dû (overdue.sql, balances.sql, changed.sql, categories.sql, freshness.sql).
GRANT SELECT (id, nom, prenom, telephone, actif) ON contribuable TO relances_etaxe;
GRANT SELECT (id, contribuable_id, taxe_id, date_debut, date_fin, montant_custom, actif) ON affectation_taxe
    TO relances_etaxe;
GRANT SELECT (id, nom, code, montant, periodicite, type_taxe_id, actif) ON taxe TO relances_etaxe;
GRANT SELECT (id, code, actif) ON type_taxe TO relances_etaxe;
GRANT SELECT (id, contribuable_id, taxe_id, montant, statut, date_collecte, annule) ON info_collecte TO relances_etaxe;

-- Voir ce qui a déjà été dit, et y montrer nos relances (overdue.sql, places.sql, write_back.sql, shown.sql).
GRANT
    SELECT (
        id, contribuable_id, affectation_taxe_id, type_relance, statut, message, montant_due, date_echeance, date_envoi,
        date_planifiee, canal_envoi, notes, utilisateur_id, created_at, updated_at
    ),
    INSERT (
        contribuable_id, affectation_taxe_id, type_relance, statut, message, montant_due, date_echeance, date_envoi,
        date_planifiee, canal_envoi, notes, created_at, updated_at
    ),
    UPDATE (
        type_relance, statut, message, montant_due, date_echeance, date_envoi, date_planifiee, canal_envoi, notes,
        updated_at
    )
    ON relance TO relances_etaxe;
GRANT USAGE ON SEQUENCE relance_id_seq TO relances_etaxe;

-- Compter nos relances dans les dossiers ouverts (prepare.sql, write_back.sql).
GRANT
    SELECT (id, affectation_taxe_id, statut, nombre_relances, dernier_contact),
    UPDATE (nombre_relances, dernier_contact)
    ON dossier_impaye TO relances_etaxe;
