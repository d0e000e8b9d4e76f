"""What there is to say of the lines of an imported file: the first on the screen, most in a file beside it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from relances.rendering.contacts import doublon
from relances.rendering.csv_sur import Valeur
from relances.rendering.markdown import nombre
from relances.rendering.tableau_csv import PERSONAL_DATA, Write, open_csv
from relances.rules.contacts import Doublon
from relances.rules.line_log import MOST, SHOWN, Dite, LineLog

HEADER: Final = ("ligne", "colonne", "raison", "valeur")
_LONGEST: Final = 200  # characters of a cell


@dataclass(slots=True, kw_only=True)
class LogFile(LineLog):
    """A log that is also a file at ``path``. Made by :func:`line_log`."""

    path: Path
    _stack: ExitStack = field(default_factory=ExitStack)
    _write: Write | None = None

    def keep(self, dites: Sequence[Dite]) -> None:
        """Write them in the file, which is there from the first."""
        self._write = self._write or self._stack.enter_context(open_csv(self.path, HEADER))
        self._write(map(_cells, dites))


@contextmanager
def line_log(fichier: Path, quoi: str) -> Iterator[LogFile]:
    """The log of an import: ``<fichier>.<quoi>.csv``, which is there only where there is something to say."""
    path = fichier.with_name(f"{fichier.stem}.{quoi}.csv")
    with suppress(OSError):
        path.unlink()  # that of an earlier import
    with ExitStack() as stack:
        yield LogFile(path=path, _stack=stack)


def told(counts: str, erreurs: LogFile, remarques: LogFile | None = None, *, fait: bool) -> str:
    """``counts``: what became of the lines. ``fait``: no error prevented it. Cells are in the logs' own files alone."""
    lines = _told(erreurs, "1 erreur,", "erreurs, toutes")
    if remarques is not None and fait:
        lines += _told(remarques, "1 remarque,", "remarques, toutes")
    if erreurs.is_full and not fait:
        lines.append(
            f"La lecture s'est arrêtée à {nombre(MOST)} lignes refusées : corrigez ce qu'elles ont en commun, puis "
            "relancez — reading stopped there: mend what they have in common, then run it again"
        )
    if not fait:
        lines.append(
            "Rien n'est importé : corrigez le fichier, ou ajoutez --ignorer-erreurs pour importer le reste "
            "— nothing was imported: mend the file, or ignore its errors"
        )
    return "\n".join([*lines, counts])


def _told(log: LogFile, one: str, many: str) -> list[str]:
    lines = [
        f"ligne {each.ligne}{f', {each.colonne}' if each.colonne else ''} : {_reason(each)}" for each in log.premieres
    ]
    if log.nombre > SHOWN:
        lines.append("… et 1 autre." if log.nombre == SHOWN + 1 else f"… et {log.nombre - SHOWN} autres.")
    if log.nombre:
        told = one if log.nombre == 1 else f"{log.nombre} {many}"
        first = f", pour les {nombre(MOST)} premières lignes," if log.is_full else ""
        lines.append(f"{told}{first} dans {log.path} ({PERSONAL_DATA}).")
    return lines


def _cells(dite: Dite) -> tuple[Valeur, ...]:
    valeur = "" if isinstance(dite, Doublon) else dite.valeur
    return dite.ligne, _cut(dite.colonne), _reason(dite), _cut(valeur)


def _reason(dite: Dite) -> str:
    return doublon(dite) if isinstance(dite, Doublon) else dite.raison


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…"
