"""What the operator decides, from the environment and ``.env``, and the world that follows from it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from relances.cli.saisie import text_of
from relances.local.env_file import EnvFile, read_env_file
from relances.local.errors import LocalError
from relances.local.provider_variables import ALERTES, PROVIDER_VARIABLES
from relances.local.state import StateFolder

REPOSITORY = Path(__file__).resolve().parents[3]
DOTENV = REPOSITORY / ".env"
BROKER_VARIABLE = "RELANCES_BROKER_URL"
OWN_VARIABLES = (
    "RELANCES_ETAT",
    "RELANCES_PORT",
    "RELANCES_CONTRIBUABLES",
    "RELANCES_POLITIQUE",
    "EXECUTOR",
    "WORKERS",
    BROKER_VARIABLE,
)
DATABASE_VARIABLES = ("ETAXE_URL", "RELANCES_URL")
_WORLD_VARIABLES = frozenset(DATABASE_VARIABLES) | PROVIDER_VARIABLES
REAL_VARIABLES = _WORLD_VARIABLES | ALERTES.variables.keys()


class World(StrEnum):
    """Two worlds that share nothing: simulators and invented taxpayers, or one's own databases and providers."""

    DEMO = "demo"
    LOCAL = "local"

    @property
    def heading(self) -> str:
        """What the pages of its Airflow are headed with."""
        return "Relances (démonstration)" if self is World.DEMO else "Relances"


class Executor(StrEnum):
    """Who runs the tasks: children of the scheduler, or Celery workers behind a broker."""

    LOCAL = "local"
    CELERY = "celery"


@dataclass(frozen=True, slots=True)
class Settings:
    """One start. ``politique``: another policy than the product's own. ``workers``, ``broker``: for Celery.

    ``real`` is empty in the demo world, and only there; it and the URL of ``broker`` hold passwords.
    """

    root: Path
    port: int | None
    contribuables: int
    politique: Path | None
    executor: Executor
    workers: int
    broker: str | None = field(repr=False)
    real: Mapping[str, str] = field(repr=False)
    dags: Path = REPOSITORY / "dags"
    plugins: Path = REPOSITORY / "plugins"

    @property
    def world(self) -> World:
        return World.LOCAL if self.real else World.DEMO

    @property
    def state(self) -> StateFolder:
        return StateFolder(self.root / self.world)


def read_settings(given: Mapping[str, str]) -> Settings:
    """The settings of ``relances up``: any variable of a real database or provider makes the world real.

    Raises LocalError, naming the variable, where a value cannot be understood.
    """
    real = {name: value for name, value in given.items() if name in REAL_VARIABLES}
    executor, workers = _executor(given), _whole(given, "WORKERS", 1, 16)
    if workers and executor is not Executor.CELERY:
        raise LocalError("WORKERS ne sert qu'avec EXECUTOR=celery ; ajoutez-le, ou retirez WORKERS.")
    return Settings(
        root=REPOSITORY / given.get("RELANCES_ETAT", ".relances"),
        port=_whole(given, "RELANCES_PORT", 0, 65_535) or None,
        contribuables=_whole(given, "RELANCES_CONTRIBUABLES", 1, 1_000_000) or 2_000,
        politique=_file(given, "RELANCES_POLITIQUE"),
        executor=executor,
        workers=workers or 1,
        broker=given.get(BROKER_VARIABLE),
        real=real if real.keys() & _WORLD_VARIABLES else {},
    )


def demo_settings(given: Mapping[str, str]) -> Settings:
    """The settings of ``relances demo``, which sees nothing that could lead to a real database or provider."""
    return read_settings({name: value for name, value in given.items() if name in OWN_VARIABLES})


def current_settings() -> Settings:
    """The settings of this environment and of ``.env``, whose oddities are told on the standard error."""
    return read_settings(given_now())


def given_now() -> dict[str, str]:
    """What the environment and ``.env`` say now; what is odd in the file is told on the standard error."""
    dotenv = read_dotenv()
    for remark in dotenv.remarks:
        print(f".env, {remark}", file=sys.stderr)
    return given_variables(dotenv)


def read_dotenv(dotenv: Path = DOTENV) -> EnvFile:
    """What ``.env`` says; nothing where there is none."""
    return read_env_file(dotenv) if dotenv.exists() else EnvFile({}, [])


def given_variables(dotenv: EnvFile) -> dict[str, str]:
    """What ``.env`` says, overruled by the environment. An empty value says nothing; ``$`` is a dollar sign.

    Raises LocalError, naming the variable, where one of ours is no text.
    """
    everything = {**dotenv.values, **os.environ}
    given = {name: value.strip() for name, value in everything.items() if value.strip()}
    return given | {name: _text(name, given[name]) for name in given.keys() & (REAL_VARIABLES | set(OWN_VARIABLES))}


def _text(name: str, value: str) -> str:
    try:
        return text_of(value)
    except UnicodeError:
        raise LocalError(f"{name} n'est pas du texte en UTF-8 ; récrivez-la ainsi. — Not text in UTF-8.") from None


def _executor(given: Mapping[str, str]) -> Executor:
    wanted = given.get("EXECUTOR", Executor.LOCAL)
    if wanted not in set(Executor):
        raise LocalError(f"EXECUTOR vaut « {wanted} » ; écrivez {' ou '.join(Executor)}.")
    return Executor(wanted)


def _file(given: Mapping[str, str], name: str) -> Path | None:
    if name not in given:
        return None
    path = REPOSITORY / given[name]
    if not path.is_file():
        raise LocalError(f"{name} vaut « {given[name]} », qui n'est pas un fichier ; corrigez son chemin.")
    return path


def _whole(given: Mapping[str, str], name: str, lowest: int, highest: int) -> int | None:
    if name not in given:
        return None
    if not given[name].isdecimal() or not lowest <= int(given[name]) <= highest:
        raise LocalError(f"{name} vaut « {given[name]} » ; écrivez un nombre entier de {lowest} à {highest}.")
    return int(given[name])
