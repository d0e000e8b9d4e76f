"""The reasons not to remind, one row per code."""

from typing import Final

from relances.rendering.markdown import tableau
from relances.rules.exclusions import DE_LA_SOURCE, RAISONS

_INTRODUCTION: Final = """\
# Pourquoi une créance n'est pas relancée

Chaque créance extraite est dans une relance, ou exclue pour une raison, une seule : la première qui vaut. Le rapport du
passage compte les raisons ; `relances apercu --csv` les donne une à une, et `relances corrections --csv` les numéros à
corriger. — Every extracted creance is in a relance, or excluded for exactly one reason.

Les codes marqués * ne viennent que de l'application fiscale, par la colonne `exclusion` de son `overdue.sql` ; elle
peut en donner d'autres, que le rapport montre tels quels. — Codes with * are given by the tax system alone.

Page faite des raisons par `python -m documentation` : ne la modifiez pas à la main. — Made from the reasons by that
command: do not edit it.
"""


def page() -> str:
    """The whole page: one row per code."""
    rows = [
        (f"`{code}`{' *' if code in DE_LA_SOURCE else ''}", raison.libelle, raison.acteur, raison.que_faire)
        for code, raison in RAISONS.items()
    ]
    table = tableau(("Code", "Sens", "Qui s'en occupe", "Que faire"), rows)
    return f"{_INTRODUCTION}\n{table}\n"
