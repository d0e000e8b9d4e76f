"""The niveaux of ``politique.toml`` and their approved templates, read and checked."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from relances.policy.toml_table import Table
from relances.rules.models import Canal
from relances.rules.noms import GABARIT_NAME
from relances.rules.politique import Envoi, Modele, Niveau
from relances.rules.values import Values

TEN_YEARS: Final = 3_650  # days: the most that any delay of the policy may be


def read_niveaux(document: Table, envoi: Envoi) -> tuple[Niveau, ...]:
    """The steps of the escalation, in its order."""
    tables = document.tables("niveau")
    if not tables:
        raise document.wrong("niveau", "au moins une table [[niveau]]", "at least one table [[niveau]]")
    niveaux = tuple(_niveau(table, envoi) for table in tables)
    for (earlier, later), table in zip(pairwise(niveaux), tables[1:], strict=True):
        _check_above(table, "numero", later.numero, earlier.numero)
        _check_above(table, "a_partir_de_jours", later.a_partir_de_jours, earlier.a_partir_de_jours)
    return niveaux


def _check_above(table: Table, key: str, value: int, earlier: int) -> None:
    if value <= earlier:
        raise table.wrong(
            key, f"plus grand que celui du niveau précédent ({earlier})", f"above that of the level before ({earlier})"
        )


def _niveau(table: Table, envoi: Envoi) -> Niveau:
    table.only_fields(Niveau)
    canal = Canal(table.one_of("canal", list(Canal)))
    return Niveau(
        numero=table.integer("numero", 1, 99),
        a_partir_de_jours=table.integer("a_partir_de_jours", 0, TEN_YEARS),
        canal=canal,
        fournisseur=table.one_of("fournisseur", envoi.fournisseurs(canal)) if table.has("fournisseur") else None,
        gabarit=table.text_like("gabarit", GABARIT_NAME, 'le nom d\'un gabarit, comme "niveau1"', "a plain name"),
        delai_jours=table.integer("delai_jours", 0, TEN_YEARS),
    )


def read_modeles(document: Table, niveaux: Sequence[Niveau]) -> tuple[Modele, ...]:
    """The templates that the provider approved: at most one for each of these niveaux and each langue."""
    numeros = [niveau.numero for niveau in niveaux]
    modeles = dict[tuple[int, str], Modele]()
    for table in document.tables("modele_whatsapp"):
        modele = _modele(table)
        if modele.niveau not in numeros:
            known = ", ".join(map(str, numeros))
            raise table.wrong("niveau", f"l'un des niveaux : {known}", f"one of the levels: {known}")
        if (modele.niveau, modele.langue) in modeles:
            raise table.wrong(
                "niveau", "unique pour une langue : un modèle plus haut a les mêmes", "unique for each language"
            )
        modeles[modele.niveau, modele.langue] = modele
    return tuple(modeles.values())


def _modele(table: Table) -> Modele:
    table.only_fields(Modele)
    return Modele(
        table.integer("niveau", 1, 99),
        read_langue(table),
        table.text("content_sid"),
        table.some_of("variables", list(Values._fields)),
    )


def read_langue(table: Table) -> str:
    return table.text_like("langue", "[a-z]{2}", 'une langue en deux lettres, comme "fr"', "a two-letter language")
