"""The words of a relance: sandboxed Jinja2 templates, one file per canal, niveau and language."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateNotFound
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
        objet=libelles[0] if len(libelles) == 1 else f"{len(libelles)} taxes",
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
            return template.render(nom=said.nom, montant=said.montant, objet=said.objet, echeance=said.echeance).strip()
        except TemplateError as error:
            raise _wrong(str(template.name), error) from error

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
        except TemplateError as error:
            raise _wrong(wanted, error) from error
        template.globals = {}  # Jinja's helpers (range, lipsum …) would be copied for each of a million texts
        return template


def _wrong(name: str, error: TemplateError) -> Blocked:
    line = getattr(error, "lineno", None)
    where = f"{name}, ligne {line}" if line else name
    return Blocked(f"gabarit {where} : {error.message}", "a message template is wrong")
