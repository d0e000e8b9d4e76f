"""The site that ``make docs`` makes of these pages: Sphinx reads the repository's Markdown as it is."""

from typing import Final

from sphinx.application import Sphinx

PLAN: Final = {
    "L'agent": ["agent", "politique"],
    "L'exploitant": [
        f"exploitant/{page}" for page in ("installation", "compose", "entretien", "sauvegarde", "depannage")
    ],
    "Les fournisseurs": [f"fournisseurs/{page}" for page in ("index", "ventis", "twilio", "zoom")],
    "La référence": [
        f"reference/{page}" for page in ("parametres", "commandes", "reglages", "connexions", "exclusions", "erreurs")
    ],
    "Comment ça marche": [f"explications/{page}" for page in ("chemin", "une-seule-fois", "etats", "mesures")],
    "La maison": ["/README", "contribuer", "glossaire", "/CHANGELOG", "/tests/bench/RAPPORT"],
}
"""The plan of the site: every page once. From ``docs``, or from the root of the repository."""

project = "Relances"
language = "fr"
root_doc = "docs/index"
include_patterns = ["docs/**", "*.md", "tests/bench/*.md"]
exclude_patterns = [".*", "build", "dist", "include", "plugins"]  # not even looked through
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Relances"
html_extra_path = ["index.html"]
html_show_copyright = False
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False
myst_heading_anchors = 3  # a title is a link's end, named as GitHub names it


def setup(app: Sphinx) -> None:
    """What Sphinx calls first."""
    app.connect("source-read", _planned)


def _planned(_app: Sphinx, page: str, source: list[str]) -> None:
    """Add the plan to the first page, which in the repository is plain Markdown."""
    if page == root_doc:
        source[0] += "".join(
            f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{chr(10).join(pages)}\n```\n"
            for caption, pages in PLAN.items()
        )
