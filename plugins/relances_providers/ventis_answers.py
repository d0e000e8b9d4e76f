"""Reads Ventis' answers: which of success, refusal, setting, later or doubt each one is."""

import re
from dataclasses import dataclass
from typing import Final

import httpx

from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.retry_after import retry_after

_SUCCESS: Final = re.compile(r"\+?SUCCESS\|\s*([^|\s]+)\s*\|.+", re.IGNORECASE | re.DOTALL)
_PIPE_ERROR: Final = re.compile(r"-ERROR\|([^|]*)\|(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER: Final = re.compile(r"\d(?:[ ./()-]*\d){5,}")
_CODE: Final = re.compile(r"[A-Za-z_]\w{0,39}|-?\d{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VentisError:
    """An error body of Ventis. ``code`` is its application code (1003 …), not the HTTP status."""

    code: str
    message: str

    @property
    def about_sender(self) -> bool:
        # 1003 is any violated constraint; only the text tells the sender's.
        return "sender" in self.message.lower()


def read_answer(response: httpx.Response, conn_id: str) -> str:
    """The message's id at Ventis; raises one of the four errors."""
    text = response.text.strip()
    if response.is_success and (success := _SUCCESS.fullmatch(text)):
        return success.group(1)
    raise _error(response, _read_error(response, text), conn_id)


def token_refused(status: int, conn_id: str) -> Misconfigured:
    """Ventis does not accept the token that Keycloak gave."""
    return Misconfigured(
        f"Ventis refuse le jeton ({status}) : vérifiez que le compte de la connexion {conn_id} a accès à "
        "l'API de messages — the token is refused",
        code=str(status),
    )


def _error(response: httpx.Response, error: VentisError | None, conn_id: str) -> ProviderError:
    status = response.status_code
    match status:
        case 429:
            return TryLater(
                "Ventis demande de ralentir (429) — rate limited",
                code="429",
                retry_after=retry_after(response),
            )
        case 401 | 403:
            return token_refused(status, conn_id)
        case 404 | 405:
            return Misconfigured(
                f"ENDPOINT_NOT_FOUND ({status}) : l'adresse host de la connexion {conn_id} est fausse ; attendu "
                "…/messaging/api/v1 — wrong host address",
                code="ENDPOINT_NOT_FOUND",
            )
        case _ if status == 408 or not (response.is_success or response.is_client_error):
            return _unknown(status)
        case _ if error is not None and error.about_sender:
            return Misconfigured(
                f"expéditeur refusé par Ventis ({error.code} : {error.message}) : corrigez sender dans la "
                f"connexion {conn_id} — sender is not on the account's list",
                code=error.code,
            )
        case _ if error is not None:
            return Rejected(f"refusé par Ventis ({error.code} : {error.message}) — refused", code=error.code)
        case _ if status >= 400:
            return Rejected(f"refusé par Ventis (HTTP {status}) — refused", code=f"http_{status}")
        case _:
            return _unknown(status)


def _unknown(status: int) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"réponse de Ventis inutilisable (HTTP {status}) : le message est peut-être parti "
        "— unusable answer, the message may have been sent",
        code="408",
    )


def _read_error(response: httpx.Response, text: str) -> VentisError | None:
    if piped := _PIPE_ERROR.fullmatch(text):
        return _ventis_error(piped.group(1), piped.group(2))
    try:
        body = response.json()
    except ValueError:
        return None
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict) or not first.keys() >= {"error", "statusCode"}:
        return None
    return _ventis_error(str(first["statusCode"]), str(first.get("message", "")))


def _ventis_error(code: str, message: str) -> VentisError:
    # Providers repeat the recipient's number in their errors; ours must not.
    known = _CODE.fullmatch(code.strip())
    return VentisError(known.group() if known else "inconnu", _NUMBER.sub("••••", message)[:200])
