"""Examines every connection: the two databases, the fournisseurs, the alerts. Nothing is sent but a test message."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import psycopg

from relances.rules.diagnostic import Absence, Muette
from relances.rules.errors import Blocked, PipelineError
from relances.services.diagnostic_bases import diagnose_etaxe, diagnose_installation, diagnose_relances
from relances.services.diagnostic_values import Diagnostic
from relances.services.installation import ETAXE, RELANCES, Installation
from relances.services.message_test import TEXT, message_of, message_to_test_number, send_test
from relances.store.sources import Source
from relances_providers.errors import ProviderError
from relances_providers.messaging import Gateway, Message, Verdict
from relances_providers.provider_info import ALERTS, PROVIDERS

Look = Callable[[psycopg.Connection], Iterable[Diagnostic]]


def diagnose(
    installation: Installation, fournisseur: str | None = None, telephone: str | None = None
) -> list[Diagnostic]:
    """Examine every connection. A test message leaves only where a fournisseur is given: to the phone, if one is, else
    to the number that its connection keeps.
    """
    if telephone and not fournisseur:
        raise Blocked("un telephone est donné sans fournisseur : donnez les deux", "give the provider too")
    named = message_of(installation, fournisseur, telephone, TEXT) if fournisseur and telephone else None
    policy = installation.politique()
    source = Source(policy.source)
    diagnostics = [
        *(Diagnostic("politique", "réglage", Verdict.UNSEEN, setting) for setting in policy.sans_effet),
        *_diagnose(installation, ETAXE, lambda connection: diagnose_etaxe(ETAXE, connection, source)),
        *_diagnose(installation, RELANCES, lambda connection: _look_at_relances(installation, connection)),
        *asyncio.run(_diagnose_providers(installation)),
        *(Diagnostic.of(ALERTS, finding) for finding in installation.alertes()),
    ]
    if not fournisseur:
        return diagnostics
    hook = installation.hook(fournisseur)
    try:
        return [*diagnostics, *_send(hook, named or message_to_test_number(installation, fournisseur, TEXT))]
    except (PipelineError, ProviderError) as error:
        return [*diagnostics, Diagnostic(hook.conn_id, "message", Verdict.BAD, str(error))]


def message_test(installation: Installation, fournisseur: str, telephone: str | None, texte: str) -> list[Diagnostic]:
    """Send exactly one message, and say what became of it. ``telephone``: None, the number that its connection keeps.

    Blocked where the number or the text is none to send, Misconfigured where the connection cannot be read.
    """
    if telephone:
        message = message_of(installation, fournisseur, telephone, texte)
    else:
        message = message_to_test_number(installation, fournisseur, texte)
    return _send(installation.hook(fournisseur), message)


def _send(hook: Gateway, message: Message) -> list[Diagnostic]:
    return asyncio.run(send_test(hook, message))


def _look_at_relances(installation: Installation, connection: psycopg.Connection) -> Iterator[Diagnostic]:
    with installation.base(RELANCES) as other:  # two sessions, unless a pooler makes one of them
        diagnostics = [*diagnose_relances(RELANCES, connection, other)]
    yield from diagnostics
    if not any(diagnostic.is_bad for diagnostic in diagnostics):
        yield diagnose_installation(RELANCES, connection, installation.temoin)


def _diagnose(installation: Installation, conn_id: str, look: Look) -> list[Diagnostic]:
    try:
        with installation.base(conn_id, "diagnostic") as connection:
            return [*look(connection)]
    except PipelineError as error:
        return [Diagnostic(conn_id, "accès", Verdict.BAD, str(error))]
    except psycopg.OperationalError as error:
        return [Diagnostic(conn_id, "accès", Verdict.BAD, Muette(type(error).__name__))]


async def _diagnose_providers(installation: Installation) -> list[Diagnostic]:
    hooks = [installation.hook(provider.name) for provider in PROVIDERS]
    diagnostics = list(chain.from_iterable(await asyncio.gather(*map(_diagnose_provider, hooks))))
    if not any(hook.is_connected for hook in hooks):
        diagnostics.append(Diagnostic("fournisseurs", "connexion", Verdict.BAD, Absence.TOUS))
    return diagnostics


async def _diagnose_provider(hook: Gateway) -> list[Diagnostic]:
    if not hook.is_connected:
        return [Diagnostic(hook.conn_id, "connexion", Verdict.UNSEEN, Absence.FOURNISSEUR)]
    return [Diagnostic.of(hook.conn_id, finding) for finding in await hook.diagnose()]
