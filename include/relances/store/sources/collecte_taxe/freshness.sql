-- Le dernier encaissement connu de l'application, qui écrit ses dates en UTC.
SELECT max(date_collecte) AT TIME ZONE 'UTC' FROM info_collecte WHERE statut = 'completed' AND annule IS NOT TRUE;
