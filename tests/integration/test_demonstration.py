"""The demonstration writes to its simulators, and to nobody else."""

import pytest

from relances.rules.errors import Blocked
from relances.services.demonstration import refuse_real_provider
from relances_providers.ventis.hook import VentisHook
from tests import jour
from tests.connexions import connect
from tests.integration.provider import Provider
from tests.integration.world import request
from tests.support import one_sentence


@pytest.fixture
def demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCES_DEMONSTRATION", "1")


@pytest.mark.usefixtures("connect", "demonstration")
@pytest.mark.parametrize(
    ("host", "keycloak_host", "field"),
    [
        ("https://ventis.invalid", "http://127.0.0.1:1", "host"),
        ("http://127.0.0.1:1", "https://keycloak.invalid", "keycloak_host"),
    ],
)
def test_a_real_provider_is_refused(monkeypatch: pytest.MonkeyPatch, host: str, keycloak_host: str, field: str) -> None:
    connect(monkeypatch, "ventis", host, host=host, keycloak_host=keycloak_host)
    with pytest.raises(Blocked, match=f"{field} de la connexion ventis_default") as refused:
        jour.check_providers(request())
    one_sentence(refused.value)


@pytest.mark.usefixtures("demonstration")
def test_the_simulators_are_not_refused(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> None:
    connect(monkeypatch, "ventis", provider.url)
    refuse_real_provider(jour.here(), VentisHook())


def test_elsewhere_a_real_provider_is_what_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, "ventis", "https://ventis.invalid")
    refuse_real_provider(jour.here(), VentisHook())
