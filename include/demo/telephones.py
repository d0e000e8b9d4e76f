"""Telephone numbers as agents type them.

Mobile numbers run from 62 00 10 00, 65 00 10 00, … 77 00 10 00 upwards: valid, and in the lowest block as
long as the sample stays below some 50,000 contribuables. 66 00 00 00 to 66 00 09 99 are kept for the
simulators' magic numbers, which :data:`NUMEROS_MAGIQUES` alone bear. Foreign numbers are in blocks kept for fiction
where their country has some.
"""

from collections.abc import Iterator
from itertools import count

from demo.hasard import Hasard, Repartition
from demo.proportions import PROPORTIONS, Numero

NUMEROS_MAGIQUES = ("066000400", "066000408", "066000429", "066000500", "066000999")

_INDICATIFS = (
    ("62", "2"),
    ("65", "5"),
    ("66", "6"),
    ("74", "4"),
    ("77", "7"),
)  # since April 2024, and before
_PREMIER = 1_000
_PROPRES = ("0{p}{n}", "{p}{n}", "+241{p}{n}", "00241{p}{n}", "+2410{p}{n}", "241{p}{n}")
_ESPACES = (
    "0{p} {a} {b} {c}",
    "0{p}.{a}.{b}.{c}",
    "+241 {p} {a} {b} {c}",
    "{p}-{a}-{b}-{c}",
    "0{p}/{a}/{b}/{c}",
)
_ANCIENS = ("0{o}{n}", "0{o} {a} {b} {c}", "0{o}.{a}.{b}.{c}")
_MOBILES = {Numero.PROPRE: _PROPRES, Numero.ESPACE: _ESPACES, Numero.ANCIEN: _ANCIENS}
_TOUTES = _PROPRES + _ESPACES + _ANCIENS
_SUITES = {ecriture: _TOUTES[rang + 1 :] + _TOUTES[:rang] for rang, ecriture in enumerate(_TOUTES)}
_AUTRES = {
    Numero.GUIDE: ("0{p}{r:07d}", "+2410{p}{r:07d}", "2410{p}{r:07d}"),
    Numero.FIXE: ("0117{r:05d}", "117{r:05d}", "+241117{r:05d}", "017{r:05d}"),
    Numero.ETRANGER: ("+3319900{t:04d}", "+2376500{t:05d}", "+1{z}555{t:04d}"),
    Numero.ABSENT: ("NEANT {r}", "RAS {r}", "SANS TEL {r}", "PAS DE NUMERO {r}", "{r:09d}", "- {r}"),
    Numero.ILLISIBLE: (
        "{p}{m}",
        "0{p}{n} (fils)",
        "0{p}{n}/{m}",
        "tel {p}{m}",
        "0{p}{n}{o}{o}",
        "{p}{n} ?",
    ),
}
_UNIQUES = ("0", "-")  # the column is unique: these placeholders can be typed once each
_ZONES = ("212", "301", "305", "312", "404", "415", "514", "613", "617", "713", "819", "832")


def _ecrire(modele: str, rang: int) -> str:
    """The ``rang``-th number of a kind; no other rank of that kind gives the same number."""
    indicatif, ancien = _INDICATIFS[rang % len(_INDICATIFS)]
    n = f"{_PREMIER + rang // len(_INDICATIFS):06d}"
    zone = _ZONES[rang % len(_ZONES)]
    return modele.format(p=indicatif, o=ancien, n=n, m=n[1:], a=n[:2], b=n[2:4], c=n[4:], r=rang, t=rang // 3, z=zone)


class Annuaire:
    """Gives the ``telephone`` of one contribuable after the other; never the same text twice."""

    def __init__(self, hasard: Hasard) -> None:
        self._hasard = hasard
        self._repartition = Repartition(PROPORTIONS.numero)
        self._rangs = {numero: count() for numero in Numero}
        self._absents = iter(_UNIQUES)
        self._rang = 0
        self._autres_ecritures: Iterator[str] = iter(())

    def telephone(self) -> str:
        """At most 20 characters."""
        numero = self._hasard.selon(self._repartition)
        if numero in _AUTRES:
            return self._autre(numero)
        if numero is Numero.PARTAGE and (ecriture := next(self._autres_ecritures, None)):
            return _ecrire(ecriture, self._rang)
        return self._mobile(_MOBILES.get(numero, _PROPRES))

    def _mobile(self, ecritures: tuple[str, ...]) -> str:
        """A new mobile number; its other writings stay at hand for whoever shares it."""
        self._rang = next(self._rangs[Numero.PROPRE])
        ecriture = self._hasard.un_de(ecritures)
        self._autres_ecritures = iter(_SUITES[ecriture])
        return _ecrire(ecriture, self._rang)

    def _autre(self, numero: Numero) -> str:
        if numero is Numero.ABSENT and (unique := next(self._absents, None)):
            return unique
        ecritures = _AUTRES[numero]
        rang = next(self._rangs[numero])
        return _ecrire(ecritures[rang % len(ecritures)], rang)
