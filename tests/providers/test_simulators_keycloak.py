"""The look-alike of Keycloak gives each answer that a client can bring upon itself."""

from collections.abc import AsyncIterator

import httpx
import pytest

from simulators import Settings, serve
from simulators.keycloak import DISABLED, INCOMPLETE, NO_DIRECT_ACCESS
from simulators.settings import Generation

TOKEN = "/realms/Messaging/protocol/openid-connect/token"
SECRET = "s3cret-de-test"
GOOD = {
    "grant_type": "password",
    "client_id": "api-messaging",
    "client_secret": SECRET,
    "username": "simulateur",
    "password": "simulateur",
}


async def ask(settings: Settings, form: dict[str, str], realm: str = "Messaging") -> httpx.Response:
    async with serve(settings) as url, httpx.AsyncClient(base_url=url) as http:
        return await http.post(f"/realms/{realm}/protocol/openid-connect/token", data=form)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with serve(Settings(client_secret=SECRET)) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


def but(**changes: str | None) -> dict[str, str]:
    """The good form with these fields changed, or removed when None."""
    return {name: value for name, value in (GOOD | changes).items() if value is not None}


async def test_a_token_is_issued_with_its_lifetimes() -> None:
    answer = await ask(Settings(client_secret=SECRET, token_seconds=60, refresh_seconds=600), GOOD)
    body = answer.json()
    assert answer.status_code == 200
    assert (body["expires_in"], body["refresh_expires_in"], body["token_type"]) == (60, 600, "Bearer")
    assert len(body["access_token"]) > 40
    assert body["access_token"] != body["refresh_token"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_public_client_needs_no_secret() -> None:
    assert (await ask(Settings(), but(client_secret=None))).status_code == 200


@pytest.mark.parametrize("generation", ["19", "20", "26"])
async def test_an_unknown_realm_is_not_found(generation: Generation) -> None:
    answer = await ask(Settings(client_secret=SECRET, generation=generation), GOOD, realm="Autre")
    assert (answer.status_code, answer.json()) == (404, {"error": "Realm does not exist"})


@pytest.mark.parametrize("generation", ["19", "20", "26"])
@pytest.mark.parametrize(
    ("changes", "status", "error", "description"),
    [
        ({"client_id": NO_DIRECT_ACCESS}, 400, "unauthorized_client", "Client not allowed for direct access grants"),
        ({"username": None}, 401, "invalid_request", "Missing parameter: username"),
        ({"username": DISABLED}, 400, "invalid_grant", "Account disabled"),
        ({"username": INCOMPLETE}, 400, "invalid_grant", "Account is not fully set up"),
        ({"grant_type": None}, 400, "invalid_request", "Missing form parameter: grant_type"),
        ({"grant_type": "autre"}, 400, "unsupported_grant_type", "Unsupported grant_type"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request", "No refresh token"),
    ],
)
async def test_refusals_common_to_all_releases(
    generation: Generation, changes: dict[str, str | None], status: int, error: str, description: str
) -> None:
    answer = await ask(Settings(client_secret=SECRET, generation=generation), but(**changes))
    assert answer.status_code == status
    assert answer.json() == {"error": error, "error_description": description}


@pytest.mark.parametrize(("generation", "status"), [("19", 401), ("20", 401), ("26", 400)])
@pytest.mark.parametrize(
    "changes",
    [{"username": "inconnu"}, {"password": "faux"}, {"password": None}, {"username": INCOMPLETE, "password": "faux"}],
)
async def test_a_wrong_user_or_password_has_a_status_by_release(
    generation: Generation, status: int, changes: dict[str, str | None]
) -> None:
    answer = await ask(Settings(client_secret=SECRET, generation=generation), but(**changes))
    assert answer.status_code == status
    assert answer.json() == {"error": "invalid_grant", "error_description": "Invalid user credentials"}


BOTH = "Invalid client or Invalid client credentials"


@pytest.mark.parametrize(
    ("generation", "form", "status", "error", "description"),
    [
        ("19", but(client_secret=None), 401, "unauthorized_client", "Client secret not provided in request"),
        ("19", but(client_secret="faux"), 401, "unauthorized_client", "Invalid client secret"),
        ("19", but(client_id="inconnu"), 400, "unauthorized_client", "Invalid client credentials"),
        ("20", but(client_secret=None), 401, "unauthorized_client", BOTH),
        ("20", but(client_secret="faux"), 401, "unauthorized_client", BOTH),
        ("20", but(client_id="inconnu"), 401, "invalid_client", BOTH),
        ("26", but(client_secret=None), 401, "unauthorized_client", BOTH),
        ("26", but(client_secret="faux"), 401, "unauthorized_client", BOTH),
        ("26", but(client_id="inconnu"), 401, "invalid_client", BOTH),
        ("26", but(client_id=None), 401, "invalid_client", BOTH),
    ],
)
async def test_refused_clients_are_worded_by_release(
    generation: Generation, form: dict[str, str], status: int, error: str, description: str
) -> None:
    answer = await ask(Settings(client_secret=SECRET, generation=generation), form)
    assert answer.status_code == status
    assert answer.json() == {"error": error, "error_description": description}


async def test_a_refresh_token_gives_a_new_pair(http: httpx.AsyncClient) -> None:
    first = (await http.post(TOKEN, data=GOOD)).json()
    form = but(grant_type="refresh_token") | {"refresh_token": first["refresh_token"]}
    second = await http.post(TOKEN, data=form)
    assert second.status_code == 200
    assert second.json()["access_token"] != first["access_token"]


async def test_an_unknown_refresh_token_is_refused(http: httpx.AsyncClient) -> None:
    form = but(grant_type="refresh_token") | {"refresh_token": "jamais-vu"}
    answer = await http.post(TOKEN, data=form)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": "Invalid refresh token"}


async def test_an_expired_refresh_token_is_refused() -> None:
    async with serve(Settings(refresh_seconds=0)) as url, httpx.AsyncClient(base_url=url) as http:
        first = (await http.post(TOKEN, data=GOOD)).json()
        form = but(grant_type="refresh_token") | {"refresh_token": first["refresh_token"]}
        answer = await http.post(TOKEN, data=form)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": "Token is not active"}


async def test_only_post_is_answered(http: httpx.AsyncClient) -> None:
    assert (await http.get(TOKEN)).status_code == 405
