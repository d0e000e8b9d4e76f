-- Le dernier encaissement connu de l'application, qui écrit ses dates en UTC. Une date saisie dans le futur n'en dit rien.
SELECT max(date_collecte) AT TIME ZONE 'UTC' FROM info_collecte
WHERE statut = 'completed' AND annule IS NOT TRUE AND date_collecte <= now() AT TIME ZONE 'UTC';
