"""The pages of the reference are what the code gives."""

import subprocess
import sys
from pathlib import Path

from documentation.pages import PAGES, REFERENCE


def test_the_reference_is_made_of_the_code(tmp_path: Path) -> None:
    """By its own command, in a process of its own: it imports the Dags, and so Airflow."""
    subprocess.run([sys.executable, "-m", "documentation", str(tmp_path)], check=True, capture_output=True, timeout=120)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.iterdir()}
    assert made.keys() == kept.keys() == PAGES.keys()
    stale = [name for name in made if made[name] != kept[name]]
    assert stale == [], "refaites-les : python -m documentation"
