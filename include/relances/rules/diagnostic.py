"""What there is to say of a connection that was examined: as values, `rendering.diagnostic` has the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias


class Absence(Enum):
    """A connection that is not there."""

    FOURNISSEUR = auto()  # one fournisseur of several
    TOUS = auto()  # every fournisseur


@dataclass(frozen=True, slots=True)
class Server:
    """Who answers, and as whom we speak to it."""

    version: str
    database: str
    user: str
    read_only: bool
    encoding: str


@dataclass(frozen=True, slots=True)
class Muette:
    """A database that says nothing any more. ``erreur``: the kind of the error that told so."""

    erreur: str


@dataclass(frozen=True, slots=True)
class Oublieuse:
    """A database that might lose what it acknowledged: cause and cure, in French, then in English."""

    french: str
    english: str


@dataclass(frozen=True, slots=True)
class Durable:
    """A database that keeps what it acknowledges: by which ``synchronous_commit`` of the session.

    ``regle``: the one of the server, the database or the role. ``ici_seulement``: on the disk of this server alone.
    """

    synchronous_commit: str
    regle: str
    ici_seulement: bool


@dataclass(frozen=True, slots=True)
class LueEn:
    """A database that does not declare its encoding: read and written in this one. ``suppose``: nobody said so."""

    encodage: str
    suppose: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision of our schema, None where it was never made. ``connue``: whether this program has that revision."""

    revision: str | None
    attendue: str
    connue: bool


@dataclass(frozen=True, slots=True)
class Droits:
    """The rights that are lacking, for the user of a connection. ``schema``: what was asked for is all of our schema.

    Otherwise it is what one statement needs.
    """

    conn_id: str
    manquants: Sequence[str]
    schema: bool


@dataclass(frozen=True, slots=True)
class Identite:
    """The name of our database, and the file that remembers it. ``variable``: where that is given."""

    marque: str
    variable: str
    temoin: str | None


@dataclass(frozen=True, slots=True)
class Ours:
    """A session of ours at work. ``devant``: how many it waits for; ``derriere``: how many wait for it."""

    pid: int
    nom: str
    secondes: float
    devant: int
    derriere: int


@dataclass(frozen=True, slots=True)
class Inactive:
    """A session of others that holds rows; ``secondes``: since when it does nothing, None where that is not shown."""

    pid: int
    application: str
    secondes: float | None


@dataclass(frozen=True, slots=True)
class Occupation:
    """Our sessions and the inactive ones, the longest first. ``tout_vu``: whether our role may see all sessions."""

    ours: tuple[Ours, ...]
    inactives: tuple[Inactive, ...]
    tout_vu: bool

    @property
    def genante(self) -> Ours | None:
        """The longest of ours that somebody waits behind."""
        return next((ours for ours in self.ours if ours.derriere), None)


@dataclass(frozen=True, slots=True)
class Accepte:
    """A test message that the provider took. ``numero``: masked."""

    message_id: str
    numero: str


@dataclass(frozen=True, slots=True)
class IssueInconnue:
    """A test message that may have left. ``erreur``: what the provider said."""

    erreur: str


@dataclass(frozen=True, slots=True)
class SansNouvelle:
    """Nothing is known yet of a test message that was accepted."""


DeBase: TypeAlias = Server | Muette | Oublieuse | Durable | LueEn | Schema | Droits | Identite | Occupation
"""What there is to say of a database."""

Fait: TypeAlias = Absence | DeBase | Accepte | IssueInconnue | SansNouvelle
