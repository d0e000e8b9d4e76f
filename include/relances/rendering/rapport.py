"""The report a tax officer reads, in Markdown."""

from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from relances.rendering.apercu import textes
from relances.rendering.corrections import a_corriger
from relances.rendering.markdown import francs, nombre, quantite, tableau
from relances.rendering.places import PLACES
from relances.rendering.volumes import CANAUX, couts, depuis, partis
from relances.rules.bilan import A_RELANCER, EXCLUE, NON_TRAITEE, Bilan, Line
from relances.rules.causes import Explications, cause
from relances.rules.citation import cite
from relances.rules.codes import Cause, Exclu
from relances.rules.exclusions import Raison, raison
from relances.rules.rapport import Rapport, Version

_REMARQUES: Final = {"incertaine": " (sans réponse, en vérification)"}


def rapport(lu: Rapport, explications: Explications) -> str:
    """The report, in Markdown: nobody's name or number. ``explications``: what the codes of fournisseurs mean."""

    def because(line: Line) -> Raison:
        return cause(line.code or "inconnu", line.fournisseur, explications)

    bilan, before = lu.bilan, lu.depuis
    sections = [
        _titre(bilan),
        _resume(lu),
        _equation(bilan),
        couts(bilan.depenses),
        textes(lu.exemples),
        _table(bilan, "Exclues, par raison", EXCLUE, lambda line: raison(line.code or "inconnu")),
        _table(bilan, "En échec, par cause", "echec", because),
        _table(bilan, "Incertaines", "incertaine", because),
        _table(bilan, "Annulées", "annulee", because),
        a_corriger(lu.a_corriger, lu.run_id),
        depuis(before, bilan.date_relance) if before else "",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _titre(bilan: Bilan) -> str:
    kind = "Simulation" if bilan.simulation else "Relances"
    campagne = f" de la campagne « {cite(bilan.campagne)} »" if bilan.campagne else ""
    return f"# {kind}{campagne} du {bilan.date_relance:%d/%m/%Y}"


def _resume(lu: Rapport) -> str:
    bilan = lu.bilan
    totals = bilan.totals
    occasion = "cette campagne" if bilan.campagne else "ce jour"
    done = [
        f"- {quantite(totals.creees, 'relance créée', 'relances créées')}, {nombre(totals.toutes)} au total pour "
        f"{occasion}",
        *partis(bilan.depenses, bilan.canal, occasion),
    ]
    lines = [
        f"- {quantite(totals.extraites, 'créance en retard extraite', 'créances en retard extraites')}",
        *(_foreseen(bilan) if bilan.simulation else done),
        *_portee(bilan),
    ]
    held = [
        f"- **{fournisseur} est suspendu par une faute du compte** : {cite(motif)}"
        for fournisseur, motif in lu.tenues.items()
    ]
    in_vain = [f"- {cite(setting)}" for setting in lu.sans_effet]
    return "\n".join([*lines, *held, *_warnings(bilan), *in_vain, *_faute(lu.faute), *_version(lu.version)])


def _faute(faute: str | None) -> list[str]:
    if faute is None:
        return []
    return [f"- **La politique en vigueur ne se lit pas**, le prochain passage s'arrêtera : {cite(faute)}"]


def _version(version: Version | None) -> list[str]:
    if version is None:
        return []
    since = " ; les fichiers ont changé depuis, pour le prochain passage" if version.changee else ""
    return [f"- Politique et textes : version {version.nom}{since}"]


def _foreseen(bilan: Bilan) -> list[str]:
    foreseen = quantite(bilan.relances(A_RELANCER), "contribuable serait relancé", "contribuables seraient relancés")
    lines = [f"- **{foreseen}**"]
    already = sum(line.creances for line in bilan.lines if (line.place, line.code) == (EXCLUE, Exclu.DEJA_RELANCE))
    if already:
        lines.append(f"- {nombre(already)} créances déjà relancées : elles attendent leur délai")
    return lines


def _portee(bilan: Bilan) -> list[str]:
    """What the totals cover, where the run was limited to a canal or a fournisseur."""
    lines = []
    if bilan.canal is not None:
        lines.append(f"- Passage limité au canal {CANAUX[bilan.canal]} : les totaux ne comptent que lui")
    if bilan.fournisseur is not None:
        lines.append(
            f"- Passage limité à {bilan.fournisseur} : les totaux comptent aussi ce que d'autres passages "
            f"{'de la campagne' if bilan.campagne else 'du même jour'} ont confié à d'autres fournisseurs"
        )
    return lines


def _warnings(bilan: Bilan) -> list[str]:
    waiting, doubtful = bilan.creances("en_attente"), bilan.creances("incertaine")
    unheard = sum(line.creances for line in bilan.lines if line.code == Cause.SANS_NOUVELLE)
    warnings = []
    if waiting:
        warnings.append(
            f"- **{nombre(waiting)} créances attendent leur envoi** : relancez le Dag pour les envoyer, ou la tâche "
            "d'envoi en échec s'il y en a une (Clear) ; ce qui a déjà été essayé repart de lui-même"
        )
    if doubtful:
        warnings.append(f"- {nombre(doubtful)} créances incertaines : le passage suivant tranchera")
    if unheard:
        warnings.append(f"- {nombre(unheard)} créances envoyées dont le fournisseur n'a jamais dit le sort")
    return warnings


def _equation(bilan: Bilan) -> str:
    always = (A_RELANCER, EXCLUE) if bilan.simulation else ("envoyee", "echec", EXCLUE)
    rows = [
        (
            libelle.plusieurs + _REMARQUES.get(place, ""),
            nombre(bilan.creances(place)),
            nombre(bilan.relances(place)) if place not in (EXCLUE, NON_TRAITEE) else "",
            francs(bilan.montant(place)),
        )
        for place, libelle in PLACES.items()
        if bilan.creances(place) or place in always
    ]
    montant = sum((line.montant for line in bilan.lines), Decimal(0))
    total = ("**Extraites**", f"**{nombre(bilan.totals.extraites)}**", "", francs(montant))
    verdict = "équilibré" if bilan.equilibre else "**DÉSÉQUILIBRÉ : prévenez l'exploitant**"
    table = tableau(("Créances", "Nombre", "Relances", "Montant"), [*rows, total])
    return f"## Bilan : {verdict}\n\n{table}"


def _table(bilan: Bilan, titre: str, place: str, explain: Callable[[Line], Raison]) -> str:
    creances, montants = Counter[Raison](), defaultdict[Raison, Decimal](Decimal)
    for line in bilan.lines:
        if line.place == place:
            meaning = explain(line)
            creances[meaning] += line.creances
            montants[meaning] += line.montant
    rows = [
        (meaning.libelle, nombre(number), francs(montants[meaning]), meaning.que_faire)
        for meaning, number in creances.most_common()
    ]
    return f"## {titre}\n\n{tableau(('Raison', 'Créances', 'Montant', 'Que faire'), rows)}" if rows else ""
