"""What Relances adds to Airflow's pages: the checks of a run's extraction, linked from its task ``validate``.

Airflow loads this file in each of its processes, tasks included: what the API server alone needs is imported there.
"""

import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

from relances.rules.validation import is_page_folder, page_folder

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey
    from fastapi import FastAPI

DAG: Final = "relances_quotidiennes"
TASK: Final = "validate"
PREFIX: Final = "/controles"
_HEADERS: Final = {
    # The pages of great-expectations call scripts from other people's servers, which have no business beside a session
    # of Airflow. Without them the pages say the same.
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline' https:; font-src 'self' https:; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # nor is the name of a run their affair
    "X-Content-Type-Options": "nosniff",
}


class ControlesLink(BaseOperatorLink):
    """The link from the task that checks the extraction to the pages of its checks."""

    name = "Contrôles de qualité"

    def get_link(self, operator: "BaseOperator", *, ti_key: "TaskInstanceKey") -> str:  # noqa: ARG002
        """No link from other tasks."""
        if (ti_key.dag_id, ti_key.task_id) != (DAG, TASK):
            return ""
        return f"{_root_path()}{PREFIX}/{page_folder(ti_key.run_id)}"


def pages_app() -> "FastAPI":
    """The pages, read-only, for who may see the tasks of the Dag; a browser without a session is sent to log in."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity  # noqa: PLC0415
    from airflow.api_fastapi.core_api.security import requires_access_dag  # noqa: PLC0415
    from fastapi import Depends, FastAPI, HTTPException, Request, Response  # noqa: PLC0415
    from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse  # noqa: PLC0415

    may_see = Depends(requires_access_dag("GET", DagAccessEntity.TASK_INSTANCE, DAG))
    # Without the pages that describe its endpoints: they would answer anyone.
    app = FastAPI(dependencies=[may_see], docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/{page:path}")
    def show(page: str) -> Response:
        path = _find(page)
        if path is None:
            raise HTTPException(404, "Page inconnue : le passage n'a pas été contrôlé, ou RELANCES_DATA_DOCS diffère.")
        if page.endswith("/"):  # from there, the links of a page lead nowhere
            return RedirectResponse(f"{_root_path()}{PREFIX}/{quote(page.rstrip('/'))}")
        if path.is_file():
            return FileResponse(path, headers=_HEADERS)
        return HTMLResponse(_list(path), headers=_HEADERS)

    @app.exception_handler(401)
    async def log_in(request: Request, refusal: HTTPException) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return Response(refusal.detail, refusal.status_code)
        return RedirectResponse(f"{_root_path()}/api/v2/auth/login?{urlencode({'next': request.url.path})}")

    return app


def _find(page: str) -> Path | None:
    """A file of a run's pages, or their folder; nothing beside them or outside, whatever the address says."""
    root = Path(os.environ.get("RELANCES_DATA_DOCS", "data_docs")).resolve()
    try:
        path = (root / page).resolve()
        shown = path.is_file() or (path.is_dir() and path.parent == root)
    except (OSError, ValueError):  # no file can be called that
        return None
    if not shown or not path.is_relative_to(root) or path == root:
        return None
    folder, *below = path.relative_to(root).parts
    return path if is_page_folder(folder) and (below or path.is_dir()) else None


def _list(folder: Path) -> str:
    """The pages of a run."""
    pages = [page.relative_to(folder) for page in sorted(folder.glob("validations/*/*/*/*.html"))]
    links = (f'<li><a href="{quote(f"{folder.name}/{page}")}">{escape(page.parts[1])}</a></li>' for page in pages)
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Contrôles de qualité</title>'
        f"<h1>Contrôles de qualité</h1><p>{escape(folder.name)}</p><ul>{''.join(links)}</ul>"
    )


def _root_path() -> str:
    """Where Airflow's pages begin, behind a proxy that gives them a path of their own."""
    return urlsplit(str(conf.get("api", "base_url", fallback=""))).path.rstrip("/")


class RelancesPlugin(AirflowPlugin):
    """Made for each process; what is a property is asked for by the API server alone."""

    name = "relances_ui"

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        return [{"name": "Contrôles de qualité", "app": pages_app(), "url_prefix": PREFIX}]

    @property
    def operator_extra_links(self) -> list[BaseOperatorLink]:  # type: ignore[override]
        from airflow.providers.standard.decorators.python import _PythonDecoratedOperator  # noqa: PLC0415

        ControlesLink.operators = [_PythonDecoratedOperator]
        return [ControlesLink()]
