"""One message template: checked line by line, then made into the quickest function that writes it."""

import traceback
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from relances.rules.errors import Blocked
from relances.rules.values import Values, clean, values

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
