"""Examines every connection: the two databases, the fournisseurs, the alerts. Nothing is sent but a test message."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import psycopg

from relances.rules.errors import Blocked, PipelineError
from relances.services.diagnostic_bases import examine_etaxe, examine_installation, examine_relances
from relances.services.diagnostic_fournisseur import examine_provider
from relances.services.installation import ETAXE, RELANCES, Installation
from relances.services.message_test import TEXT, message_of, message_to_test_number, send_test
from relances.store.sources import Source
from relances_providers.errors import ProviderError
from relances_providers.http.webhook import ALERTS, examine_alerts
from relances_providers.messaging import Finding, Message, MessagingHook, Verdict
from relances_providers.provider_info import PROVIDERS

Look = Callable[[psycopg.Connection], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Examen:
    """What was found of one connection."""

    conn_id: str
    finding: Finding

    @property
    def is_bad(self) -> bool:
        return self.finding.verdict is Verdict.BAD


def diagnose(installation: Installation, fournisseur: str | None = None, telephone: str | None = None) -> list[Examen]:
    """Examine every connection. A test message leaves only where a fournisseur is given: to the phone, if one is, else
    to the number that its connection keeps.
    """
    if telephone and not fournisseur:
        raise Blocked("un telephone est donné sans fournisseur : donnez les deux", "give the provider too")
    named = message_of(installation, fournisseur, telephone, TEXT) if fournisseur and telephone else None
    source = Source(installation.politique().source)
    examens = [
        *_examine(installation, ETAXE, lambda connection: examine_etaxe(ETAXE, connection, source)),
        *_examine(installation, RELANCES, lambda connection: _look_at_relances(installation, connection)),
        *asyncio.run(_examine_providers(installation)),
        *(Examen(ALERTS, finding) for finding in examine_alerts()),
    ]
    if not fournisseur:
        return examens
    hook = installation.hook(fournisseur)
    try:
        return [*examens, *_send(hook, named or message_to_test_number(installation, fournisseur, TEXT))]
    except (PipelineError, ProviderError) as error:
        return [*examens, Examen(hook.conn_id, Finding("message", Verdict.BAD, str(error)))]


def message_test(installation: Installation, fournisseur: str, telephone: str | None, texte: str) -> list[Examen]:
    """Send exactly one message, and say what became of it. ``telephone``: None, the number that its connection keeps.

    Blocked where the number or the text is none to send, Misconfigured where the connection cannot be read.
    """
    if telephone:
        message = message_of(installation, fournisseur, telephone, texte)
    else:
        message = message_to_test_number(installation, fournisseur, texte)
    return _send(installation.hook(fournisseur), message)


def _send(hook: MessagingHook, message: Message) -> list[Examen]:
    return [Examen(hook.conn_id, finding) for finding in asyncio.run(send_test(hook, message))]


def _look_at_relances(installation: Installation, connection: psycopg.Connection) -> Iterator[Finding]:
    with installation.base(RELANCES) as other:  # two sessions, unless a pooler makes one of them
        findings = [*examine_relances(RELANCES, connection, other)]
    yield from findings
    if all(finding.verdict is not Verdict.BAD for finding in findings):
        yield from examine_installation(connection, installation.temoin)


def _examine(installation: Installation, conn_id: str, look: Look) -> list[Examen]:
    try:
        with installation.base(conn_id, "diagnostic") as connection:
            return [Examen(conn_id, finding) for finding in look(connection)]
    except PipelineError as error:
        return [Examen(conn_id, Finding("accès", Verdict.BAD, str(error)))]
    except psycopg.OperationalError as error:
        text = f"la base s'est tue ({type(error).__name__}) : recommencez — the database went silent, try again"
        return [Examen(conn_id, Finding("accès", Verdict.BAD, text))]


async def _examine_providers(installation: Installation) -> list[Examen]:
    hooks = [installation.hook(provider.name) for provider in PROVIDERS]
    examens = list(chain.from_iterable(await asyncio.gather(*map(_examine_provider, hooks))))
    if not any(hook.is_connected for hook in hooks):
        text = "aucun n'a de connexion ; créez-en une dans Admin → Connections, ou par .env — no provider is connected"
        examens.append(Examen("fournisseurs", Finding("connexion", Verdict.BAD, text)))
    return examens


async def _examine_provider(hook: MessagingHook) -> list[Examen]:
    if not hook.is_connected:
        text = "aucune : sans effet si vous n'utilisez pas ce fournisseur — none, which only matters if you use it"
        return [Examen(hook.conn_id, Finding("connexion", Verdict.UNSEEN, text))]
    return [Examen(hook.conn_id, finding) for finding in await examine_provider(hook)]
