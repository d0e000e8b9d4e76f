"""Delivers a text to the optional Airflow connection ``alertes``: a webhook that takes ``{"text": …}``.

Never in the way of what it tells of: without the connection nothing happens; a webhook that fails or is slow costs
a few seconds, and a line of the log that says nothing of its address, which holds a token.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from airflow.sdk.exceptions import AirflowNotFoundException

from relances_providers.http.webhook import Undelivered, WebhookHook
from relances_providers.provider_info import ALERTS

logger = logging.getLogger(__name__)


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
            ALERTS,
        )


def _deliver(say: Callable[[], str | None], done: Future[None]) -> None:
    try:
        hook = WebhookHook(ALERTS)
        hook.get_connection(ALERTS)  # nothing is looked up for nobody
        text = say()
        if text is not None:
            hook.post(text)
        done.set_result(None)
    except Exception as error:
        done.set_exception(error)
