"""Whether a database is still the one that sent, from what it says of itself and what its witness remembers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from relances.rules.errors import Blocked


@dataclass(frozen=True, slots=True)
class Etat:
    """What a database says of itself.

    ``marques``: the names it ever had, the present one last. ``battement``: how often it was told that messages leave,
    under the present one. ``chez_elle``: whether it is where it took that name. ``motif``: why it was stopped, None
    where it is not. ``nommee_le``: when it took the present name; ``connu_jusqu_au``: when it last was told, or named.
    """

    marques: tuple[str, ...]
    battement: int
    nommee_le: datetime
    connu_jusqu_au: datetime
    chez_elle: bool
    motif: str | None

    @property
    def marque(self) -> str:
        """The present name."""
        return self.marques[-1]

    @property
    def neuve(self) -> bool:
        """Whether it has no past: it never sent, and was never restored."""
        return self.battement == 0 and not self.restauree

    @property
    def restauree(self) -> bool:
        """Whether it ever took another name than its first."""
        return len([marque for marque in self.marques if marque]) > 1


@dataclass(frozen=True, slots=True)
class Temoignage:
    """What was last seen of a database, kept outside it. ``le``: when, by that database's clock."""

    marque: str
    battement: int
    le: datetime


class Parole(StrEnum):
    """What the operator vouches for."""

    AUCUNE = "aucune"
    PASSAGES_FINIS = "passages_finis"
    """No run was on when the database was lost: the tax application shows all that was sent for it."""
    RIEN_DEPUIS = "rien_depuis"
    """Nothing was sent since the copy: the database was moved, or its server replaced without loss."""


@dataclass(frozen=True, slots=True)
class Proved:
    """How many relances the tax application showed as sent, and as failed, that the database did not know to be."""

    envoyees: int
    echecs: int


@dataclass(frozen=True, slots=True)
class Restauration:
    """What was learnt. ``connu_jusqu_au``: what left later was forgotten; ``douteuses``: relances by fournisseur.

    ``dernier_jour``: the last day of which nothing new is created; None: every day may go on.
    """

    marque: str
    connu_jusqu_au: datetime
    prouvees: Proved
    douteuses: Mapping[str, int]
    dernier_jour: date | None


def discrepancy(etat: Etat, temoignage: Temoignage | None) -> str | None:
    """Why a database must not send, in French; None where it may."""
    if etat.motif is not None:
        return etat.motif
    if not etat.chez_elle:
        return "elle a été copiée, restaurée ou basculée depuis qu'elle porte son nom"
    if temoignage is None:
        return None
    if temoignage.marque not in etat.marques:
        if etat.restauree and temoignage.le < etat.nommee_le:
            return None  # it saw the one that was lost, which somebody said since
        return f"le témoin de cette machine connaît une autre base ({temoignage.marque})"
    if temoignage.marque == etat.marque and temoignage.battement > etat.battement:
        return "elle est plus ancienne que ce que le témoin de cette machine a vu partir"
    return None


def stopped(motif: str) -> Blocked:
    """The error of whoever would send, or show what was sent, from a database that may not know all of it."""
    return Blocked(
        f"base relances_db : {motif} ; plus rien ne part, pour que personne ne reçoive deux fois le même message : "
        "lancez « relances restaurer » (--rien-depuis si rien n'est parti depuis la copie, --passages-finis si tout "
        "était reporté)",
        "this database may be older than what was sent: nothing leaves until « relances restaurer »",
    )
