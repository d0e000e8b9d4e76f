"""What the relances of an occasion cost, by canal, and what changed since the previous run, as sections of a report."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rendering.markdown import francs, nombre, tableau
from relances.rules.models import Canal
from relances.rules.volumes import Comparaison, Depense

CANAUX: Final = {Canal.SMS: "SMS", Canal.WHATSAPP: "WhatsApp"}
_PARTIS: Final = {Canal.SMS: "SMS facturables envoyés", Canal.WHATSAPP: "messages WhatsApp envoyés"}


def partis(depenses: Sequence[Depense], canal: Canal | None, occasion: str) -> list[str]:
    """What has left, a line per canal; ``canal``: the only one of the run; ``occasion``: in words."""
    counted = dict.fromkeys([canal] if canal else [], 0)
    for depense in depenses:
        counted[depense.canal] = counted.get(depense.canal, 0) + depense.partis
    return [f"- {nombre(number)} {_PARTIS[canal]} pour {occasion}" for canal, number in sorted(counted.items())]


def couts(depenses: Sequence[Depense]) -> str:
    """The section of the report; nothing where there is no relance."""
    if not depenses:
        return ""
    rows = [
        (
            CANAUX[d.canal], d.fournisseur, str(d.niveau), nombre(d.relances), nombre(d.segments), francs(d.cout)
        )
        for d in depenses
    ]  # fmt: skip
    total = (
        "**Total**", "", "", nombre(sum(d.relances for d in depenses)), nombre(sum(d.segments for d in depenses)),
        francs(sum((d.cout for d in depenses), Decimal(0))),
    )  # fmt: skip
    header = ("Canal", "Fournisseur", "Niveau", "Relances", "Segments", "Coût estimé")
    return "\n\n".join(["## Relances et coût", tableau(header, [*rows, total]), *_remarks(depenses)])


def depuis(comparaison: Comparaison, date_relance: date) -> str:
    """The section of the report on what changed, in the run of ``date_relance``."""
    jour = f"{comparaison.date_relance:%d/%m}"
    changes = [
        f"- {nombre(comparaison.nouvelles)} créances nouvelles, {nombre(comparaison.disparues)} payées ou closes",
        f"- {nombre(comparaison.montes)} contribuables montés de niveau",
    ]
    volumes = (comparaison.avant, comparaison.maintenant)
    rows = [
        ("Relances", *(nombre(volume.relances) for volume in volumes)),
        ("Montant réclamé", *(francs(volume.montant) for volume in volumes)),
        ("Coût estimé", *(francs(volume.cout) for volume in volumes)),
    ]
    table = tableau(("", f"{jour}", f"{date_relance:%d/%m}"), rows)
    return f"## Depuis le passage du {jour}\n\n" + "\n".join(changes) + f"\n\n{table}"


def _remarks(depenses: Sequence[Depense]) -> list[str]:
    evites, migres = sum(d.evites for d in depenses), sum(d.migres for d in depenses)
    economie = sum((d.economie for d in depenses), Decimal(0))
    remarks = []
    if evites:
        remarks.append(f"- Lettres simplifiées : {nombre(evites)} segments évités, {francs(economie)} épargnés")
    if migres:
        remarks.append(f"- {nombre(migres)} relances à un numéro de l'ancien plan, converti : voyez « À corriger »")
    return ["\n".join(remarks)] if remarks else []
