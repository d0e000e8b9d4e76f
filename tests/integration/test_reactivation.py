"""A number that was marked may be written to again, where a person says so."""

import subprocess
import sys

import pytest

from relances.rules.errors import Blocked
from tests.integration.asked import reactivate
from tests.integration.world import ask
from tests.support import postgres_connection


@pytest.fixture(autouse=True)
def connected(relances_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))


def mark(url: str, telephone: str, canal: str, etat: str) -> None:
    ask(
        url,
        "INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur) "
        "VALUES (%(telephone)s, %(canal)s, %(etat)s, '1', 'zoom')",
        telephone=telephone,
        canal=canal,
        etat=etat,
    )


def marked(url: str) -> list[str]:
    return [row["telephone"] for row in ask(url, "SELECT telephone FROM relances.numero_signale")]


def test_every_mark_of_the_number_is_lifted_and_no_other(relances_url: str) -> None:
    mark(relances_url, "24166123456", "sms", "injoignable")
    mark(relances_url, "24166123456", "whatsapp", "opposition")
    mark(relances_url, "24166123457", "sms", "injoignable")
    assert reactivate("066 12 34 56") == (
        "+241••••3456 sera de nouveau relancé ; signalement levé : injoignable (sms), opposition (whatsapp)."
    )
    assert marked(relances_url) == ["24166123457"]


@pytest.mark.parametrize("typed", ["+1 555 123 4567", "+15551234567"])
def test_a_number_is_read_as_the_fournisseur_that_takes_it_reads_it(relances_url: str, typed: str) -> None:
    mark(relances_url, "15551234567", "sms", "opposition")
    assert reactivate(typed).startswith("+155••••4567 sera de nouveau relancé")
    assert marked(relances_url) == []


def test_a_number_without_a_mark_is_said_to_have_none() -> None:
    assert reactivate("+33612345678") == "+336••••5678 n'était signalé sur aucun canal."


@pytest.mark.parametrize(("typed", "why"), [("NEANT", "pas de numéro"), ("066 12 34 5O", "numéro douteux : « O »")])
def test_what_is_no_number_is_refused(typed: str, why: str) -> None:
    with pytest.raises(Blocked, match=f"ce n'est le numéro d'aucun fournisseur : {why}"):
        reactivate(typed)


def test_both_numbers_of_a_cell_are_lifted(relances_url: str) -> None:
    mark(relances_url, "24166123456", "sms", "injoignable")
    said = reactivate("066123456 / 077123456").splitlines()
    assert said == [
        "+241••••3456 sera de nouveau relancé ; signalement levé : injoignable (sms).",
        "+241••••3456 n'était signalé sur aucun canal.",
    ]


def test_the_command_prints_one_sentence_without_the_number(relances_url: str) -> None:
    mark(relances_url, "24166123456", "sms", "injoignable")
    command = [sys.executable, "-W", "ignore", "-m", "relances.cli", "reactiver"]
    done = subprocess.run(command, input="066123456\n", capture_output=True, text=True, check=True)
    assert done.stdout == "+241••••3456 sera de nouveau relancé ; signalement levé : injoignable (sms).\n"
    assert marked(relances_url) == []
