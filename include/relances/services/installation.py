"""How an installation is reached: its databases, its fournisseurs, its policy, who hears of its troubles."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from relances.policy.consignes import Consignes, read_consignes
from relances.policy.politique import DEFAULT_FILE, load_policy
from relances.rules.errors import TryAgain
from relances.rules.fenetre import TOUJOURS, Fenetre
from relances.rules.politique import BaseFiscale, Politique
from relances.rules.redaction import Plume
from relances.services.alertes import Alerte
from relances.store.database import explained, query, require_utf8
from relances.store.durabilite import commit_durably
from relances.store.encodage_source import adapt
from relances.store.guest import Guest, ended, known_as, limit_reading
from relances.store.pannes import unreachable
from relances.store.restauration import Marque, Temoin
from relances_providers.messaging import Finding, Gateway
from relances_providers.provider_info import PROVIDERS

ETAXE: Final = "etaxe_db"
RELANCES: Final = "relances_db"

_USUAL_LIMITS: Final = BaseFiscale()


@dataclass(frozen=True, slots=True)
class Adresse:
    """Where a database is: libpq's words for it, its password included.

    ``encodage``: what its bytes are, where it does not say it itself.
    """

    conninfo: str = field(repr=False)
    encodage: str | None = None

    def called(self, tache: str | None) -> str:
        """The address with an application_name that says what the connection is for, unless it has one."""
        if conninfo_to_dict(self.conninfo).get("application_name"):
            return self.conninfo
        return make_conninfo(self.conninfo, application_name=known_as(tache))


@dataclass(frozen=True, slots=True)
class Installation:
    """What a service is given to work with. Nothing is read or opened before it is needed.

    ``adresse``: of a database, by the id of its connection; Blocked where none can be read. ``hook``: of a fournisseur,
    by its name; Blocked where there is no such. ``fichier``: the policy, which has its templates beside it. ``temoin``:
    what this machine last saw of our database. ``data_docs``: where the pages of the checks are written.
    ``demonstration``: only simulators may be written to, at any hour. ``alerter``: tells who watches over the runs.
    ``alertes``: what there is to say of how they are told; nothing where nobody asked for it.
    """

    adresse: Callable[[str], Adresse]
    hook: Callable[[str], Gateway]
    fichier: Path = DEFAULT_FILE
    temoin: Temoin | None = None
    data_docs: Path = Path("data_docs")
    demonstration: bool = False
    alerter: Callable[[Alerte], None] = lambda alerte: None  # noqa: ARG005 - nobody listens
    alertes: Callable[[], Sequence[Finding]] = tuple

    def conninfo(self, conn_id: str) -> str:
        """Libpq's words for a database. Blocked where none can be read."""
        return self.adresse(conn_id).called(None)

    def base(
        self, conn_id: str, tache: str | None = None, limites: BaseFiscale = _USUAL_LIMITS
    ) -> AbstractContextManager[psycopg.Connection]:
        """A connection in autocommit: what must hold together says so with a transaction.

        ``tache``: what the server's administrator sees it is for. ``limites``: of what it takes in the tax system's
        database. Whatever ends the block ends what the connection has under way. Blocked where only a person can mend
        what the database says, TryAgain where it is out of reach.
        """
        return _opened(self.adresse(conn_id), conn_id, tache, limites)

    @contextmanager
    def notre_base(self, tache: str | None = None) -> Iterator[psycopg.Connection]:
        """Our own database, for who sends; Blocked where it may be older than what was sent."""
        with self.base(RELANCES, tache) as relances:
            Marque(relances).require(self.temoin)
            yield relances

    def connectes(self) -> dict[str, Gateway]:
        """The hook of every fournisseur whose connection exists."""
        hooks = {provider.name: self.hook(provider.name) for provider in PROVIDERS}
        return {fournisseur: hook for fournisseur, hook in hooks.items() if hook.is_connected}

    def consignes(self) -> Consignes:
        """The policy and the texts in force, as they are written."""
        return read_consignes(self.fichier)

    def politique(self) -> Politique:
        """The policy in force."""
        return load_policy(self.fichier)

    def plume(self) -> Plume:
        """The policy and the texts in force."""
        return self.consignes().plume()

    def fenetre(self, politique: Politique) -> Fenetre:
        """When messages may leave: the policy's days and hours; in the demonstration, always."""
        return TOUJOURS if self.demonstration else politique.fenetre


@contextmanager
def _opened(adresse: Adresse, conn_id: str, tache: str | None, limites: BaseFiscale) -> Iterator[psycopg.Connection]:
    with (
        _connect(adresse, conn_id, tache) as connection,
        explained(conn_id, connection),
        ended(connection),
    ):
        connection.execute(query("without_compilation"))
        if conn_id == RELANCES:
            require_utf8(connection, conn_id)
            commit_durably(connection)
        else:
            limit_reading(connection, limites)
            adapt(connection, conn_id, adresse.encodage)
        yield connection


def _connect(adresse: Adresse, conn_id: str, tache: str | None) -> psycopg.Connection:
    kind = psycopg.Connection if conn_id == RELANCES else Guest
    try:
        return kind.connect(adresse.called(tache), autocommit=True)
    except psycopg.OperationalError as error:
        why = unreachable(error)
        raise TryAgain(
            f"base {conn_id} {why.french} (connexion {conn_id} dans Admin → Connections)", why.english
        ) from None
