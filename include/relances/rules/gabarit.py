"""One message template: checked line by line, then made into the quickest function that writes it."""

import traceback
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from relances.rules.errors import Blocked
from relances.rules.values import Values, clean, values

Ecriture: TypeAlias = Callable[[Values], str]

_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_ENVIRONMENT.globals.clear()  # a template has its values, and none of Jinja's helpers

# What reaches beyond the values.
_FORBIDDEN: Final = (nodes.Getattr, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


def compile_gabarit(name: str, source: str) -> Ecriture:
    """What writes the text of each relance. ``name``: of its file, to be shown.

    Blocked names the line, for what is wrong in any branch and for what an ordinary debt shows.
    """
    try:
        tree = _ENVIRONMENT.parse(source, name, name)
        unknown = meta.find_undeclared_variables(tree) - set(Values._fields)
        code = _ENVIRONMENT.compile(tree, name, name)
    except TemplateSyntaxError as error:
        raise _wrong(name, error.lineno, f"syntaxe fausse ({error.message}) ; corrigez-la", "wrong syntax") from error
    _check(name, tree, unknown)
    ecriture = _plain(tree.body) or partial(_render, Template.from_code(_ENVIRONMENT, code, {}))
    if not ecriture(values(None, Decimal(15_000), "XAF", [""], date(2025, 12, 18), langue="")):
        raise _wrong(name, 1, "le texte est vide ; écrivez-le", "an empty text")
    return ecriture


def _check(name: str, tree: nodes.Template, unknown: set[str]) -> None:
    for node in tree.find_all(_FORBIDDEN):
        raise _wrong(
            name,
            node.lineno,
            "un gabarit n'ouvre ni attribut ni autre fichier ; n'écrivez que des valeurs, comme {{ nom }}",
            "a template opens no attribute and no other file",
        )
    for variable in tree.find_all(nodes.Name):
        if variable.name in unknown:
            known = ", ".join(Values._fields)
            french = f"variable inconnue « {variable.name} » ; écrivez l'une de : {known}"
            raise _wrong(name, variable.lineno, french, f"unknown variable; known: {known}")


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
                case nodes.Name(name=str(name)) if name in Values._fields:
                    parts.append(f"{{{Values._fields.index(name)}}}")
                case _:
                    return None
    write = _clean_lines("".join(parts)).format
    return lambda said: write(*said)


def _render(template: Template, said: Values) -> str:
    """What the template writes; Blocked where its expressions fail on these values, or write nothing."""
    try:
        text = template.render(said._asdict())
    except Exception as error:  # whatever the expressions of whoever wrote the template raise
        kind = type(error).__name__  # its message may quote a name
        french = f"calcul impossible ({kind}) ; corrigez-le"
        raise _wrong(str(template.name), _line(template, error), french, "a failing expression") from None
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
