-- The categories a run may be limited to: the codes of the active types of tax.
SELECT code FROM type_taxe WHERE actif AND code IS NOT NULL ORDER BY code;
