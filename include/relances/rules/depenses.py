"""What the relances of a day cost, for the report."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from relances.rules.bilan import Depense
from relances.rules.markdown import francs, nombre, tableau
from relances.rules.models import Canal

CANAUX: Final = {Canal.SMS: "SMS", Canal.WHATSAPP: "WhatsApp"}
_PARTIS: Final = {Canal.SMS: "SMS facturables envoyés", Canal.WHATSAPP: "messages WhatsApp envoyés"}


def partis(depenses: Sequence[Depense], canal: Canal | None) -> list[str]:
    """What has left, a line per canal; ``canal``: the only one of the run."""
    counted = dict.fromkeys([canal] if canal else [], 0)
    for depense in depenses:
        counted[depense.canal] = counted.get(depense.canal, 0) + depense.partis
    return [f"- {nombre(number)} {_PARTIS[canal]} pour ce jour" for canal, number in sorted(counted.items())]


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


def _remarks(depenses: Sequence[Depense]) -> list[str]:
    evites, migres = sum(d.evites for d in depenses), sum(d.migres for d in depenses)
    economie = sum((d.economie for d in depenses), Decimal(0))
    remarks = []
    if evites:
        remarks.append(f"- Lettres simplifiées : {nombre(evites)} segments évités, {francs(economie)} épargnés")
    if migres:
        remarks.append(f"- {nombre(migres)} relances à un numéro de l'ancien plan, converti ; corrigez-le à l'occasion")
    return ["\n".join(remarks)] if remarks else []
