"""Delivers a text to the optional Airflow connection ``alertes``, of type http: a webhook that takes ``{"text": …}``.

Never in the way of what it tells of: without the connection nothing happens; a webhook that fails or is slow costs
a few seconds, and a line of the log that says nothing of its address, which holds a token.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import cached_property
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.http.notifications.http import HttpNotifier
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret
from requests import RequestException, Response
from requests.adapters import HTTPAdapter

logger = logging.getLogger(__name__)

CONNECTION: Final = "alertes"
_ANSWER_SECONDS: Final = 4.0


class Undelivered(Exception):
    """The webhook did not take a text; says why without its address."""


def tell(say: Callable[[], str | None], seconds: float) -> None:
    """Deliver what ``say`` returns, which is called only where there is a connection; raises nothing.

    ``seconds``: what it may take in all. On a thread that is left behind when they are over: no timeout of a socket
    covers a name server that does not answer.
    """
    done = Future[None]()
    Thread(target=_deliver, args=(say, done), daemon=True).start()
    try:
        done.result(seconds)
    except AirflowNotFoundException:
        pass  # nobody asked for alerts
    except Exception as error:
        logger.warning(
            "alerte non remise (%s) ; vérifiez la connexion %s dans Admin → Connections — alert not delivered: check "
            "the connection",
            error if isinstance(error, Undelivered) else type(error).__name__,  # another may quote the address
            CONNECTION,
        )


def _deliver(say: Callable[[], str | None], done: Future[None]) -> None:
    try:
        _mask(HttpHook.get_connection(CONNECTION).host or "")
        text = say()
        if text is not None:
            webhook = _Webhook(http_conn_id=CONNECTION, json={"text": text}, extra_options={"timeout": _ANSWER_SECONDS})
            webhook.notify({})
        done.set_result(None)
    except Exception as error:
        done.set_exception(error)


def _mask(address: str) -> None:
    """Keep the secret part of an address out of every log, those of the HTTP libraries included."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    mask_secret(parts.path + (f"?{parts.query}" if parts.query else ""))


class _Webhook(HttpNotifier):
    """The notifier, over a transport that says nothing of the address."""

    @cached_property
    def hook(self) -> HttpHook:
        return HttpHook(method=self.method, http_conn_id=self.http_conn_id, adapter=_Transport())


class _Transport(HTTPAdapter):
    """Raises Undelivered for everything but a 2xx, before the hook writes the address or the answer to the log.

    A redirection is no delivery: following it would turn the POST into the GET of a page.
    """

    def send(self, *args: Any, **kwargs: Any) -> Response:
        try:
            with super().send(*args, **kwargs) as response:  # nobody reads the answer
                pass
        except RequestException as error:
            raise Undelivered(type(error).__name__) from None
        if not 200 <= response.status_code < 300:
            raise Undelivered(f"HTTP {response.status_code}")
        return response
