"""The diagnostic and the test message, for the task of a Dag: told line by line in its log."""

import logging
from collections.abc import Sequence
from typing import Final

from airflow.sdk import get_current_context

from relances.orchestration.installation import installation
from relances.rendering.diagnostic import finding, full_line
from relances.rules.errors import Blocked
from relances.rules.mojibake import printed
from relances.services.diagnostic import diagnose, message_test
from relances.services.diagnostic_values import Diagnostic
from relances.services.message_test import TEXT

logger = logging.getLogger(__name__)

_FOURNISSEUR: Final = "fournisseur"


def run_diagnostic() -> list[str]:
    """The task of ``relances_diagnostic``: its findings as lines. Blocked, once all is examined, where one is bad."""
    return _reported(diagnose(installation(), _asked_provider()))


def run_message_test() -> list[str]:
    """The task of ``relances_message_test``: its findings as lines; Blocked where the message is not accepted."""
    return _reported(message_test(installation(), _asked_provider() or "", None, TEXT))


def _asked_provider() -> str | None:
    """Blocked where the run was given anything else, which Airflow keeps, in clear: a number has no place there."""
    params = get_current_context()["params"]
    others = sorted(params.keys() - {_FOURNISSEUR})
    if others:
        raise Blocked(
            f"paramètre {printed(', '.join(others))[:100]} : il n'y en a qu'un, {_FOURNISSEUR} ; rien n'est parti. Un "
            "numéro donné ainsi reste en clair dans Airflow : supprimez ce passage, et mettez le numéro dans « Numéro "
            "des messages de test » de la connexion",
            "the provider is the only parameter; delete this run if it holds a number, which Airflow keeps in clear",
        )
    fournisseur = params.get(_FOURNISSEUR)
    return None if fournisseur is None else str(fournisseur)


def _reported(diagnostics: Sequence[Diagnostic]) -> list[str]:
    lines = [
        full_line(diagnostic.conn_id, finding(diagnostic.part, diagnostic.verdict, diagnostic.fait))
        for diagnostic in diagnostics
    ]
    for diagnostic, line in zip(diagnostics, lines, strict=True):
        logger.log(logging.ERROR if diagnostic.is_bad else logging.INFO, "%s", line)
    bad = [f"{diagnostic.conn_id} · {diagnostic.part}" for diagnostic in diagnostics if diagnostic.is_bad]
    if bad:
        raise Blocked(
            f"à corriger, remède dans le journal ci-dessus (✘) : {', '.join(bad)}",
            "to be mended, the cure is in the log above (✘)",
        )
    return lines
