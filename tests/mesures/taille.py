"""How long the product's modules and functions are."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Taille:
    """``fonctions``: lines of each, from its ``def`` to its end, its docstring included; ``modules``: lines of each."""

    fonctions: list[int]
    modules: dict[str, int]

    @property
    def lines(self) -> int:
        return sum(self.modules.values())

    @property
    def p50(self) -> float:
        return quantiles(self.fonctions, n=10)[4]

    @property
    def p90(self) -> float:
        return quantiles(self.fonctions, n=10)[8]

    def beyond(self, most: int) -> dict[str, int]:
        """The modules longer than that."""
        return {name: lines for name, lines in self.modules.items() if lines > most}


def measure(repository: Path) -> Taille:
    """Of the product's Python in a working tree: what its wheel holds, and the Dags."""
    functions: list[int] = []
    modules: dict[str, int] = {}
    for name, path in _modules(repository):
        text = path.read_text(encoding="utf-8")
        modules[name] = len(text.splitlines())
        functions += (
            (node.end_lineno or node.lineno) - node.lineno + 1
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )
    return Taille(functions, modules)


def _modules(repository: Path) -> Iterator[tuple[str, Path]]:
    for folder, kept in (("include", "relances"), ("plugins", ""), ("", "dags")):
        for path in sorted((repository / folder / kept).rglob("*.py")):
            if "base_fictive" not in path.parts:  # where the invented tax base once was
                yield str(path.relative_to(repository / folder)), path
