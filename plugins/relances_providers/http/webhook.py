"""A chat's webhook: takes ``{"text": …}`` at an address that is a secret as a whole, and nobody else's to see.

The address is the connection's ``password``, which Airflow encrypts, hides in its lists and masks in its audit log.
A connection of type ``http`` that has it in ``host`` is read too; what its ``extra`` holds is sent as headers.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret
from requests import RequestException, Response
from requests.adapters import HTTPAdapter

from relances_providers.http.addresses import is_encrypted, is_web_address
from relances_providers.messaging import Finding, Verdict
from relances_providers.provider_info import ALERTS

_ANSWER_SECONDS: Final = 4.0
_ADDRESS: Final = "adresse (password)"


class Undelivered(Exception):
    """The webhook did not take a text; says why without its address."""


class WebhookHook(HttpHook):
    """Posts texts to the webhook of an Airflow connection of type ``chat_webhook``."""

    conn_name_attr = "conn_id"
    default_conn_name = ALERTS
    conn_type = "chat_webhook"
    hook_name = "Webhook de messagerie (alertes)"

    def __init__(self, conn_id: str = default_conn_name) -> None:
        super().__init__("POST", conn_id, adapter=_Transport())

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection as the HTTP hook wants it, its secret kept out of every log. Raises Undelivered."""
        connection = kept(conn_id)
        address = address_of(connection)
        _mask(address)
        if not is_web_address(address) or not is_encrypted(address):
            raise Undelivered("l'adresse n'est pas en https://… — not an https address")
        login, password = (connection.login, connection.password) if connection.login else (None, None)
        return Connection(
            conn_id=conn_id,
            conn_type=cls.conn_type,
            host=address,
            login=login,
            password=password,
            extra=connection.extra,
        )

    def post(self, text: str) -> None:
        """Raises Undelivered, AirflowNotFoundException without the connection, or what Airflow finds wrong with it."""
        self.run(json={"text": text}, extra_options={"timeout": _ANSWER_SECONDS})

    def test_connection(self) -> tuple[bool, str]:
        """What the "Test" button of Airflow's form runs; posts nothing."""
        try:
            self.get_connection(self.http_conn_id)
        except Undelivered as error:
            return False, str(error)
        return True, "l'adresse est bien formée, rien n'est envoyé — well formed, nothing was posted"


def kept(conn_id: str) -> Connection:
    """The connection as Airflow stores it. Raises AirflowNotFoundException."""
    return HttpHook.get_connection(conn_id)


def address_of(connection: Connection) -> str:
    """The whole address: the password, else what an older connection holds in its host."""
    password, host = (connection.password or "").strip(), (connection.host or "").strip()
    if connection.conn_type == WebhookHook.conn_type or "://" in password:
        return password or host
    return host if "://" in host or not host else f"{connection.schema or 'http'}://{host}"


def diagnose_alerts(conn_id: str = ALERTS) -> list[Finding]:
    """What there is to say of the webhook of the alerts; nothing where nobody asked for them."""
    try:
        connection = kept(conn_id)
    except AirflowNotFoundException:
        return []
    return [diagnose_webhook(connection)]


def diagnose_webhook(connection: Connection) -> Finding:
    """Whether the address is one, encrypted, and where Airflow hides it."""
    address = address_of(connection)
    if not is_web_address(address) or not is_encrypted(address):
        text = (
            f"ce n'est pas une adresse https://… ; mettez l'adresse entière du webhook dans le mot de passe (password) "
            f"de la connexion {connection.conn_id} — not an https address: put the webhook's in the password"
        )
        return Finding(_ADDRESS, Verdict.BAD, text)
    if address != (connection.password or "").strip() and _secret_part(address):
        text = (
            f"en clair dans Host de la connexion {connection.conn_id}, où Airflow la montre : mettez-la dans son mot "
            "de passe (password), type « Webhook de messagerie », videz Host, et renouvelez-la chez votre messagerie "
            "— shown in clear: move it to the password and renew it"
        )
        return Finding(_ADDRESS, Verdict.BAD, text)
    return Finding(_ADDRESS, Verdict.GOOD, f"{urlsplit(address).hostname}, le reste caché — the rest is hidden")


def _secret_part(address: str) -> str:
    parts = urlsplit(address)
    return parts.path.strip("/") + parts.query


def _mask(address: str) -> None:
    """Keep the secret part of an address out of every log, those of the HTTP libraries included."""
    try:
        parts = urlsplit(address)
    except ValueError:
        mask_secret(address)
        return
    mask_secret(parts.path + (f"?{parts.query}" if parts.query else ""))


class _Transport(HTTPAdapter):
    """Raises Undelivered for everything but a 2xx, before the hook writes the address or the answer to the log.

    A redirection is no delivery: following it would turn the POST into the GET of a page.
    """

    def send(self, *args: Any, **kwargs: Any) -> Response:
        try:
            with super().send(*args, **{**kwargs, "stream": True}) as response:  # nobody reads the answer
                pass
        except RequestException as error:
            raise Undelivered(type(error).__name__) from None
        if not 200 <= response.status_code < 300:
            raise Undelivered(f"HTTP {response.status_code}")
        return response
