"""Markdown that lines up in a log too: counts, amounts, tables."""

from collections.abc import Sequence
from decimal import Decimal


def nombre(value: int) -> str:
    """``12 345``."""
    return f"{value:,}".replace(",", " ")


def quantite(value: int, un: str, plusieurs: str) -> str:
    """``1 relance``, ``12 345 relances``."""
    return f"{nombre(value)} {un if value == 1 else plusieurs}"


def francs(value: Decimal) -> str:
    """``15 000 FCFA``."""
    return f"{value:,.0f} FCFA".replace(",", " ")


def tableau(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns have one width; figures to the right. A cell is one line, and no border."""
    rows = [[" ".join(cell.split()).replace("|", "¦") for cell in row] for row in rows]
    columns = list(zip(header, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    figures = [all(_is_figure(cell) for cell in column[1:]) for column in columns]
    rule = ["-" * (width - 1) + (":" if right else "-") for width, right in zip(widths, figures, strict=True)]
    lines = [
        [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, figures, strict=True)
        ]
        for row in (header, *rows)
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [lines[0], rule, *lines[1:]])


def _is_figure(cell: str) -> bool:
    return not cell or cell.removeprefix("**")[:1].isdigit()
