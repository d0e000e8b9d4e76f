"""What every hook makes of its connection: fields that all have, the "Test" button, limits and addresses."""

import asyncio
import json

import pytest

from relances_providers.errors import Misconfigured
from relances_providers.messaging import Limits
from tests.providers.contract.cases import Case
from tests.providers.servers import Connect, Simulated
from tests.support import one_sentence


def test_no_connection_is_told_with_the_place_to_make_it(case: Case) -> None:
    with pytest.raises(Misconfigured) as caught:
        _ = case.hook("absente").limits
    assert f"la connexion absente n'existe pas ; créez-la dans Admin → Connections, type {case.hook.hook_name}" in (
        one_sentence(caught.value)
    )


def test_another_connection_may_be_named(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": case.hook.conn_type, "host": "rien"}
    monkeypatch.setenv("AIRFLOW_CONN_DE_LA_MAIRIE", json.dumps(connection))
    with pytest.raises(Misconfigured, match="connexion de_la_mairie"):
        _ = case.hook(conn_id="de_la_mairie").limits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "messagerie.invalid"),
        ("host", "https://agent:s3cret@messagerie.invalid"),
        ("login", None),
        ("password", ""),
        ("sender", " "),
        ("verify_ssl", "peut-être"),
        ("debug", "beaucoup"),
        ("timeout", "vite"),
        ("timeout", 0),
        ("timeout", "inf"),
        ("max_in_flight", 0),
        ("max_in_flight", "inf"),
        ("rate_per_second", 0),
        ("rate_per_second", "nan"),
    ],
)
def test_a_wrong_field_is_told_in_one_sentence(case: Case, connect: Connect, name: str, value: object) -> None:
    connect("https://messagerie.invalid", **{name: value})
    with pytest.raises(Misconfigured) as caught:
        _ = case.hook().limits
    sentence = one_sentence(caught.value)
    assert sentence.startswith(f"connexion {case.hook.default_conn_name} : le champ {name} ")
    assert "s3cret" not in sentence


def test_limits_are_those_of_the_connection(case: Case, connect: Connect) -> None:
    connect("https://messagerie.invalid", rate_per_second=0.5, max_in_flight=4, timeout=10)
    assert case.hook().limits == Limits(rate_per_second=0.5, max_in_flight=4, timeout=10)


def test_every_address_is_named_by_its_field(case: Case, connect: Connect) -> None:
    connect("https://messagerie.invalid/")
    addresses = case.hook().addresses
    assert "host" in addresses
    assert all(address.startswith("https://messagerie.invalid") for address in addresses.values())


async def press_test(case: Case) -> tuple[bool, str]:
    """As Airflow does: from a thread that has no event loop."""
    return await asyncio.to_thread(case.hook().test_connection)


async def test_the_test_button_sends_nothing(simulated: Simulated, case: Case) -> None:
    assert await press_test(case) == (True, f"{case.hook.hook_name} : la connexion fonctionne — connection works")
    assert await simulated.ledger() == []


async def test_the_test_button_says_what_to_mend(simulated: Simulated, case: Case, connect: Connect) -> None:
    connect(simulated.url, password="faux")
    works, said = await press_test(case)
    assert not works
    assert "vérifiez login" in said
    assert f"connexion {case.hook.default_conn_name}" in said


async def test_the_test_button_says_what_is_out_of_reach(case: Case, connect: Connect, closed_port: str) -> None:
    connect(closed_port)
    works, said = await press_test(case)
    assert not works
    assert "127.0.0.1" in said


async def test_an_examination_sends_nothing_and_finds_parts(simulated: Simulated, case: Case) -> None:
    async with case.hook().open() as sender:
        await sender.check()
        parts = [finding.part for finding in await sender.diagnose()]
    assert "sender" in parts
    assert await simulated.ledger() == []
