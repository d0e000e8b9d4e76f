-- Les montants sont ceux du dernier import : aucun encaissement n'arrive ici après coup.
SELECT now();
