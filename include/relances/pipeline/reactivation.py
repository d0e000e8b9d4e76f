"""``relances reactiver``: a number that a provider marked may be written to again."""

from relances.pipeline.connections import RELANCES, database
from relances.rules.errors import Blocked
from relances.rules.phones import Numero, Verdict, destination
from relances.store.flags import lift_flags
from relances_providers.discretion import mask
from relances_providers.provider_info import PROVIDERS


def reactivate(telephone: str) -> str:
    """Lift every flag of a number, on all canaux; returns the sentence that says so. Blocked where it is no number."""
    numero = read_by_providers(telephone)
    if not isinstance(numero, Numero):
        raise Blocked("ce n'est le numéro d'aucun fournisseur ; vérifiez-le", "no provider takes this number")
    with database(RELANCES) as relances:
        lifted = lift_flags(relances, numero.chiffres)
    if not lifted:
        return f"{mask(numero.chiffres)} n'était signalé sur aucun canal."
    flags = ", ".join(f"{etat} ({canal})" for canal, etat in sorted(lifted.items()))
    return f"{mask(numero.chiffres)} sera de nouveau relancé ; signalement levé : {flags}."


def read_by_providers(telephone: str) -> Verdict:
    """What was typed, read as the fournisseurs read it: by the first that takes it, else as none does."""
    verdicts = [destination(telephone, provider.countries) for provider in PROVIDERS]
    return next((verdict for verdict in verdicts if isinstance(verdict, Numero)), verdicts[0])
