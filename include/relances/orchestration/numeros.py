"""A telephone that a person names to a command, read by the policy and for the fournisseurs there are."""

from relances.orchestration.politique import politique
from relances.rules.numeros import Numero, Refus, Verdict, lire, reach
from relances_providers.provider_info import PROVIDERS


def by_policy(verdict: Verdict) -> Verdict:
    """The same, but for a number in the format of the guides, which the policy takes or not."""
    if isinstance(verdict, Numero) and verdict.format_guide and not politique().selection.accepter_format_guide:
        return Refus.FORMAT_GUIDE
    return verdict


def read_by_providers(telephone: str) -> Verdict:
    """One number as typed, as the first fournisseur that reaches it takes it, else as none does.

    Nobody asked for one of them by name: ten bare digits are a mistyped number rather than an American one.
    """
    lecture = by_policy(lire(telephone))
    verdicts = [reach(lecture, provider.countries) for provider in PROVIDERS]
    return next((verdict for verdict in verdicts if isinstance(verdict, Numero)), verdicts[0])
