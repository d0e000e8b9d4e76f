"""The report a tax officer reads, in Markdown."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from relances.rules.bilan import EXCLUE, NON_TRAITEE, Bilan, Line
from relances.rules.causes import Explications, cause
from relances.rules.exclusions import Raison, raison
from relances.rules.models import Canal

PLACES: Final = {
    "envoyee": "envoyées",
    "livree": "livrées",
    "en_attente": "en attente d'envoi",
    "en_cours": "en cours d'envoi",
    "incertaine": "incertaines (sans réponse, en vérification)",
    "echec": "en échec",
    "annulee": "annulées",
    EXCLUE: "exclues",
    NON_TRAITEE: "NON TRAITÉES",
}
_SENT: Final = {
    None: "segments facturables envoyés",
    Canal.SMS: "SMS facturables envoyés",
    Canal.WHATSAPP: "messages WhatsApp envoyés",
}


def rapport(bilan: Bilan, explications: Explications) -> str:
    """The report, in Markdown. Counts and amounts only. ``explications``: what the codes of fournisseurs mean."""

    def because(line: Line) -> Raison:
        return cause(line.code or "inconnu", line.fournisseur, explications)

    titre = "Simulation du" if bilan.simulation else "Relances du"
    sections = [
        f"# {titre} {bilan.date_relance:%d/%m/%Y}",
        _resume(bilan),
        _equation(bilan),
        _table(bilan, "Exclues, par raison", EXCLUE, lambda line: raison(line.code or "inconnu")),
        _table(bilan, "En échec, par cause", "echec", because),
        _table(bilan, "Incertaines", "incertaine", because),
        _table(bilan, "Annulées", "annulee", because),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _resume(bilan: Bilan) -> str:
    totals = bilan.totals
    lines = [
        f"- {_number(totals.extraites)} créances en retard extraites",
        f"- {_number(totals.creees)} relances créées, {_number(totals.toutes)} au total pour ce jour",
        f"- {_number(totals.segments)} {_SENT[bilan.canal]} pour ce jour",
    ]
    return "\n".join(lines + _warnings(bilan))


def _warnings(bilan: Bilan) -> list[str]:
    waiting, doubtful = bilan.creances("en_attente"), bilan.creances("incertaine")
    warnings = []
    if waiting:
        warnings.append(f"- **{_number(waiting)} créances attendent leur envoi** : relancez le Dag pour les envoyer")
    if doubtful:
        warnings.append(f"- {_number(doubtful)} créances incertaines : le passage suivant tranchera")
    return warnings


def _equation(bilan: Bilan) -> str:
    rows = [
        (
            libelle,
            _number(bilan.creances(place)),
            _number(bilan.relances(place)) if place not in (EXCLUE, NON_TRAITEE) else "",
            _money(bilan.montant(place)),
        )
        for place, libelle in PLACES.items()
        if bilan.creances(place) or place in ("envoyee", "echec", EXCLUE)
    ]
    montant = sum((line.montant for line in bilan.lines), Decimal(0))
    total = ("**Extraites**", f"**{_number(bilan.totals.extraites)}**", "", _money(montant))
    verdict = "équilibré" if bilan.equilibre else "**DÉSÉQUILIBRÉ : prévenez l'exploitant**"
    table = _markdown(("Créances", "Nombre", "Relances", "Montant"), [*rows, total])
    return f"## Bilan : {verdict}\n\n{table}"


def _table(bilan: Bilan, titre: str, place: str, explain: Callable[[Line], Raison]) -> str:
    creances, montants = Counter[Raison](), defaultdict[Raison, Decimal](Decimal)
    for line in bilan.lines:
        if line.place == place:
            meaning = explain(line)
            creances[meaning] += line.creances
            montants[meaning] += line.montant
    rows = [
        (meaning.libelle, _number(number), _money(montants[meaning]), meaning.que_faire)
        for meaning, number in creances.most_common()
    ]
    return f"## {titre}\n\n{_markdown(('Raison', 'Créances', 'Montant', 'Que faire'), rows)}" if rows else ""


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _money(value: Decimal) -> str:
    return f"{value:,.0f} FCFA".replace(",", " ")


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up in a log too; figures to the right."""
    columns = list(zip(header, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    figures = [
        all(cell[:1].isdigit() or cell.startswith("**") or not cell for cell in column[1:]) for column in columns
    ]
    rule = ["-" * (width - 1) + (":" if right else "-") for width, right in zip(widths, figures, strict=True)]
    lines = [
        [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, figures, strict=True)
        ]
        for row in (header, *rows)
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [lines[0], rule, *lines[1:]])
