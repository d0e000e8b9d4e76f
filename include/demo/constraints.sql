-- Les clés de schema.sql, vérifiées d'un coup sur les lignes déjà versées ; puis les séquences, derrière les lignes.

ALTER TABLE zone ADD PRIMARY KEY (id), ADD UNIQUE (code);
ALTER TABLE quartier ADD PRIMARY KEY (id), ADD UNIQUE (code), ADD FOREIGN KEY (zone_id) REFERENCES zone;
ALTER TABLE type_contribuable ADD PRIMARY KEY (id), ADD UNIQUE (code);
ALTER TABLE type_taxe ADD PRIMARY KEY (id), ADD UNIQUE (code);
ALTER TABLE service ADD PRIMARY KEY (id), ADD UNIQUE (code);
ALTER TABLE collecteur ADD PRIMARY KEY (id), ADD UNIQUE (matricule), ADD FOREIGN KEY (zone_id) REFERENCES zone;
ALTER TABLE utilisateur ADD PRIMARY KEY (id), ADD UNIQUE (email);

ALTER TABLE taxe
    ADD PRIMARY KEY (id),
    ADD UNIQUE (code),
    ADD FOREIGN KEY (type_taxe_id) REFERENCES type_taxe,
    ADD FOREIGN KEY (service_id) REFERENCES service;

ALTER TABLE contribuable
    ADD PRIMARY KEY (id),
    ADD UNIQUE (telephone),
    ADD UNIQUE (email),
    ADD UNIQUE (numero_identification),
    ADD FOREIGN KEY (type_contribuable_id) REFERENCES type_contribuable,
    ADD FOREIGN KEY (quartier_id) REFERENCES quartier,
    ADD FOREIGN KEY (collecteur_id) REFERENCES collecteur;

ALTER TABLE affectation_taxe
    ADD PRIMARY KEY (id),
    ADD UNIQUE (contribuable_id, taxe_id, date_debut),
    ADD FOREIGN KEY (contribuable_id) REFERENCES contribuable,
    ADD FOREIGN KEY (taxe_id) REFERENCES taxe;

ALTER TABLE info_collecte
    ADD PRIMARY KEY (id),
    ADD UNIQUE (reference),
    ADD FOREIGN KEY (contribuable_id) REFERENCES contribuable,
    ADD FOREIGN KEY (taxe_id) REFERENCES taxe,
    ADD FOREIGN KEY (collecteur_id) REFERENCES collecteur;

ALTER TABLE relance
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (contribuable_id) REFERENCES contribuable,
    ADD FOREIGN KEY (affectation_taxe_id) REFERENCES affectation_taxe,
    ADD FOREIGN KEY (utilisateur_id) REFERENCES utilisateur;

ALTER TABLE dossier_impaye
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (contribuable_id) REFERENCES contribuable,
    ADD FOREIGN KEY (affectation_taxe_id) REFERENCES affectation_taxe,
    ADD FOREIGN KEY (assigne_a) REFERENCES collecteur;

SELECT setval(pg_get_serial_sequence('zone', 'id'), max(id)) FROM zone;
SELECT setval(pg_get_serial_sequence('quartier', 'id'), max(id)) FROM quartier;
SELECT setval(pg_get_serial_sequence('type_contribuable', 'id'), max(id)) FROM type_contribuable;
SELECT setval(pg_get_serial_sequence('type_taxe', 'id'), max(id)) FROM type_taxe;
SELECT setval(pg_get_serial_sequence('service', 'id'), max(id)) FROM service;
SELECT setval(pg_get_serial_sequence('collecteur', 'id'), max(id)) FROM collecteur;
SELECT setval(pg_get_serial_sequence('utilisateur', 'id'), max(id)) FROM utilisateur;
SELECT setval(pg_get_serial_sequence('taxe', 'id'), max(id)) FROM taxe;
SELECT setval(pg_get_serial_sequence('contribuable', 'id'), max(id)) FROM contribuable;
SELECT setval(pg_get_serial_sequence('affectation_taxe', 'id'), max(id)) FROM affectation_taxe;
SELECT setval(pg_get_serial_sequence('info_collecte', 'id'), max(id)) FROM info_collecte;
SELECT setval(pg_get_serial_sequence('relance', 'id'), max(id)) FROM relance;
SELECT setval(pg_get_serial_sequence('dossier_impaye', 'id'), max(id)) FROM dossier_impaye;

-- Sans statistiques, la première extraction d'un million de contribuables choisirait de mauvais plans.
ANALYZE contribuable, taxe, type_taxe, affectation_taxe, info_collecte, relance, dossier_impaye;
