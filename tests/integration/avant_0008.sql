-- What the code of before 0008 left in its schema, as it wrote it (git revision 5fd2e2d), when it was stopped in the middle of
-- a run: messages sent, refused, put off, in doubt, in the hands of workers that died, never tried; one creance excluded.
-- `jour`: the day of the run; `arret`: when it stopped. What its providers had accepted by then is in avant_0008.jsonl.

INSERT INTO relances.execution (
    id, run_id, occasion, date_relance, source, simulation, parametres, commencee_le, jour_passage, derniere_collecte, creances, validee_le
) OVERRIDING SYSTEM VALUE VALUES
    (1, 'passage-1', 'jour:' || %(jour)s, %(jour)s, 'dettes', false, replace('{"limite": null, "defauts": {"limite": null, "campagne": null, "categories": null, "simulation": false, "fournisseur": null, "oppositions": null, "date_relance": null, "type_relance": null, "jours_retard_min": 7, "envoyer_automatiquement": true}, "campagne": null, "categories": [], "simulation": false, "fournisseur": null, "oppositions": [], "date_relance": "2026-12-01", "type_relance": null, "jours_retard_min": 7, "envoyer_automatiquement": true}', '2026-12-01', %(jour)s::text)::jsonb, %(arret)s - interval '41.179 s', %(jour)s, %(arret)s - interval '41.180 s', 11, %(arret)s - interval '41.058 s');

INSERT INTO relances.installation (
    rang, marque, premiere, nommee_le, lieu, battement, battu_le
) OVERRIDING SYSTEM VALUE VALUES
    (1, 'f0e1140c2fd9', 1, %(arret)s - interval '41.946 s', relances.lieu(), 15, %(arret)s - interval '0.022 s');

INSERT INTO relances.creance_extraite (
    rang, execution_id, creance_id, contribuable_id, nom, prenom, telephones, langue, categorie, libelle, montant_du, devise, echeance, jours_retard, relances_agents
) OVERRIDING SYSTEM VALUE VALUES
    (1, 1, '1', '1', 'CONTRIBUABLE', '1', '{"066000001"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (2, 1, '2', '2', 'CONTRIBUABLE', '2', '{"066000002"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (3, 1, '3', '3', 'CONTRIBUABLE', '3', '{"066000003"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (4, 1, '4', '4', 'CONTRIBUABLE', '4', '{"066000004"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (5, 1, '5', '5', 'CONTRIBUABLE', '5', '{"066000005"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (6, 1, '6', '6', 'CONTRIBUABLE', '6', '{"066000006"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (7, 1, '7', '7', 'CONTRIBUABLE', '7', '{"066000007"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (8, 1, '8', '8', 'CONTRIBUABLE', '8', '{"066000008"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (9, 1, '9', '9', 'CONTRIBUABLE', '9', '{"+1 5145550009"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (10, 1, '10', '10', 'CONTRIBUABLE', '10', '{"+1 5145550010"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0),
    (11, 1, '11', '11', 'CONTRIBUABLE', '11', '{"aucun"}', 'fr', 'MARCHE', 'Taxe de marché', 15000, 'XAF', %(jour)s::date - 10, 10, 0);

INSERT INTO relances.exclusion (
    rang, execution_id, etape, code
) VALUES
    (11, 1, 'creation', 'telephone_absent');

INSERT INTO relances.numero (
    saisie, chiffres, pays, migre, format_guide, attribue, refus, lecture
) VALUES
    ('+1 5145550009', '15145550009', 'CA', false, false, true, NULL, '2 9.0.43'),
    ('+1 5145550010', '15145550010', 'CA', false, false, true, NULL, '2 9.0.43'),
    ('066000001', '24166000001', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('066000002', '24166000002', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('066000003', '24166000003', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('066000004', '24166000004', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('066000005', '24166000005', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('066000006', '24166000006', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('066000007', '24166000007', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('066000008', '24166000008', 'GA', false, false, true, NULL, '2 9.0.43'),
    ('aucun', NULL, NULL, false, false, false, 'telephone_absent', '2 9.0.43');

INSERT INTO relances.relance (
    id, source, contribuable_id, canal, occasion, execution_id, date_relance, niveau, fournisseur, telephone, telephone_migre, texte, segments, montant_du, devise, echeance, statut, tentatives, prochaine_tentative_le, proprietaire, bail_jusqu_au, reference, code, motif, creee_le, envoyee_le, incertaine_depuis, close_le, cout
) OVERRIDING SYSTEM VALUE VALUES
    (1, 'dettes', '1', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000001', false, 'Mairie de Libreville : 1 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'envoyee', 1, NULL, NULL, NULL, '5124e1fb-7a13-4031-ab6d-1653f0445aa3', NULL, NULL, %(arret)s - interval '40.866 s', %(arret)s - interval '40.681 s', NULL, NULL, 25),
    (2, 'dettes', '10', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'zoom', '15145550010', false, 'Mairie de Libreville : 10 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'incertaine', 1, NULL, NULL, NULL, NULL, '408', 'réponse de Zoom inutilisable, le message est peut-être parti (408 : HTTP 502) : ne renvoyez pas ; il sera cherché chez Zoom — no usable answer, the message may have been sent: do not send it again; it will be looked up at Zoom', %(arret)s - interval '40.866 s', NULL, %(arret)s - interval '0.023 s', NULL, 30),
    (3, 'dettes', '2', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000002', false, 'Mairie de Libreville : 2 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'envoyee', 1, NULL, NULL, NULL, '9aade6ab-37ad-4118-bc67-dfed77a8ef91', NULL, NULL, %(arret)s - interval '40.866 s', %(arret)s - interval '40.574 s', NULL, NULL, 25),
    (4, 'dettes', '3', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000003', false, 'Mairie de Libreville : 3 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'incertaine', 1, NULL, NULL, NULL, NULL, '408', 'réponse de Ventis inutilisable, le message est peut-être parti (408 : HTTP 502) : ne renvoyez pas ; vérifiez auprès du contribuable — no usable answer, the message may have been sent: do not send it again; ask the recipient', %(arret)s - interval '40.866 s', NULL, %(arret)s - interval '40.463 s', NULL, 25),
    (5, 'dettes', '4', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000004', false, 'Mairie de Libreville : 4 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'en_attente', 1, %(arret)s - interval '0.352 s', NULL, NULL, NULL, '429', 'Ventis demande de ralentir (429) : nouvel essai de lui-même ; si cela dure, baissez rate_per_second de la connexion ventis_default — rate limited: tried again by itself; if it lasts, lower rate_per_second of the connection', %(arret)s - interval '40.866 s', NULL, NULL, NULL, 25),
    (6, 'dettes', '5', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000005', false, 'Mairie de Libreville : 5 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'echec', 1, NULL, NULL, NULL, NULL, '1005', 'numéro refusé par Ventis (1005 : Numéro invalide) : vérifiez le numéro, corrigez-le dans l''application fiscale — the number is refused by Ventis: check the number and mend it in the tax application', %(arret)s - interval '40.866 s', NULL, NULL, %(arret)s - interval '0.301 s', 25),
    (7, 'dettes', '6', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000006', false, 'Mairie de Libreville : 6 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'en_cours', 1, NULL, 'c5a7b30f-1a09-44f7-99fd-fe29b731026f', %(arret)s + interval '59.737 s', NULL, NULL, NULL, %(arret)s - interval '40.866 s', NULL, NULL, NULL, 25),
    (8, 'dettes', '7', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000007', false, 'Mairie de Libreville : 7 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'en_cours', 1, NULL, 'a1d1cd16-9210-4cd4-92fa-d067a61d595f', %(arret)s + interval '59.788 s', NULL, NULL, NULL, %(arret)s - interval '40.866 s', NULL, NULL, NULL, 25),
    (9, 'dettes', '8', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'ventis', '24166000008', false, 'Mairie de Libreville : 8 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'en_attente', 0, NULL, NULL, NULL, NULL, NULL, NULL, %(arret)s - interval '40.866 s', NULL, NULL, NULL, 25),
    (10, 'dettes', '9', 'sms', 'jour:' || %(jour)s, 1, %(jour)s, 1, 'zoom', '15145550009', false, 'Mairie de Libreville : 9 CONTRIBUABLE, 15 000 FCFA dus (Taxe de marché) depuis le 21/11/2026. Merci de régler. Déjà payé ? Ignorez ce SMS.', 1, 15000, 'XAF', %(jour)s::date - 10, 'incertaine', 1, NULL, NULL, NULL, NULL, '408', 'réponse de Zoom inutilisable, le message est peut-être parti (408 : HTTP 502) : ne renvoyez pas ; il sera cherché chez Zoom — no usable answer, the message may have been sent: do not send it again; it will be looked up at Zoom', %(arret)s - interval '40.866 s', NULL, %(arret)s - interval '0.093 s', NULL, 30);

INSERT INTO relances.relance_creance (
    relance_id, creance_id, montant_du, echeance
) VALUES
    (1, '1', 15000, %(jour)s::date - 10),
    (2, '10', 15000, %(jour)s::date - 10),
    (3, '2', 15000, %(jour)s::date - 10),
    (4, '3', 15000, %(jour)s::date - 10),
    (5, '4', 15000, %(jour)s::date - 10),
    (6, '5', 15000, %(jour)s::date - 10),
    (7, '6', 15000, %(jour)s::date - 10),
    (8, '7', 15000, %(jour)s::date - 10),
    (9, '8', 15000, %(jour)s::date - 10),
    (10, '9', 15000, %(jour)s::date - 10);

INSERT INTO relances.tentative (
    relance_id, numero, fournisseur, proprietaire, commencee_le, terminee_le, issue, code, reference, detail, compte
) VALUES
    (1, 1, 'ventis', '12427b72-a2b2-4802-9692-e58ab9981aff', %(arret)s - interval '40.734 s', %(arret)s - interval '40.681 s', 'acceptee', NULL, '5124e1fb-7a13-4031-ab6d-1653f0445aa3', NULL, 'simulateur'),
    (2, 1, 'zoom', '0214953f-87ad-499d-857e-a96f0ab4654c', %(arret)s - interval '0.035 s', %(arret)s - interval '0.023 s', 'inconnue', '408', NULL, 'réponse de Zoom inutilisable, le message est peut-être parti (408 : HTTP 502) : ne renvoyez pas ; il sera cherché chez Zoom — no usable answer, the message may have been sent: do not send it again; it will be looked up at Zoom', 'simulateur'),
    (3, 1, 'ventis', '20e34959-e850-4036-9a97-2a60af636a0e', %(arret)s - interval '40.594 s', %(arret)s - interval '40.569 s', 'acceptee', NULL, '9aade6ab-37ad-4118-bc67-dfed77a8ef91', NULL, 'simulateur'),
    (4, 1, 'ventis', 'ae3dcfe3-6614-4452-a420-beba5e529e64', %(arret)s - interval '40.483 s', %(arret)s - interval '40.463 s', 'inconnue', '408', NULL, 'réponse de Ventis inutilisable, le message est peut-être parti (408 : HTTP 502) : ne renvoyez pas ; vérifiez auprès du contribuable — no usable answer, the message may have been sent: do not send it again; ask the recipient', 'simulateur'),
    (5, 1, 'ventis', 'b254c63d-ea57-4401-856c-7eee5eff0e3e', %(arret)s - interval '40.373 s', %(arret)s - interval '40.345 s', 'reportee', '429', NULL, 'Ventis demande de ralentir (429) : nouvel essai de lui-même ; si cela dure, baissez rate_per_second de la connexion ventis_default — rate limited: tried again by itself; if it lasts, lower rate_per_second of the connection', 'simulateur'),
    (6, 1, 'ventis', '536f2262-cef9-4a6f-875b-c6e46931852e', %(arret)s - interval '0.325 s', %(arret)s - interval '0.301 s', 'refusee', '1005', NULL, 'numéro refusé par Ventis (1005 : Numéro invalide) : vérifiez le numéro, corrigez-le dans l''application fiscale — the number is refused by Ventis: check the number and mend it in the tax application', 'simulateur'),
    (7, 1, 'ventis', 'c5a7b30f-1a09-44f7-99fd-fe29b731026f', %(arret)s - interval '0.262 s', NULL, NULL, NULL, NULL, NULL, 'simulateur'),
    (8, 1, 'ventis', 'a1d1cd16-9210-4cd4-92fa-d067a61d595f', %(arret)s - interval '0.211 s', NULL, NULL, NULL, NULL, NULL, 'simulateur'),
    (10, 1, 'zoom', '08b59d52-6939-466d-8fb9-b2548f5c1660', %(arret)s - interval '0.111 s', %(arret)s - interval '0.093 s', 'inconnue', '408', NULL, 'réponse de Zoom inutilisable, le message est peut-être parti (408 : HTTP 502) : ne renvoyez pas ; il sera cherché chez Zoom — no usable answer, the message may have been sent: do not send it again; it will be looked up at Zoom', 'simulateur');

INSERT INTO relances.voie (
    fournisseur, debit, acceleree_le, ralentie_le, prochain_depart
) VALUES
    ('ventis', 2374.5, %(arret)s - interval '1.033 s', %(arret)s - interval '40.353 s', %(arret)s - interval '0.336 s'),
    ('zoom', 4749, %(arret)s - interval '0.041 s', '-infinity', %(arret)s - interval '0.035 s');

SELECT setval('relances.execution_id_seq', 1), setval('relances.installation_rang_seq', 1),
    setval('relances.creance_extraite_rang_seq', 11), setval('relances.relance_id_seq', 10);
