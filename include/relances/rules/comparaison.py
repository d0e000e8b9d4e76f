"""What changed since the previous run."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from relances.rules.markdown import francs, nombre, tableau


@dataclass(frozen=True, slots=True)
class Volume:
    """The relances of an occasion, save those called off; ``montant``: what they claim; ``cout``: what they cost."""

    relances: int
    montant: Decimal
    cout: Decimal


@dataclass(frozen=True, slots=True)
class Comparaison:
    """Against an earlier run: creances ``nouvelles`` and ``disparues``, contribuables ``montes`` of niveau."""

    date_relance: date
    nouvelles: int
    disparues: int
    montes: int
    avant: Volume
    maintenant: Volume


def depuis(comparaison: Comparaison, date_relance: date) -> str:
    """The section of the report on the run of ``date_relance``."""
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
