"""The diagnostic and the test message, for a Dag's task and for a command: the same connections, the same words."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

import psycopg
from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowNotFoundException

from relances.orchestration.connections import ETAXE, RELANCES, database
from relances.orchestration.numeros import by_policy
from relances.orchestration.politique import politique
from relances.orchestration.providers import hook_of, is_connected
from relances.orchestration.restauration import temoin
from relances.orchestration.webhook import CONNECTION as ALERTS
from relances.rules.errors import Blocked, PipelineError
from relances.rules.mojibake import printed
from relances.rules.numeros import Refus, candidats, destination
from relances.rules.numeros_cellule import why_not
from relances.services.diagnostic import Examen, examine_provider
from relances.services.diagnostic_bases import examine_etaxe, examine_installation, examine_relances
from relances.services.message_test import send_test
from relances.store.sources import Source
from relances_providers.errors import ProviderError
from relances_providers.form import TEST_NUMBER
from relances_providers.http.webhook import examine_webhook, kept
from relances_providers.messaging import Finding, Message, MessagingHook, Verdict
from relances_providers.provider_info import PROVIDERS, provider_named

logger = logging.getLogger(__name__)

_FOURNISSEUR: Final = "fournisseur"
TEXT: Final = "Message de test de Relances. Ne pas répondre."
_WHY: Final = {
    Refus.ABSENT: "ce n'est pas un numéro de téléphone",
    Refus.HORS_REGION: "il est d'un pays que ce fournisseur n'atteint pas ; choisissez-en un autre",
}

Look = Callable[[psycopg.Connection], Iterable[Finding]]


def run_diagnostic() -> list[str]:
    """The task of ``relances_diagnostic``: its findings as lines. Blocked, once all is examined, where one is bad."""
    return _reported(diagnose(_asked_provider()))


def run_message_test() -> list[str]:
    """The task of ``relances_message_test``: its findings as lines; Blocked where the message is not accepted."""
    return _reported(message_test(_asked_provider() or "", None, TEXT))


def diagnose(fournisseur: str | None = None, telephone: str | None = None) -> list[Examen]:
    """Examine every connection. A test message leaves only where a fournisseur is given: to the phone, if one is, else
    to the number that its connection keeps.
    """
    if telephone and not fournisseur:
        raise Blocked("un telephone est donné sans fournisseur : donnez les deux", "give the provider too")
    named = _message(fournisseur, telephone, TEXT) if fournisseur and telephone else None
    source = Source(politique().source)
    examens = [
        *_examine(ETAXE, lambda connection: examine_etaxe(ETAXE, connection, source)),
        *_examine(RELANCES, _look_at_relances),
        *asyncio.run(_examine_providers()),
        *_examine_alerts(),
    ]
    if not fournisseur:
        return examens
    try:
        return [*examens, *_send(fournisseur, named or _to_test_number(fournisseur, TEXT))]
    except (PipelineError, ProviderError) as error:
        return [*examens, Examen(hook_of(fournisseur).conn_id, Finding("message", Verdict.BAD, str(error)))]


def message_test(fournisseur: str, telephone: str | None, texte: str) -> list[Examen]:
    """Send exactly one message, and say what became of it. ``telephone``: None, the number that its connection keeps.

    Blocked where the number or the text is none to send, Misconfigured where the connection cannot be read.
    """
    message = _message(fournisseur, telephone, texte) if telephone else _to_test_number(fournisseur, texte)
    return _send(fournisseur, message)


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


def _to_test_number(fournisseur: str, texte: str) -> Message:
    hook = hook_of(fournisseur)
    number = hook.test_number
    if number is None:
        raise Blocked(
            f"la connexion {hook.conn_id} n'a pas de numéro de test ; donnez-le dans Admin → Connections, « Numéro des "
            f"messages de test » ({TEST_NUMBER}), ou tapez relances envoyer-test --fournisseur {fournisseur}",
            "the connection has no test number",
        )
    return _message(fournisseur, number, texte)


def _message(fournisseur: str, telephone: str, texte: str) -> Message:
    provider = provider_named(fournisseur)
    if len(candidats(telephone)) > 1:
        raise Blocked("un message de test va à un seul numéro : donnez-en un", "a test message goes to one number")
    verdict = by_policy(destination(telephone, provider.countries if provider is not None else frozenset()))
    if isinstance(verdict, Refus):
        why = _WHY.get(verdict) or why_not(telephone, verdict)
        raise Blocked(f"{fournisseur} n'envoie pas à ce numéro : {why}", "the provider does not send to this number")
    if not texte.strip():
        raise Blocked("le texte est vide", "the text is empty")
    return Message(verdict.chiffres, texte.strip())


def _send(fournisseur: str, message: Message) -> list[Examen]:
    hook = hook_of(fournisseur)
    return [Examen(hook.conn_id, finding) for finding in asyncio.run(send_test(hook, message))]


def _look_at_relances(connection: psycopg.Connection) -> Iterator[Finding]:
    with database(RELANCES) as other:  # two sessions, unless a pooler makes one of them
        findings = [*examine_relances(RELANCES, connection, other)]
    yield from findings
    if all(finding.verdict is not Verdict.BAD for finding in findings):
        yield from examine_installation(connection, temoin())


def _examine(conn_id: str, look: Look) -> list[Examen]:
    try:
        with database(conn_id, "diagnostic") as connection:
            return [Examen(conn_id, finding) for finding in look(connection)]
    except PipelineError as error:
        return [Examen(conn_id, Finding("accès", Verdict.BAD, str(error)))]
    except psycopg.OperationalError as error:
        text = f"la base s'est tue ({type(error).__name__}) : recommencez — the database went silent, try again"
        return [Examen(conn_id, Finding("accès", Verdict.BAD, text))]


def _examine_alerts() -> list[Examen]:
    try:
        connection = kept(ALERTS)
    except AirflowNotFoundException:
        return []  # nobody asked for alerts
    return [Examen(ALERTS, examine_webhook(connection))]


async def _examine_providers() -> list[Examen]:
    hooks = [hook_of(provider.name) for provider in PROVIDERS]
    examens = list(chain.from_iterable(await asyncio.gather(*map(_examine_provider, hooks))))
    if not any(map(is_connected, hooks)):
        text = "aucun n'a de connexion ; créez-en une dans Admin → Connections, ou par .env — no provider is connected"
        examens.append(Examen("fournisseurs", Finding("connexion", Verdict.BAD, text)))
    return examens


async def _examine_provider(hook: MessagingHook) -> list[Examen]:
    if not is_connected(hook):
        text = "aucune : sans effet si vous n'utilisez pas ce fournisseur — none, which only matters if you use it"
        return [Examen(hook.conn_id, Finding("connexion", Verdict.UNSEEN, text))]
    return [Examen(hook.conn_id, finding) for finding in await examine_provider(hook)]


def _reported(examens: Sequence[Examen]) -> list[str]:
    for examen in examens:
        logger.log(logging.ERROR if examen.is_bad else logging.INFO, "%s", examen)
    bad = [f"{examen.conn_id} · {examen.finding.part}" for examen in examens if examen.is_bad]
    if bad:
        raise Blocked(
            f"à corriger, remède dans le journal ci-dessus (✘) : {', '.join(bad)}",
            "to be mended, the cure is in the log above (✘)",
        )
    return [str(examen) for examen in examens]
