"""Which page is made by what."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from documentation import commandes, connexions, erreurs, exclusions, parametres, reglages

REPOSITORY: Final = Path(__file__).parents[2]
REFERENCE: Final = REPOSITORY / "docs" / "reference"
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "parametres.md": lambda: parametres.page(REPOSITORY / "dags"),
    "commandes.md": lambda: commandes.page(REPOSITORY / "Makefile"),
    "reglages.md": lambda: reglages.page(REPOSITORY / ".env.example"),
    "connexions.md": connexions.page,
    "exclusions.md": exclusions.page,
    "erreurs.md": erreurs.page,
}


def write(folder: Path) -> Iterator[Path]:
    """Write every page in the folder, and name each."""
    for name, page in PAGES.items():
        path = folder / name
        path.write_text(page(), encoding="utf-8")
        yield path
