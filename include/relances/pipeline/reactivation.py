"""``relances reactiver``: a number that a provider marked may be written to again."""

from collections.abc import Mapping

from relances.pipeline.connections import RELANCES, database
from relances.pipeline.policy import politique
from relances.rules.colonnes import Illisible
from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.phones import Numero, Refus, Verdict, lire, reach
from relances.rules.telephones import read_telephones
from relances.store.flags import lift_flags
from relances_providers.discretion import mask
from relances_providers.provider_info import PROVIDERS


def reactivate(telephone: str) -> str:
    """Lift every flag of a number, on all canaux; returns the sentence that says so. Blocked where it is no number."""
    try:
        _, numeros = read_telephones(telephone, read_by_providers)
    except Illisible as error:
        raise Blocked(f"ce n'est le numéro d'aucun fournisseur : {error}", "no provider takes this number") from None
    with database(RELANCES) as relances:
        lifted = {numero.chiffres: lift_flags(relances, numero.chiffres) for numero in numeros}
    return "\n".join(_said(chiffres, flags) for chiffres, flags in lifted.items())


def _said(chiffres: str, lifted: Mapping[Canal, Refus]) -> str:
    if not lifted:
        return f"{mask(chiffres)} n'était signalé sur aucun canal."
    flags = ", ".join(f"{etat} ({canal})" for canal, etat in sorted(lifted.items()))
    return f"{mask(chiffres)} sera de nouveau relancé ; signalement levé : {flags}."


def read_by_providers(telephone: str) -> Verdict:
    """One number as typed, as the first fournisseur that reaches it takes it, else as none does.

    Nobody asked for one of them by name: ten bare digits are a mistyped number rather than an American one, and so are
    those of the guides, unless the policy takes them.
    """
    lecture = lire(telephone)
    if isinstance(lecture, Numero) and lecture.format_guide and not politique().selection.accepter_format_guide:
        return Refus.FORMAT_GUIDE
    verdicts = [reach(lecture, provider.countries) for provider in PROVIDERS]
    return next((verdict for verdict in verdicts if isinstance(verdict, Numero)), verdicts[0])
