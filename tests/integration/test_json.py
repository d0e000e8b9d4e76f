"""What a command gives to a script: one JSON document, with the keys that its help promises, and nobody's number."""

import json
from argparse import Namespace
from typing import Any

import pytest

from relances.cli.__main__ import main
from relances.cli.grammaire import grammar
from relances.rendering import arret, corrections, decisions, diagnostic, douteuses, oppositions
from tests.integration.office import Office
from tests.integration.world import ask, request
from tests.support import gabonese_numbers

pytestmark = pytest.mark.usefixtures("connect")

TYPED = "066 12 34 56"


def document(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    """What the command prints, whole."""
    assert main([*words, "--json"]) == code
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert gabonese_numbers(printed) == []
    assert "ONDO" not in printed
    found: dict[str, Any] = json.loads(printed)
    return found


@pytest.fixture
def day(office: Office) -> Office:
    """Four contribuables: one to remind, three whose number is to be corrected."""
    for contribuable, telephone in enumerate([TYPED, "06612", "NEANT", "011 76 54 32"], start=1):
        office.owes(contribuable, telephones=[telephone])
    office.run(request())
    return office


def test_the_numbers_to_correct(day: Office, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "corrections")
    assert found["passages"] == ["passage-1"]
    assert [tuple(row) for row in found["corrections"]] == [corrections.KEYS] * 3
    [fixed] = [row for row in found["corrections"] if row["code"] == "ligne_fixe"]
    assert fixed["raison"] == "ligne fixe : ne reçoit pas de message"
    assert (fixed["creances"], fixed["montant"]) == (1, "15000")
    assert fixed["numero"] == "••••"


def test_the_decisions_of_a_run(day: Office, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "apercu", "--passage=passage-1")
    assert found["passage"] == "passage-1"
    assert [tuple(row) for row in found["decisions"]] == [decisions.KEYS] * 4
    told = {row["contribuable_id"]: (row["decision"], row["code"]) for row in found["decisions"]}
    assert told["1"] == ("en_attente", None)
    assert told["4"] == ("exclue", "ligne_fixe")


def test_the_doubtful_ones(day: Office, capsys: pytest.CaptureFixture[str]) -> None:
    ask(day.relances_url, "UPDATE relances.creance_extraite SET telephones = ARRAY['066 12 34 5O6']")
    ask(day.relances_url, "UPDATE relances.relance SET statut = 'envoyee', envoyee_le = now(), reference = 'r'")
    [found] = document(capsys, "douteuses")["douteuses"]
    assert tuple(found) == douteuses.KEYS
    assert (found["contribuable_id"], found["numero"], found["statut"]) == ("1", "+241••••3456", "envoyee")


def test_who_is_reminded_no_more(relances_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "opposition", "lister") == {"contribuables": [], "numeros": []}
    ask(
        relances_url,
        "INSERT INTO relances.opposition (source, contribuable_id, motif) "
        "VALUES ('collecte_taxe', 'A-7', 'rappeler au 066 12 34 56')",
    )
    ask(
        relances_url,
        "INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur) "
        "VALUES ('24166123456', 'sms', 'opposition', '21610', 'zoom')",
    )
    found = document(capsys, "opposition", "lister")
    [person], [number] = found["contribuables"], found["numeros"]
    assert tuple(person) == oppositions.KEYS
    assert tuple(number) == oppositions.NUMBER_KEYS
    assert (person["contribuable_id"], number["numero"], number["fournisseur"]) == ("A-7", "+241••••3456", "zoom")


def test_how_the_lanes_are(relances_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    seen = document(capsys, "envois", "voir")["envois"]
    assert {(row["etat"], row["en_attente"]) for row in seen} == {("jamais_servi", 0)}
    stopped = document(capsys, "envois", "arreter")["envois"]
    assert [tuple(row) for row in stopped] == [arret.KEYS] * 3
    assert {row["etat"] for row in stopped} == {"arrete"}
    assert {row["etat"] for row in document(capsys, "envois", "reprendre")["envois"]} == {"ouvert"}


def test_the_connections(relances_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "diagnostic", code=1)["connexions"]
    assert {tuple(row) for row in found} == {diagnostic.KEYS}
    assert {row["verdict"] for row in found} >= {"good", "bad"}


def test_a_list_is_for_a_script_or_for_a_file() -> None:
    parser, _ = grammar()
    assert parser.parse_args(["opposition", "lister", "--json"]) == Namespace(
        json=True, csv=None, run="relances.cli.oppositions:list_all"
    )
    for words in ("opposition lister", "corrections", "douteuses", "apercu"):
        with pytest.raises(SystemExit):
            parser.parse_args([*words.split(), "--json", "--csv=x"])
