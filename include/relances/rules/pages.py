"""Where the pages of a run's checks are."""

from urllib.parse import quote


def page_folder(run_id: str) -> str:
    """The folder of a run's pages among those of all runs: its name, in letters that any file system takes."""
    return f"passage-{quote(run_id, safe='').replace('%', '=')}"
