"""The words of a relance: templates, one text per canal, gabarit and language."""

import re
import traceback
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import Final, TypeAlias

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.values import Values, clean, is_absent, values

Ecriture: TypeAlias = Callable[[Values], str]

_FILTERS: Final = {
    "upper": str.upper,
    "lower": str.lower,
    "capitalize": str.capitalize,
    "trim": str.strip,
    "length": len,
}

# Texts, values and conditions: nothing that reaches beyond the values, repeats, or computes without end.
_ALLOWED: Final = (
    *(nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter),
    *(nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.List, nodes.Tuple),
)


def _only_text(value: object) -> object:
    """Let Jinja write a text, or nothing where a condition has no ``else``; TypeError for anything else."""
    if not isinstance(value, str | Undefined):
        raise TypeError
    return value


_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, finalize=_only_text)
_ENVIRONMENT.filters = dict(_FILTERS)


def compile_gabarit(name: str, source: str) -> Ecriture:
    """A function that writes the text of a relance from its values. ``name``: of the file, for messages.

    Blocked names the line, for what is wrong in any branch and for what an ordinary debt shows.
    """
    try:
        ecriture = _compile(name, source)
    except TemplateSyntaxError as error:
        english = f"wrong syntax ({error.message})"
        raise _wrong(
            name, error.lineno, "syntaxe fausse ; fermez chaque {{ par }} et chaque {% par %}", english
        ) from error
    except (RecursionError, MemoryError, SyntaxError):  # what Jinja, then Python, say of what they cannot nest
        raise _wrong(name, 1, "des conditions ou des parenthèses trop imbriquées", "nested too deep") from None
    if not ecriture(values(None, Decimal(15_000), "XAF", [""], date(2025, 12, 18), langue="")):
        raise _wrong(name, 1, "le texte est vide ; écrivez-le", "an empty text")
    return ecriture


def _compile(name: str, source: str) -> Ecriture:
    tree = _ENVIRONMENT.parse(source, name, name)
    for node in tree.iter_child_nodes():
        _check(name, node)
    code = _ENVIRONMENT.compile(tree, name, name)
    return _plain(tree.body) or partial(_render, Template.from_code(_ENVIRONMENT, code, {}))


def _check(name: str, node: nodes.Node) -> None:
    match node:
        case nodes.Name(name=str(variable)) if variable not in Values._fields:
            known = ", ".join(Values._fields)
            french = f"variable inconnue « {variable} » ; écrivez l'une de : {known}"
            raise _wrong(name, node.lineno, french, f"unknown variable; known: {known}")
        case nodes.Filter(name=str(unknown)) if unknown not in _FILTERS:
            known = ", ".join(_FILTERS)
            french = f"filtre inconnu « {unknown} » ; écrivez l'un de : {known}"
            raise _wrong(name, node.lineno, french, f"unknown filter; known: {known}")
        case nodes.Const(value=value) if type(value) not in (str, int):
            french = (
                f"« {value} » n'est pas un texte ; écrivez un texte entre guillemets, ou une valeur comme {{{{ nom }}}}"
            )
            raise _wrong(name, node.lineno, french, "neither a text nor a whole number")
        case node if not isinstance(node, _ALLOWED):
            french = "un gabarit n'a que des textes, des valeurs comme {{ nom }} et des conditions ; ôtez le reste"
            raise _wrong(name, node.lineno, french, "a template has but texts, values and conditions")
    for child in node.iter_child_nodes():
        _check(name, child)


def _plain(body: list[nodes.Node]) -> Ecriture | None:
    """A writer for a template that only names values, ten times as fast as Jinja; None for any other template."""
    parts: list[str] = []
    for output in body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            match node:
                case nodes.TemplateData(data=str(data)):
                    parts.append(data.replace("{", "{{").replace("}", "}}"))
                case nodes.Name(name=str(name)) if name in Values._fields:
                    parts.append(f"{{{Values._fields.index(name)}}}")
                case _:
                    return None
    write = _clean_lines("".join(parts)).format
    return lambda said: write(*said)


def _render(template: Template, said: Values) -> str:
    """The text that the template writes; Blocked where its expressions fail on these values, or write nothing."""
    try:
        text = template.render(said._asdict())
    except Exception as error:  # whatever the expressions of whoever wrote the template raise
        kind = type(error).__name__  # its message may quote a name
        french = "une expression ne donne aucun texte ; n'écrivez que des textes et des valeurs, comme {{ nom }}"
        english = f"an expression that gives no text ({kind})"
        raise _wrong(str(template.name), _line(template, error), french, english) from None
    text = _clean_lines(text)
    if not text:
        raise _wrong(str(template.name), 1, "le texte est vide ; écrivez-le", "an empty text")
    return text


def _clean_lines(text: str) -> str:
    return "\n".join(map(clean, text.split("\n"))).strip()


def _wrong(name: str, line: int, french: str, english: str) -> Blocked:
    return Blocked(f"{name}, ligne {line} : {french}", f"in a message template, line {line}: {english}")


def _line(template: Template, error: Exception) -> int:
    """The template's last line in the traceback, where Jinja writes it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == template.filename]
    return (lines and lines[-1]) or 1


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

    def speaks(self, canal: Canal) -> bool:
        """Whether there is any text for this canal, were it one that cannot be read."""
        return any(path.partition("/")[0] == canal for path in self._textes)

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
