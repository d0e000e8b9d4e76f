"""Each refusal of Keycloak, as its releases word it, becomes one sentence that says what to mend, and where."""

from typing import get_args

import httpx
import pytest

from relances_providers.errors import Misconfigured, ProviderError, TryLater
from relances_providers.keycloak.errors import refusal
from relances_providers.ventis.hook import VentisHook
from simulators import Settings, serve
from simulators.keycloak import DISABLED, INCOMPLETE, NO_DIRECT_ACCESS
from simulators.settings import Generation
from tests.providers.servers import Connect
from tests.support import one_sentence

SECRET = "s3cret-de-test"
GENERATIONS: tuple[Generation, ...] = get_args(Generation)
RECENT: tuple[Generation, ...] = ("20", "26")


async def check(connect: Connect, generation: Generation, **changes: object) -> None:
    """Ask that release for a token, with good credentials but for these changes."""
    async with serve(Settings(client_secret=SECRET, generation=generation)) as url:
        connect(url, **{"client_secret": SECRET} | changes)
        async with VentisHook().open() as sender:
            await sender.check()


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_good_credentials_are_refused_by_none(connect: Connect, generation: Generation) -> None:
    await check(connect, generation)


@pytest.mark.parametrize(
    ("generations", "changes", "code", "cure"),
    [
        (("19",), {"client_secret": None}, "keycloak_secret_absent", "renseignez client_secret dans la"),
        (RECENT, {"client_secret": None}, "keycloak_secret_faux", "renseignez client_secret dans la"),
        (GENERATIONS, {"client_secret": "faux"}, "keycloak_secret_faux", "renseignez client_secret dans la"),
        (GENERATIONS, {"client_id": "inconnu"}, "keycloak_client_inconnu", "vérifiez client_id"),
        (GENERATIONS, {"client_id": NO_DIRECT_ACCESS}, "keycloak_direct_access", "activez « Direct access"),
        (GENERATIONS, {"login": "inconnu"}, "keycloak_identifiants", "vérifiez login et password"),
        (GENERATIONS, {"password": "faux"}, "keycloak_identifiants", "vérifiez login et password"),
        (GENERATIONS, {"login": DISABLED}, "keycloak_identifiants", "puis le compte dans Keycloak"),
        (GENERATIONS, {"login": INCOMPLETE}, "keycloak_identifiants", "puis le compte dans Keycloak"),
        (GENERATIONS, {"realm": "Autre"}, "keycloak_realm", "vérifiez realm et keycloak_host"),
    ],
    ids=[
        "no secret, as 19 words it",
        "no secret",
        "wrong secret",
        "unknown client",
        "password grant off",
        "unknown user",
        "wrong password",
        "account disabled",
        "account incomplete",
        "unknown realm",
    ],
)
async def test_a_refusal_names_the_connection_and_the_cure(
    connect: Connect, generations: tuple[Generation, ...], changes: dict[str, object], code: str, cure: str
) -> None:
    for generation in generations:
        with pytest.raises(Misconfigured) as caught:
            await check(connect, generation, **changes)
        assert caught.value.code == code
        assert cure in str(caught.value)
        assert "connexion ventis_default" in one_sentence(caught.value)
        assert SECRET not in str(caught.value)


def refused(status: int, **content: object) -> ProviderError | None:
    return refusal(httpx.Response(status, **content), "ventis_default")  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_later(status: int) -> None:
    error = refused(status, html="<h1>En maintenance</h1>", headers={"Retry-After": "90"})
    assert isinstance(error, TryLater)
    assert error.code == "keycloak_indisponible"
    assert error.retry_after == 90


@pytest.mark.parametrize(
    "content",
    [
        {"json": {"error": "invalid_scope", "error_description": "Invalid scopes"}},
        {"json": ["unauthorized_client"]},
        {"content": b"[" * 100_000},
        {"html": "<h1>Accès interdit</h1>"},
        {},
    ],
    ids=["another error", "a list", "a list without end", "a page", "nothing"],
)
@pytest.mark.parametrize("status", [302, 400, 401, 403])
def test_any_other_refusal_names_what_leads_to_keycloak(status: int, content: dict[str, object]) -> None:
    error = refused(status, **content)
    assert isinstance(error, Misconfigured)
    assert error.code == "keycloak_refus"
    assert f"Keycloak refuse la demande de jeton (keycloak_refus : HTTP {status})" in str(error)
    assert "vérifiez keycloak_host, realm et client_id dans la connexion ventis_default" in str(error)


def test_a_token_is_no_refusal() -> None:
    assert refused(200, json={"access_token": "un"}) is None
