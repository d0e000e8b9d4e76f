"""The words of a relance: sandboxed Jinja2 templates, one file per canal, niveau and language."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Final, TypeAlias

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound, TemplateSyntaxError, nodes
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


Ecriture: TypeAlias = Callable[[Values], str]
_NAMES: Final = frozenset(field.name for field in fields(Values))
_UNNAMED: Final = {"fr": "cher contribuable", "en": "dear taxpayer"}


def values(
    nom: str | None, montant: Decimal, devise: str, libelles: list[str], echeance: date, *, langue: str
) -> Values:
    """Format what is owed the way a tax office writes it: ``15 000 FCFA``, ``18/12/2025``."""
    return Values(
        nom=" ".join((nom or "").split()) or _UNNAMED.get(langue, _UNNAMED["fr"]),
        montant=f"{montant:,.0f}".replace(",", " ") + f" {_CURRENCIES.get(devise, devise)}",
        objet=(" ".join(libelles[0].split()) or "taxe") if len(libelles) == 1 else f"{len(libelles)} taxes",
        echeance=f"{echeance:%d/%m/%Y}",
    )


class Gabarits:
    """The templates of one folder, ``<canal>/<gabarit>.<langue>.txt``; each is read once.

    ``langue``: of who has none, or one without templates.
    """

    def __init__(self, folder: Path = DEFAULT_FOLDER, langue: str = DEFAULT_LANGUE) -> None:
        self._folder = folder
        self._langue = langue
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False
        )
        self._ecriture = cache(self._load)
        self.langue_of = cache(self._langue_of)

    def _langue_of(self, canal: Canal, gabarit: str, langue: str | None) -> str:
        """The language a template is rendered in, for who speaks that one."""
        if langue and langue.isalpha() and (self._folder / _file(canal, gabarit, langue)).is_file():
            return langue
        return self._langue

    def render(self, canal: Canal, gabarit: str, langue: str, said: Values) -> str:
        """The text of one relance; Blocked names the template and what is wrong with it."""
        return self._ecriture(canal, gabarit, langue)(said)

    def _load(self, canal: Canal, gabarit: str, langue: str) -> Ecriture:
        name = _file(canal, gabarit, langue)
        try:
            template = self._environment.get_template(name)
            body = self._environment.parse(self._source(name)).body
        except TemplateNotFound as error:
            raise Blocked(
                f"le gabarit {name} manque dans {self._folder.name}/ ; créez-le, ou corrigez politique.toml",
                "a message template is missing",
            ) from error
        except TemplateSyntaxError as error:
            raise _wrong(error.name or name, error.lineno, error) from error
        except UnicodeDecodeError as error:
            raise Blocked(f"gabarit {name} : enregistrez-le en UTF-8", "a message template is not UTF-8") from error
        template.globals = {}  # Jinja's helpers (range, lipsum …) would be copied for each of a million texts
        return _plain(body) or partial(_render, template)

    def _source(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="utf-8")


def _file(canal: Canal, gabarit: str, langue: str) -> str:
    return f"{canal}/{gabarit}.{langue}.txt"


def _plain(body: list[nodes.Node]) -> Ecriture | None:
    """The same for a template that only names values: ten times as fast as Jinja. None for any other."""
    parts: list[str] = []
    for output in body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            match node:
                case nodes.TemplateData(data=str(data)):
                    parts.append(data.replace("{", "{{").replace("}", "}}"))
                case nodes.Name(name=str(name)) if name in _NAMES:
                    parts.append(f"{{0.{name}}}")
                case _:
                    return None
    pattern = "".join(parts).strip()
    return pattern.format if pattern else None


def _render(template: Template, said: Values) -> str:
    try:
        text = template.render(nom=said.nom, montant=said.montant, objet=said.objet, echeance=said.echeance).strip()
    except Exception as error:  # whatever the expressions of whoever wrote the template raise
        raise _wrong(str(template.name), _line(template, error), error) from error
    if not text:
        raise Blocked(f"gabarit {template.name} : son texte est vide", "a message template gives an empty text")
    return text


def _wrong(name: str, line: int | None, error: Exception) -> Blocked:
    return Blocked(f"gabarit {name}, ligne {line} : {error}", "a message template is wrong")


def _line(template: Template, error: Exception) -> int | None:
    """The template's last line in the traceback, where Jinja writes it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == template.filename]
    return lines[-1] if lines else None
