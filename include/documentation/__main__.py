"""``python -m documentation [FOLDER]``: writes every page of the reference."""

import os
import sys
import tempfile
from pathlib import Path

from documentation.pages import REFERENCE, write


def main(words: list[str]) -> None:
    """Write the pages in the folder, ``docs/reference`` where none is given."""
    with tempfile.TemporaryDirectory(prefix="relances-airflow-") as home:
        os.environ["AIRFLOW_HOME"] = home  # Airflow makes one as soon as it is imported
        for page in write(Path(words[0]) if words else REFERENCE):
            print(page)


if __name__ == "__main__":
    main(sys.argv[1:])
