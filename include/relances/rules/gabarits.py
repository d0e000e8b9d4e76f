"""The words of a relance: a folder of templates, one file per canal, gabarit and language."""

import re
from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.gabarit import Ecriture, compile_gabarit
from relances.rules.models import Canal
from relances.rules.values import Values
from relances.rules.vide import is_absent

DEFAULT_FOLDER: Final = Path(__file__).parent.parent / "gabarits"
DEFAULT_LANGUE: Final = "fr"

_FILE: Final = re.compile(r"(?P<gabarit>.+)\.(?P<langue>[a-z]{2})\.txt")
_LARGEST: Final = 16_384  # bytes: ten times the longest message that a fournisseur takes
_SPELLED: Final = {"an": "en"}  # « anglais »


class Gabarits:
    """The templates of one folder, ``<canal>/<gabarit>.<langue>.txt``; each is read once.

    ``langue``: of who has none, or one without templates.
    """

    def __init__(self, folder: Path = DEFAULT_FOLDER, langue: str = DEFAULT_LANGUE) -> None:
        self._folder = folder
        self._langue = langue
        self._langues = cache(self._find_langues)
        self._ecriture = cache(self._load)
        self.langue_of = lru_cache(maxsize=4096)(self._langue_of)

    def check(self, canal: Canal, gabarit: str, langues: Collection[str] = ()) -> None:
        """Read a template in every language that it has, and must have; Blocked names what is wrong in which line.

        ``langues``: those it must have beside the default one.
        """
        for langue in sorted({self._langue, *langues, *self._langues(canal, gabarit)}):
            self._ecriture(canal, gabarit, langue)

    def render(self, canal: Canal, gabarit: str, langue: str, said: Values) -> str:
        """The text of one relance; Blocked as ``check``."""
        return self._ecriture(canal, gabarit, langue)(said)

    def _langue_of(self, canal: Canal, gabarit: str, langue: str | None) -> str:
        """The language a template is rendered in, for who speaks that one: ``en``, ``EN``, ``en-GB``, ``English``."""
        code = "" if langue is None or is_absent(langue) else langue.strip()[:2].lower()
        code = _SPELLED.get(code, code)
        return code if code in self._langues(canal, gabarit) else self._langue

    def _find_langues(self, canal: Canal, gabarit: str) -> frozenset[str]:
        return frozenset(langue for name, langue in self._files(canal) if name == gabarit)

    def _load(self, canal: Canal, gabarit: str, langue: str) -> Ecriture:
        path = self._folder / canal / f"{gabarit}.{langue}.txt"
        name = f"{self._folder.name}/{canal}/{path.name}"
        try:
            source = _read(name, path)
        except FileNotFoundError as error:
            present = ", ".join(f"{name}.{langue}" for name, langue in self._files(canal)) or "aucun"
            table = "[texte]" if langue == self._langue else "[[modele_whatsapp]]"
            raise Blocked(
                f"le gabarit {name} manque ; créez-le, ou corrigez dans politique.toml [[niveau]] gabarit ou {table} "
                f"langue (présents : {present})",
                "a message template is missing; create it, or mend the policy",
            ) from error
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise Blocked(
                f"{name}, ligne {line} : un caractère n'est pas en UTF-8 ; enregistrez le fichier en UTF-8",
                f"in a message template, line {line}: not UTF-8",
            ) from error
        except OSError as error:
            raise _unreadable(name, "un fichier", error) from error
        return compile_gabarit(name, source)

    def _files(self, canal: Canal) -> list[tuple[str, str]]:
        """The gabarit and the language of each file there is; Blocked where the folder cannot be read."""
        folder = self._folder / canal
        try:
            names = sorted(path.name for path in folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreadable(f"{self._folder.name}/{canal}", "un dossier", error) from error
        return [(found["gabarit"], found["langue"]) for name in names if (found := _FILE.fullmatch(name))]


def _read(name: str, path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise Blocked(
            f"{name} fait plus de {_LARGEST // 1024} Kio : aucun message n'est si long ; raccourcissez-le",
            "a message template is too large",
        )
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _unreadable(name: str, what: str, error: OSError) -> Blocked:
    return Blocked(
        f"{name} ne peut être lu ; vérifiez que c'est bien {what}, et le droit de le lire",
        f"the message templates cannot be read ({error.strerror}): check that file or folder and your rights",
    )
