-- Les tables de l'application de collecte que l'adaptateur lit ou écrit, et celles dont leurs clés ont besoin.
-- Sans clés étrangères ni index : constraints.sql les pose une fois les lignes versées, ce qui est trois fois plus rapide.

CREATE TYPE periodicite_enum AS ENUM ('journaliere', 'hebdomadaire', 'mensuelle', 'trimestrielle');
CREATE TYPE type_paiement_enum AS ENUM ('especes', 'mobile_money', 'carte');
CREATE TYPE statut_collecte_enum AS ENUM ('pending', 'completed', 'failed', 'cancelled');
CREATE TYPE type_relance_enum AS ENUM ('sms', 'email', 'appel', 'courrier', 'visite');
CREATE TYPE statut_relance_enum AS ENUM ('en_attente', 'envoyee', 'echec', 'annulee');

CREATE TABLE zone (
    id serial, nom varchar(100) NOT NULL, code varchar(20) NOT NULL, actif boolean
);
CREATE TABLE quartier (
    id serial, nom varchar(100) NOT NULL, code varchar(20) NOT NULL, zone_id integer NOT NULL, actif boolean
);
CREATE TABLE type_contribuable (
    id serial, nom varchar(50) NOT NULL, code varchar(20) NOT NULL, actif boolean
);
CREATE TABLE type_taxe (
    id serial, nom varchar(100) NOT NULL, code varchar(20) NOT NULL, actif boolean
);
CREATE TABLE service (
    id serial, nom varchar(100) NOT NULL, code varchar(20) NOT NULL, actif boolean
);
CREATE TABLE collecteur (
    id serial, nom varchar(100) NOT NULL, prenom varchar(100) NOT NULL, matricule varchar(50) NOT NULL,
    zone_id integer, actif boolean
);
CREATE TABLE utilisateur (
    id serial, nom varchar(100) NOT NULL, prenom varchar(100) NOT NULL, email varchar(100) NOT NULL, actif boolean
);

CREATE TABLE taxe (
    id serial,
    nom varchar(100) NOT NULL,
    code varchar(20) NOT NULL,
    montant numeric(12, 2) NOT NULL,
    montant_variable boolean,
    periodicite periodicite_enum,
    type_taxe_id integer NOT NULL,
    service_id integer NOT NULL,
    actif boolean
);

CREATE TABLE contribuable (
    id serial,
    nom varchar(100) NOT NULL,
    prenom varchar(100),
    email varchar(100),
    telephone varchar(20) NOT NULL,
    type_contribuable_id integer NOT NULL,
    quartier_id integer NOT NULL,
    collecteur_id integer NOT NULL,
    adresse text,
    numero_identification varchar(50),
    actif boolean,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);

CREATE TABLE affectation_taxe (
    id serial,
    contribuable_id integer NOT NULL,
    taxe_id integer NOT NULL,
    date_debut timestamp NOT NULL,
    date_fin timestamp,
    montant_custom numeric(12, 2),
    actif boolean,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);

CREATE TABLE info_collecte (
    id serial,
    contribuable_id integer NOT NULL,
    taxe_id integer NOT NULL,
    collecteur_id integer NOT NULL,
    montant numeric(12, 2) NOT NULL,
    type_paiement type_paiement_enum,
    statut statut_collecte_enum,
    reference varchar(50) NOT NULL,
    date_collecte timestamp NOT NULL,
    annule boolean,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);

CREATE TABLE relance (
    id serial,
    contribuable_id integer NOT NULL,
    affectation_taxe_id integer,
    type_relance type_relance_enum NOT NULL,
    statut statut_relance_enum,
    message text,
    montant_due numeric(12, 2) NOT NULL,
    date_echeance timestamp,
    date_envoi timestamp,
    date_planifiee timestamp NOT NULL,
    canal_envoi varchar(100),
    reponse_recue boolean,
    date_reponse timestamp,
    notes text,
    utilisateur_id integer,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);

CREATE TABLE dossier_impaye (
    id serial,
    contribuable_id integer NOT NULL,
    affectation_taxe_id integer NOT NULL,
    montant_initial numeric(12, 2) NOT NULL,
    montant_paye numeric(12, 2),
    montant_restant numeric(12, 2) NOT NULL,
    penalites numeric(12, 2),
    date_echeance timestamp NOT NULL,
    jours_retard integer,
    statut varchar(50),
    priorite varchar(20),
    dernier_contact timestamp,
    nombre_relances integer,
    notes text,
    assigne_a integer,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
