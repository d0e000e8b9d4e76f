"""Whether a database is still the one that sent: what it says of itself, against what others remember of it."""

from dataclasses import dataclass
from datetime import datetime

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
        """Whether nobody ever said what it is: it never sent under a name, nor was it restored."""
        return self.battement == 0 and not self.restauree

    @property
    def restauree(self) -> bool:
        """Whether it ever took another name than its first."""
        return len([marque for marque in self.marques if marque]) > 1


@dataclass(frozen=True, slots=True)
class Releve:
    """What was last seen of a database, kept outside it. ``le``: when, by that database's clock."""

    marque: str
    battement: int
    le: datetime


def discrepancy(etat: Etat, releve: Releve | None) -> str | None:
    """Why a database must not send, in French; None where nothing speaks against it."""
    if etat.motif is not None:
        return etat.motif
    if not etat.chez_elle:
        return "elle a été copiée, restaurée ou basculée depuis qu'elle porte son nom"
    if releve is None:
        return None
    if releve.marque not in etat.marques:
        if etat.restauree and releve.le < etat.nommee_le:
            return None  # it saw the one that was lost, which somebody said since
        return f"le témoin de cette machine connaît une autre base ({releve.marque})"
    if releve.marque == etat.marque and releve.battement > etat.battement:
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
