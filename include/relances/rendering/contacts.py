"""What became of the lines of a list of contacts, in words."""

from typing import Final

from relances.rules.contacts import Doublon, Genre, Imported

_SAME: Final = "même numéro, même libellé et même échéance qu'à la ligne {autre}, pour la même personne"
_DOUBLONS: Final = {
    Genre.REPETITION: f"{_SAME} et le même montant : fusionnée",
    Genre.CONTRADICTION: f"{_SAME}, autre montant : lequel est le bon ?",
    Genre.SANS_NOM: (
        "sans nom, alors que plusieurs personnes de ce numéro ont ce libellé et cette échéance : donnez le nom"
    ),
    Genre.AUTRE_NOM: (
        "un import précédent donne à ce numéro le même libellé et la même échéance sous un autre nom : si c'est la "
        "même personne, reprenez ce nom ; si ce sont deux personnes, mettez aussi la ligne de la première"
    ),
}


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


def doublon(found: Doublon) -> str:
    """What a line has in common with others, and what to do."""
    return _DOUBLONS[found.genre].format(autre=found.autre)
