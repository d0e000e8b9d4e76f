"""The words of a relance: templates, one text per canal, gabarit and language."""

import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.gabarit import Ecriture, compile_gabarit
from relances.rules.models import Canal
from relances.rules.values import Values
from relances.rules.vide import is_absent

FOLDER: Final = "gabarits"
"""The name of the folder of templates, wherever it is."""
DEFAULT_LANGUE: Final = "fr"

_FILE: Final = re.compile(r"(?P<gabarit>.+)\.(?P<langue>[a-z]{2})\.txt")
_SPELLED: Final = {"an": "en"}  # « anglais »


class Gabarits:
    """The templates of one folder, each compiled once, when it is first needed.

    ``textes``: by ``<canal>/<gabarit>.<langue>.txt``; in place of a text that cannot be read, the error that says so,
    and in place of all those of a canal, by its name. ``langue``: of who has none, or one without templates.
    """

    def __init__(self, textes: Mapping[str, str | Blocked], langue: str = DEFAULT_LANGUE) -> None:
        self._textes = textes
        self._langue = langue
        self._langues = cache(self._find_langues)
        self._ecriture = cache(self._compile)
        self.langue_of = lru_cache(maxsize=4096)(self._langue_of)

    def check(self, canal: Canal, gabarit: str, langues: Collection[str] = ()) -> None:
        """Check a template in every language that it has, or must have; Blocked names the line and what is wrong.

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

    def _compile(self, canal: Canal, gabarit: str, langue: str) -> Ecriture:
        path = f"{canal}/{gabarit}.{langue}.txt"
        name = f"{FOLDER}/{path}"
        texte = self._textes.get(path)
        if texte is None:
            present = ", ".join(f"{name}.{langue}" for name, langue in self._files(canal)) or "aucun"
            table = "[texte]" if langue == self._langue else "[[modele_whatsapp]]"
            raise Blocked(
                f"le gabarit {name} manque ; créez-le, ou corrigez dans politique.toml [[niveau]] gabarit ou {table} "
                f"langue (présents : {present})",
                "a message template is missing; create it, or mend the policy",
            )
        if isinstance(texte, Blocked):
            raise texte
        return compile_gabarit(name, texte)

    def _files(self, canal: Canal) -> list[tuple[str, str]]:
        """The gabarit and the language of each text there is; Blocked where the folder cannot be read."""
        unreadable = self._textes.get(canal)
        if isinstance(unreadable, Blocked):
            raise unreadable
        names = sorted(path.removeprefix(f"{canal}/") for path in self._textes if path.startswith(f"{canal}/"))
        return [(found["gabarit"], found["langue"]) for name in names if (found := _FILE.fullmatch(name))]
