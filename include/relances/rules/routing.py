"""Which fournisseur reaches a contribuable, and under which number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from relances.rules.models import Canal
from relances.rules.numeros import Numero, Refus, Verdict, destination, reach


class Chemin(NamedTuple):
    """A fournisseur that a run may use, and the ISO codes of the countries it reaches (none: any).

    ``longueur_max``: characters of the longest text it takes. ``par_segment``: it bills a long text as several.
    ``tarif``: what it bills a message, or a segment of it.
    """

    fournisseur: str
    pays: frozenset[str]
    longueur_max: int
    par_segment: bool
    tarif: Decimal


class Destination(NamedTuple):
    """A number, and the way to it."""

    chemin: Chemin
    numero: Numero


@dataclass(frozen=True, slots=True)
class Routage:
    """The ways of a run on one canal, the preferred first. ``imposee``: the only one, which a person named.

    ``signales``: numbers that are not to be written to on this canal, and why.
    """

    canal: Canal
    chemins: tuple[Chemin, ...]
    imposee: bool
    accepter_format_guide: bool
    signales: Mapping[str, Refus]

    def best(self, lectures: Iterable[tuple[str, Verdict]]) -> Destination | Refus:
        """The first usable number of a contribuable, else the reason of the first that is not merely absent.

        ``lectures``: each number as typed and as read, the best first. Who asked for silence under one of them is
        not written to under another.
        """
        numbers = tuple(lectures)
        if len(numbers) > 1 and any(self._is_silenced(saisie, lecture) for saisie, lecture in numbers):
            return Refus.OPPOSITION
        refus = Refus.ABSENT
        for saisie, lecture in numbers:
            verdict = self._route(saisie, lecture)
            if not isinstance(verdict, Refus):
                return verdict
            if refus is Refus.ABSENT:
                refus = verdict
        return refus

    def _is_silenced(self, saisie: str, lecture: Verdict) -> bool:
        """Whether a number asked for silence, be it one that no way of this run reaches."""
        # Only what has no country may be read otherwise by a way.
        read = (
            [lecture] if isinstance(lecture, Numero) else [destination(saisie, chemin.pays) for chemin in self.chemins]
        )
        return any(isinstance(each, Numero) and self._flag(each) is Refus.OPPOSITION for each in read)

    def _route(self, saisie: str, lecture: Verdict) -> Destination | Refus:
        """The first way that reaches the number, else the reason of the preferred one."""
        refus: Refus | None = None
        for chemin in self.chemins:
            verdict = destination(saisie, chemin.pays) if self.imposee else reach(lecture, chemin.pays)
            if isinstance(verdict, Numero):
                return self._refusal(verdict) or Destination(chemin, verdict)
            refus = refus or verdict
        return refus or Refus.HORS_REGION

    def _refusal(self, numero: Numero) -> Refus | None:
        if numero.format_guide and not self.accepter_format_guide:
            return Refus.FORMAT_GUIDE
        return self._flag(numero)

    def _flag(self, numero: Numero) -> Refus | None:
        return self.signales.get(numero.chiffres)
