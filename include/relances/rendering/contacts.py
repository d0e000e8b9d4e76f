"""What became of the lines of a list of contacts, in words."""

from relances.rules.contacts import Imported


def said(imported: Imported) -> str:
    """The counts, whose sum is what was read."""
    merged = imported.merged
    if merged is None:
        return f"Lignes lues : {imported.lues}, refusées : {imported.refusees}."
    return (
        f"Campagne {imported.campagne}, lignes lues : {imported.lues}, créances ajoutées : {merged.ajoutees}, "
        f"modifiées : {merged.modifiees}, inchangées : {merged.inchangees}, fusionnées : {imported.fusionnees}, "
        f"refusées : {imported.refusees} ; soldées : {merged.soldees}, pas encore échues : {merged.a_echoir} ; "
        f"contribuables : {merged.contribuables}."
    )
