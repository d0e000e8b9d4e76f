"""The pages of the checks: only who may see the run, only files of the pages, never a script of theirs."""

import importlib.util
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plugin() -> Iterator[ModuleType]:
    """The plugin, loaded from its file as Airflow does."""
    spec = importlib.util.spec_from_file_location("relances_ui", REPOSITORY / "plugins" / "relances_ui.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pages of one run, files that are none of theirs beside them, and a secret outside."""
    root = tmp_path / "data_docs"
    page = root / "passage-un" / "validations" / "creance_a_valider" / "un" / "1" / "lot.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>page</p>")
    (tmp_path / "secret.html").write_text("secret")
    (root / "apercu.csv").write_text("noms et numéros")
    (root / "passage-un.csv").write_text("noms et numéros")
    (root / "listes").mkdir()
    (root / "listes" / "contacts.csv").write_text("noms et numéros")
    (root / "passage-un" / "voisin.csv").symlink_to(root / "listes" / "contacts.csv")
    (root / "passage-un" / "lien.html").symlink_to(tmp_path / "secret.html")
    monkeypatch.setenv("RELANCES_DATA_DOCS", str(root))
    return root


@pytest.mark.parametrize(
    "address",
    [
        "",
        "..",
        "../secret.html",
        "passage-un/../../secret.html",
        "/etc/passwd",
        "passage-un/lien.html",
        "passage-un/validations",
        "passage-deux",
        "apercu.csv",
        "passage-un.csv",
        "listes",
        "listes/contacts.csv",
        "passage-un/voisin.csv",
        "passage-un/../listes/contacts.csv",
        "a\0b",
        "a" * 999,
    ],
    ids=ascii,
)
def test_nothing_but_pages_is_found(plugin: ModuleType, pages: Path, address: str) -> None:
    assert plugin._find(address) is None


def test_a_page_and_the_folder_of_a_run_are_found(plugin: ModuleType, pages: Path) -> None:
    page = "passage-un/validations/creance_a_valider/un/1/lot.html"
    assert plugin._find(page) == pages / page
    assert plugin._find("passage-un") == pages / "passage-un"
    assert f'href="{page}"' in plugin._list(pages / "passage-un")


@pytest.mark.parametrize(
    ("dag_id", "task_id", "link"),
    [
        ("relances_quotidiennes", "validate", "/controles/passage-manual__2026-11-21T08=3A00=3A00"),
        ("relances_quotidiennes", "extract", ""),
        ("un_autre_dag", "validate", ""),
    ],
)
def test_the_task_that_checks_is_linked_to_the_pages_of_its_run(
    plugin: ModuleType, dag_id: str, task_id: str, link: str
) -> None:
    key = SimpleNamespace(dag_id=dag_id, task_id=task_id, run_id="manual__2026-11-21T08:00:00")
    assert plugin.ControlesLink().get_link(None, ti_key=key) == link


@pytest.mark.parametrize("address", ["/passage-un", "/docs", "/redoc", "/openapi.json", "/"])
def test_nobody_sees_anything_without_logging_in(plugin: ModuleType, pages: Path, address: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Airflow's server imports
        from fastapi.testclient import TestClient

        client = TestClient(plugin.pages_app(), follow_redirects=False)
    assert client.get(address).status_code == 401
    sent = client.get(address, headers={"Accept": "text/html"})
    assert sent.status_code == 307
    assert sent.headers["location"].startswith("/api/v2/auth/login?next=%2F")
