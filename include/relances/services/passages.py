"""A run as its tasks see it: the request that its run id stands for, the policy and the texts it is decided with.

The first task that passes writes the policy and the texts in force down in the record of the run, and every later task
and lot reads them there: an edit of the files changes the next run, not half of this one. Until the run has created its
relances, to run ``check_providers`` again takes what is in force then: so is mended a policy that stops the run.

What is about no decision of the run stays in force: how long the tax base may be read (``base_fiscale``), when messages
may leave (``fenetre``), and what a pass over the relances of every run goes by, its pace included. So does everything
for a run whose record this program cannot read, once it created its relances: what is left of it must go on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Generic, NamedTuple, TypeVar

import psycopg

from relances.policy.consignes import Consignes
from relances.rules.errors import Blocked
from relances.rules.passages import INCONNUE, RELIRE, Demande
from relances.rules.politique import BaseFiscale, Politique
from relances.rules.redaction import Plume
from relances.rules.request import Request
from relances.services.installation import RELANCES, Installation
from relances.store.executions import Execution, Executions, changed_meanwhile
from relances.store.politiques import Politiques, Version
from relances.store.sources import CONTACTS, Source

T = TypeVar("T")
logger = logging.getLogger(__name__)

_SHORT: int = 8  # characters of a hash that a person is shown
_UNREADABLE: Final = "la politique en vigueur tient lieu de celle %s : %s"


@dataclass(frozen=True, slots=True)
class Passage:
    """``request``: the first that was made under the run id. ``note``: its policy is in its record, which is read.

    ``version``: what was in its record then, whether or not the policy is of it.
    """

    request: Request
    consignes: Consignes
    note: bool
    version: Version | None
    plume: Plume = field(repr=False)

    @property
    def politique(self) -> Politique:
        return self.plume.politique

    @property
    def source(self) -> Source:
        """Who it reminds: the contacts of a campaign, else the taxpayers of the tax application."""
        return Source(self.politique.source if self.request.campagne is None else CONTACTS)


def ask(installation: Installation, request: Request) -> Passage:
    """The run as its first task takes it up: by the policy in force, unless it created its relances by another.

    Blocked where its run id stands for another request.
    """
    return _passage(installation, request, lambda version: version.definitive)


def take_up(installation: Installation, request: Request) -> Passage:
    """The run as every later task takes it up: by the policy of its record. Blocked as :func:`ask`."""
    passage = _passage(installation, request, lambda _: True)
    if passage.version is None:
        logger.info("%s n'a pas de politique dans son registre : celle en vigueur le décide", request.run_id)
    return passage


def record(installation: Installation, passage: Passage, demande: Demande = INCONNUE) -> Passage:
    """Write down what the run is asked for, by whom, and the policy and the texts it is decided with.

    Nothing of it for a run that created its relances, be it by a version that its record does not have. TryAgain where
    the record has another version by now than when the run was taken up.
    """
    if passage.note:
        _say_where_changed(installation, passage)
        return passage
    consignes, vue = passage.consignes, passage.version
    with installation.base(RELANCES) as relances, relances.transaction():
        executions = Executions(relances)
        executions.record(passage.request, passage.source.name, demande)
        Politiques(relances).keep(consignes.empreinte, consignes.packed())
        if not executions.decide_by(passage.request.run_id, consignes.empreinte, vue and vue.empreinte):
            logger.info("ce passage a créé ses relances sans garder sa version : la politique en vigueur l'achève")
            return passage
    logger.info("politique et textes de ce passage : version %s", short(consignes.empreinte))
    for setting in passage.politique.sans_effet:
        logger.warning("%s", setting)
    return replace(passage, note=True, version=Version(consignes.empreinte, consignes.packed(), definitive=False))


def execution_of(relances: psycopg.Connection, passage: Passage) -> Execution:
    """The row of a run that was taken up; TryAgain where its record has another version by now."""
    execution, vue = Executions(relances).get(passage.request.run_id), passage.version
    if execution.politique != (vue and vue.empreinte):
        raise changed_meanwhile(execution.run_id)
    return execution


def recorded(relances: psycopg.Connection, run_id: str) -> Consignes | None:
    """The policy and the texts of the record of a run; None where an older version made it, or it cannot be read."""
    version = Politiques(relances).of_run(run_id)
    if version is None:
        return None
    try:
        return _read(version)[0]
    except Blocked as error:
        logger.warning(_UNREADABLE, f"du passage {run_id}", error)
        return None


class EnVigueur(NamedTuple, Generic[T]):
    """The policy in force, with its texts or alone.

    ``faute``: why another stands in for it, in French then in English.
    """

    dite: T
    faute: str | None = None

    def said(self) -> T:
        """What is in force, once the fault is in the log."""
        if self.faute is not None:
            logger.error("la politique du passage tient lieu de celle en vigueur : %s", self.faute)
        return self.dite


def in_force(installation: Installation, otherwise: Plume) -> EnVigueur[Plume]:
    """The policy and the texts in force; where they cannot be read any more, others that could."""
    return _in_force(installation.plume, otherwise)


def policy_in_force(installation: Installation, otherwise: Politique) -> EnVigueur[Politique]:
    """The policy alone, for who writes nothing: a run that waits looks at it every few seconds."""
    return _in_force(installation.politique, otherwise)


def limites(installation: Installation, passage: Passage) -> BaseFiscale:
    """What may be taken of the tax system's database now: whoever raises or lowers that means this run too."""
    return policy_in_force(installation, passage.politique).said().base_fiscale


class Plumes:
    """The policy and the texts of each run of which relances are written again; those of a run are read once.

    Those in force, of a run that an older version made or whose record cannot be read.
    """

    def __init__(self, installation: Installation, relances: psycopg.Connection) -> None:
        self._installation = installation
        self._politiques = Politiques(relances)
        self._of_execution = dict[int, Plume]()
        self._of_empreinte = dict[str, Plume]()

    def of(self, execution_id: int) -> Plume:
        """By the run that created the relance."""
        if execution_id not in self._of_execution:
            self._of_execution[execution_id] = self._known(self._politiques.of_execution(execution_id))
        return self._of_execution[execution_id]

    def _known(self, version: Version | None) -> Plume:
        empreinte = "" if version is None else version.empreinte
        if empreinte not in self._of_empreinte:
            self._of_empreinte[empreinte] = self._read(version)
        return self._of_empreinte[empreinte]

    def _read(self, version: Version | None) -> Plume:
        if version is None:
            return self._installation.plume()
        try:
            return _read(version)[1]
        except Blocked as error:
            logger.warning(_UNREADABLE, f"de la version {short(version.empreinte)}", error)
            return self._installation.plume()


def short(empreinte: str) -> str:
    """The name of a version, as a person is shown it."""
    return empreinte[:_SHORT]


def has_changed(installation: Installation, consignes: Consignes) -> bool:
    """Whether the files say something else now; also where they cannot be read any more."""
    try:
        return installation.consignes().empreinte != consignes.empreinte
    except Blocked:
        return True


def _in_force(read: Callable[[], T], otherwise: T) -> EnVigueur[T]:
    try:
        return EnVigueur(read())
    except Blocked as error:
        return EnVigueur(otherwise, str(error))


def _passage(installation: Installation, request: Request, keeps: Callable[[Version], bool]) -> Passage:
    with installation.base(RELANCES) as relances:
        standing = Executions(relances).standing(request)
        version = Politiques(relances).of_run(request.run_id)
    if standing != request:
        logger.info("%s garde les paramètres par défaut de son premier essai", request.run_id)
    kept = _kept(request.run_id, version) if version is not None and keeps(version) else None
    if kept is not None:
        return Passage(standing, kept[0], note=True, version=version, plume=kept[1])
    consignes = installation.consignes()
    return Passage(standing, consignes, note=False, version=version, plume=consignes.plume())


def _kept(run_id: str, version: Version) -> tuple[Consignes, Plume] | None:
    """What the record of a run keeps; None where that cannot be read, Blocked where it is still to decide the run."""
    try:
        return _read(version)
    except Blocked as error:
        if not version.definitive:
            raise Blocked(
                f"passage {run_id} : {error.french} ; reprenez-le depuis check_providers, qui prend celle en vigueur",
                f"{error.english}: clear check_providers and what follows, which takes the one in force",
            ) from None
        logger.warning(_UNREADABLE, f"du passage {run_id}", error)
        return None


def _read(version: Version) -> tuple[Consignes, Plume]:
    """What a record keeps of a version; Blocked, naming it, where another program wrote what this one cannot read."""
    try:
        consignes = Consignes.unpacked(version.consignes)
        return consignes, consignes.plume()
    except Blocked as error:
        raise Blocked(
            f"ce programme ne lit pas la politique du registre, version {short(version.empreinte)} ({error.french})",
            f"this program cannot read the policy of the record ({error.english})",
        ) from None


def _say_where_changed(installation: Installation, passage: Passage) -> None:
    if has_changed(installation, passage.consignes):
        logger.info(
            "politique.toml ou un gabarit a changé depuis : ce passage garde la version %s%s — the policy has changed "
            "since: this run keeps its version",
            short(passage.consignes.empreinte),
            "" if passage.version is not None and passage.version.definitive else f" ; {RELIRE}",
        )
