"""What was lifted of a number, in words."""

from collections.abc import Mapping

from relances.rules.codes import Refus
from relances.rules.models import Canal
from relances_providers.discretion import mask


def said(lifted: Mapping[str, Mapping[Canal, Refus]]) -> str:
    """What was lifted: a line for each number, masked."""
    return "\n".join(_said(chiffres, flags) for chiffres, flags in lifted.items())


def _said(chiffres: str, lifted: Mapping[Canal, Refus]) -> str:
    if not lifted:
        return f"{mask(chiffres)} n'était signalé sur aucun canal."
    flags = ", ".join(f"{etat} ({canal})" for canal, etat in sorted(lifted.items()))
    return f"{mask(chiffres)} sera de nouveau relancé ; signalement levé : {flags}."
