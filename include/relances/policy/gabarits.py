"""The folder of templates, read: one file per canal, gabarit and language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.gabarits import DEFAULT_LANGUE, FOLDER, Gabarits
from relances.rules.models import Canal

DEFAULT_FOLDER: Final = Path(__file__).parent.parent / FOLDER

_LARGEST: Final = 16_384  # bytes: ten times the longest message that a fournisseur takes


def load_gabarits(folder: Path = DEFAULT_FOLDER, langue: str = DEFAULT_LANGUE) -> Gabarits:
    """The templates of a folder; one that cannot be read is refused when it is needed."""
    return Gabarits(read_textes(folder), langue)


def read_textes(folder: Path) -> dict[str, str | Blocked]:
    """The texts of a folder, by ``<canal>/<file>``; in place of what cannot be read, the error that says so."""
    return dict(found for canal in Canal for found in _of_canal(folder, canal))


def _of_canal(folder: Path, canal: Canal) -> Iterator[tuple[str, str | Blocked]]:
    try:
        paths = sorted((folder / canal).iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        yield canal, _unreadable(f"{FOLDER}/{canal}", "un dossier", error)
        return
    for path in paths:
        if path.suffix == ".txt":
            yield f"{canal}/{path.name}", _text_or_refusal(f"{FOLDER}/{canal}/{path.name}", path)


def _text_or_refusal(name: str, path: Path) -> str | Blocked:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            return Blocked(
                f"{name} fait plus de {_LARGEST // 1024} Kio : aucun message n'est si long ; raccourcissez-le",
                "a message template is too large",
            )
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Blocked(
            f"{name}, ligne {line} : un caractère n'est pas en UTF-8 ; enregistrez le fichier en UTF-8",
            f"in a message template, line {line}: not UTF-8",
        )
    except OSError as error:
        return _unreadable(name, "un fichier", error)


def _unreadable(name: str, what: str, error: OSError) -> Blocked:
    return Blocked(
        f"{name} ne peut être lu ; vérifiez que c'est bien {what}, et le droit de le lire",
        f"the message templates cannot be read ({error.strerror}): check that file or folder and your rights",
    )
