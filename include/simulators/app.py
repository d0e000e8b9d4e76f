"""The server: the look-alikes and their control endpoints under one address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

from aiohttp import web
from yarl import URL

from simulators.control import PATHS, Control, guarded
from simulators.desk import Desk
from simulators.faults import Faults, Place
from simulators.journal import Journal
from simulators.keycloak import TOKEN_PATH, Keycloak
from simulators.ledger import Ledger
from simulators.mishap import exposed
from simulators.settings import Settings
from simulators.stats import Stats, metered
from simulators.tokens import Tokens
from simulators.twilio import Twilio
from simulators.twilio_messages import TwilioMessages
from simulators.ventis import MESSAGE_PATH, Ventis
from simulators.zoom import Zoom
from simulators.zoom_history import ZoomHistory
from simulators.zoom_sessions import ZoomSessions

LOOPBACK = "127.0.0.1"
_SHUTDOWN_SECONDS = 0.2


class ControlExposedError(ValueError):
    """The control endpoints would be open to others than this machine."""


def create_app(settings: Settings) -> web.Application:
    """Build the server; it opens its ledger when it starts and closes it when it ends."""
    ledger = Ledger(None if settings.ledger_file is None else Journal(settings.ledger_file))
    faults, stats = Faults(settings.plan), Stats()
    tokens, desk = Tokens(settings.token_seconds, settings.refresh_seconds), Desk(ledger, faults)
    app = web.Application(middlewares=[guarded(settings.control_token), metered(stats, PATHS)])
    app.add_routes(Control(ledger, faults, stats).routes())
    app.router.add_post(TOKEN_PATH, exposed(faults, Place.TOKEN, Keycloak(settings, tokens).token))
    app.router.add_post(MESSAGE_PATH, Ventis(settings, tokens, desk).message)
    app.add_routes(Zoom(settings, ZoomHistory(settings, ZoomSessions(ledger)), desk).routes(faults))
    app.add_routes(Twilio(settings, TwilioMessages(settings, ledger), desk).routes(faults))

    async def ledger_open(_app: web.Application) -> AsyncIterator[None]:
        ledger.open()
        yield
        ledger.close()

    app.cleanup_ctx.append(ledger_open)
    return app


@asynccontextmanager
async def serve(settings: Settings, *, host: str = LOOPBACK, port: int = 0) -> AsyncIterator[str]:
    """Serve until the block ends, giving the base URL; port 0 takes a free one.

    Raises ControlExposedError when `host` is not the loopback and there is no control token, OSError when the
    address cannot be had, JournalUnreadableError when the ledger's file is not one.
    """
    if settings.control_token is None and not _is_loopback(host):
        raise ControlExposedError(f"Écouter sur {host} exige --control-token, qui protège le registre et les fautes.")
    runner = web.AppRunner(create_app(settings), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        yield str(URL.build(scheme="http", host=host, port=runner.addresses[0][1]))
    finally:
        await runner.cleanup()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
