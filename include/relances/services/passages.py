"""A run as its tasks see it: the request that its run id stands for, the policy and the texts it is decided with.

The first task that passes writes the policy and the texts in force down in the record of the run, and every later task
and lot reads them there: an edit of the files changes the next run, not half of this one. Until the run has created its
relances, to run ``check_providers`` again takes what is in force then: so is mended a policy that stops the run.

What is about no decision of the run stays in force: how long the tax base may be read (``base_fiscale``), and what a
pass over the relances of every run goes by, its send window and pace included.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import psycopg

from relances.policy.consignes import Consignes
from relances.rules.errors import Blocked
from relances.rules.passages import INCONNUE, RELIRE, Demande
from relances.rules.politique import BaseFiscale, Politique
from relances.rules.redaction import Plume
from relances.rules.request import Request
from relances.services.installation import RELANCES, Installation
from relances.store.executions import Executions
from relances.store.politiques import Politiques, Version
from relances.store.sources import CONTACTS, Source

logger = logging.getLogger(__name__)

_SHORT: int = 8  # characters of a hash that a person is shown


@dataclass(frozen=True, slots=True)
class Passage:
    """``request``: the first that was made under the run id. ``note``: its policy is in its record, which is read."""

    request: Request
    consignes: Consignes
    note: bool
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
    if not passage.note:
        logger.info("%s n'a pas de politique dans son registre : celle en vigueur le décide", request.run_id)
    return passage


def record(installation: Installation, passage: Passage, demande: Demande = INCONNUE) -> Passage:
    """Write down what the run is asked for, by whom, and the policy and the texts it is decided with."""
    if passage.note:
        return passage
    consignes = passage.consignes
    with installation.base(RELANCES) as relances, relances.transaction():
        Politiques(relances).keep(consignes.empreinte, consignes.packed())
        Executions(relances).record(
            passage.request, passage.source.name, politique=consignes.empreinte, demande=demande
        )
    logger.info("politique et textes de ce passage : version %s", short(consignes.empreinte))
    for setting in passage.politique.sans_effet:
        logger.warning("%s", setting)
    return replace(passage, note=True)


def recorded(relances: psycopg.Connection, run_id: str) -> Consignes | None:
    """The policy and the texts of the record of a run; None for one that an older version made."""
    version = Politiques(relances).of_run(run_id)
    return None if version is None else Consignes.unpacked(version.consignes)


def in_force(installation: Installation, otherwise: Plume) -> Plume:
    """The policy and the texts in force; where the policy cannot be read any more, others that could."""
    try:
        return installation.plume()
    except Blocked as error:
        logger.warning("la politique du passage tient lieu de celle en vigueur : %s", error)
        return otherwise


def limites(installation: Installation, passage: Passage) -> BaseFiscale:
    """What may be taken of the tax system's database now: whoever raises or lowers that means this run too."""
    return in_force(installation, passage.plume).politique.base_fiscale


class Plumes:
    """The policy and the texts of each run of which relances are written again; those of a run are read once.

    Of a run that an older version made: those in force.
    """

    def __init__(self, installation: Installation, relances: psycopg.Connection) -> None:
        self._installation = installation
        self._politiques = Politiques(relances)
        self._of_execution = dict[int, Plume]()
        self._of_empreinte = dict[str, Plume]()

    def of(self, execution_id: int) -> Plume:
        """By the run that created the relance."""
        if execution_id not in self._of_execution:
            self._of_execution[execution_id] = self._read(self._politiques.of_execution(execution_id))
        return self._of_execution[execution_id]

    def _read(self, version: Version | None) -> Plume:
        empreinte = "" if version is None else version.empreinte
        if empreinte not in self._of_empreinte:
            consignes = self._installation.consignes() if version is None else Consignes.unpacked(version.consignes)
            self._of_empreinte[empreinte] = consignes.plume()
        return self._of_empreinte[empreinte]


def short(empreinte: str) -> str:
    """The name of a version, as a person is shown it."""
    return empreinte[:_SHORT]


def has_changed(installation: Installation, consignes: Consignes) -> bool:
    """Whether the files say something else now; also where they cannot be read any more."""
    try:
        return installation.consignes().empreinte != consignes.empreinte
    except Blocked:
        return True


def _passage(installation: Installation, request: Request, keeps: Callable[[Version], bool]) -> Passage:
    with installation.base(RELANCES) as relances:
        standing = Executions(relances).standing(request)
        version = Politiques(relances).of_run(request.run_id)
    if standing != request:
        logger.info("%s garde les paramètres par défaut de son premier essai", request.run_id)
    if version is None or not keeps(version):
        consignes = installation.consignes()
        return Passage(standing, consignes, note=False, plume=consignes.plume())
    consignes = Consignes.unpacked(version.consignes)
    _say_where_changed(installation, consignes, version)
    return Passage(standing, consignes, note=True, plume=consignes.plume())


def _say_where_changed(installation: Installation, consignes: Consignes, version: Version) -> None:
    if has_changed(installation, consignes):
        logger.info(
            "politique.toml ou un gabarit a changé depuis : ce passage garde la version %s%s — the policy has changed "
            "since: this run keeps its version",
            short(version.empreinte),
            "" if version.definitive else f" ; {RELIRE}",
        )
