-- Les campagnes importées.
SELECT DISTINCT campagne FROM relances.contact ORDER BY campagne;
