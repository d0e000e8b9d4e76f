"""Which fournisseur reaches a contribuable, and under which number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from relances.rules.phones import Numero, Refus, destination, normalise


class Voie(NamedTuple):
    """A fournisseur that a run may use, and the ISO codes of the countries it reaches (none: any).

    ``longueur_max``: characters of the longest text it takes. ``par_segment``: it bills a long text as several.
    """

    fournisseur: str
    pays: frozenset[str]
    longueur_max: int
    par_segment: bool


class Destination(NamedTuple):
    """A number, and the way to it."""

    voie: Voie
    numero: Numero


@dataclass(frozen=True, slots=True)
class Routage:
    """The ways out of a run, the preferred first. ``imposee``: a person named the only one.

    ``signales``: numbers that a provider said not to write to any more on this canal, and why.
    """

    voies: tuple[Voie, ...]
    imposee: bool
    accepter_format_guide: bool
    signales: Mapping[str, Refus]

    def best(self, saisies: Iterable[str | None]) -> Destination | Refus:
        """The first usable number of a contribuable, else the reason of the first that is not merely absent."""
        refus = Refus.ABSENT
        for saisie in saisies:
            verdict = self._route(saisie or "")
            # Who asked for silence is not written to under another number.
            if not isinstance(verdict, Refus) or verdict is Refus.OPPOSITION:
                return verdict
            if refus is Refus.ABSENT:
                refus = verdict
        return refus

    def _route(self, saisie: str) -> Destination | Refus:
        """The first way that reaches the number, else the reason of the preferred one."""
        read = destination if self.imposee else normalise
        refus: Refus | None = None
        for voie in self.voies:
            verdict = read(saisie, voie.pays)
            if isinstance(verdict, Numero):
                return self._refusal(verdict) or Destination(voie, verdict)
            refus = refus or verdict
        return refus or Refus.HORS_REGION

    def _refusal(self, numero: Numero) -> Refus | None:
        if numero.format_guide and not self.accepter_format_guide:
            return Refus.FORMAT_GUIDE
        return self.signales.get(numero.chiffres)
