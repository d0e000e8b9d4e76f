"""The words of a relance: sandboxed Jinja2 templates, one file per canal, niveau and language."""

import traceback
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from relances.rules.errors import Blocked
from relances.rules.models import Canal

DEFAULT_FOLDER: Final = Path(__file__).parent.parent / "gabarits"
DEFAULT_LANGUE: Final = "fr"
_CURRENCIES: Final = {"XAF": "FCFA"}


@dataclass(frozen=True, slots=True)
class Values:
    """What a template may say. ``objet``: the tax, or how many there are."""

    nom: str
    montant: str
    objet: str
    echeance: str


def values(nom: str | None, montant: Decimal, devise: str, libelles: list[str], echeance: date) -> Values:
    """Format what is owed the way a tax office writes it: ``15 000 FCFA``, ``18/12/2025``."""
    return Values(
        nom=" ".join((nom or "").split()) or "cher contribuable",
        montant=f"{montant:,.0f}".replace(",", " ") + f" {_CURRENCIES.get(devise, devise)}",
        objet=(" ".join(libelles[0].split()) or "taxe") if len(libelles) == 1 else f"{len(libelles)} taxes",
        echeance=f"{echeance:%d/%m/%Y}",
    )


class Gabarits:
    """The templates of one folder; each is read once."""

    def __init__(self, folder: Path = DEFAULT_FOLDER) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False
        )
        self._template = cache(self._load)

    def render(self, canal: Canal, niveau: int, langue: str | None, said: Values) -> str:
        """The text of one relance; Blocked names the template and what is wrong with it."""
        template = self._template(canal, niveau, langue or DEFAULT_LANGUE)
        try:
            text = template.render(nom=said.nom, montant=said.montant, objet=said.objet, echeance=said.echeance).strip()
        except Exception as error:  # whatever the expressions of whoever wrote the template raise
            raise _wrong(str(template.name), _line(template, error), error) from error
        if not text:
            raise Blocked(f"gabarit {template.name} : son texte est vide", "a message template gives an empty text")
        return text

    def _load(self, canal: Canal, niveau: int, langue: str) -> Template:
        wanted, fallback = (f"{canal}/niveau{niveau}.{lang}.txt" for lang in (langue, DEFAULT_LANGUE))
        try:
            template = self._environment.select_template([wanted, fallback])
        except TemplateNotFound as error:
            raise Blocked(
                f"le gabarit {fallback} manque dans {DEFAULT_FOLDER.name}/ ; créez-le ou retirez le niveau de "
                "politique.toml",
                "a message template is missing",
            ) from error
        except TemplateSyntaxError as error:
            raise _wrong(error.name or wanted, error.lineno, error) from error
        except UnicodeDecodeError as error:
            names = " ou ".join(sorted({wanted, fallback}))
            raise Blocked(f"gabarit {names} : enregistrez-le en UTF-8", "a message template is not UTF-8") from error
        template.globals = {}  # Jinja's helpers (range, lipsum …) would be copied for each of a million texts
        return template


def _wrong(name: str, line: int | None, error: Exception) -> Blocked:
    return Blocked(f"gabarit {name}, ligne {line} : {error}", "a message template is wrong")


def _line(template: Template, error: Exception) -> int | None:
    """The template's last line in the traceback, where Jinja writes it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == template.filename]
    return lines[-1] if lines else None
