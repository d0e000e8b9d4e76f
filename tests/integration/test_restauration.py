"""A backup brought back, or a database made anew: nothing that left meanwhile leaves again, and the day is finished."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.rows import TupleRow

from relances.orchestration.connections import hook_of
from relances.policy.politique import load_policy
from relances.rules.errors import Blocked
from relances.rules.request import Request
from relances.rules.restauration import Parole
from relances.store import migrate
from relances.store.restauration import Marque, Temoin
from relances_providers.messaging import Message
from tests import jour
from tests.integration.asked import restaurer
from tests.integration.conftest import Connect
from tests.integration.provider import Provider
from tests.integration.sauvegarde import back_up, bring_back, lose
from tests.integration.staged import stage_relances
from tests.integration.world import ask, let_time_pass, request, statuts
from tests.support import one_sentence, wait_until

CONTRIBUABLES = 100
QUARANTINE = load_policy().envoi.delai_absence  # no more: what left a moment ago would be after what is sought

pytestmark = pytest.mark.usefixtures("great_expectations", "connect")


@pytest.fixture
def contribuables() -> int:
    return CONTRIBUABLES


@pytest.fixture
def etaxe_url(etaxe_url: str) -> str:
    """Its numbers are such that every message is taken."""
    ask(etaxe_url, "UPDATE contribuable SET telephone = '066' || lpad((100000 + id)::text, 6, '0')")
    return etaxe_url


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "relances.dump"


@pytest.fixture
def temoin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The witness of this machine."""
    file = tmp_path / "temoin" / "temoin.json"
    monkeypatch.setenv("RELANCES_TEMOIN", str(file))
    return file


def reconcile(url: str, asked: Request) -> None:
    def settled() -> bool:
        let_time_pass(url, QUARANTINE)
        return jour.reconcile(asked)

    wait_until(settled, "nothing left to reconcile")


async def send_one(to: str, text: str) -> None:
    """A message of the same account's, that no relance says."""
    async with hook_of("twilio").open() as sender:
        await sender.send(Message(to, text))


def received(provider: Provider) -> Counter[tuple[str, str]]:
    """How often each text came to each phone."""
    return Counter((entry["to"], entry["text"]) for entry in provider.ledger())


def doubles(provider: Provider) -> int:
    return sum(count - 1 for count in received(provider).values())


# --- noticed ---


def test_a_database_brought_back_sends_nothing(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    back_up(relances_url, backup)
    jour.send(asked)
    before = len(provider.ledger())
    bring_back(relances_url, backup)
    for task in (
        lambda: jour.check_providers(asked),
        lambda: jour.extract(asked),
        lambda: jour.plan_lots(asked, "ventis"),
        lambda: jour.reconcile(asked),
        jour.reconcile_every_run,
        jour.write_back_every_run,
    ):
        with pytest.raises(Blocked, match="relances restaurer") as refused:
            task()
        assert one_sentence(refused.value)
    assert before > 0
    assert len(provider.ledger()) == before


def test_a_lot_under_way_stops_where_its_database_was_brought_back(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    [part] = jour.plan_lots(asked, "ventis")
    back_up(relances_url, backup)
    bring_back(relances_url, backup)
    with pytest.raises(Blocked, match="copiée, restaurée ou basculée"):
        jour.send_lot(asked, **part)
    assert provider.ledger() == []


def test_what_the_tax_application_shows_and_the_database_forgot_stops_all(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    back_up(relances_url, backup)
    jour.send(asked)
    jour.write_back(asked)
    sent = len(provider.ledger())
    bring_back(relances_url, backup)
    as_if_it_were_at_home(relances_url)
    with pytest.raises(Blocked, match=r"montre .* relances dont elle ne se souvient pas"):
        jour.extract(request("passage-2"))
    with pytest.raises(Blocked, match="ne se souvient pas"):
        jour.send(asked)
    assert len(provider.ledger()) == sent


def test_a_database_older_than_its_witness_stops_all(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path, temoin: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    back_up(relances_url, backup)
    jour.send(asked)
    sent = len(provider.ledger())
    bring_back(relances_url, backup)
    as_if_it_were_at_home(relances_url)
    with pytest.raises(Blocked, match="plus ancienne que ce que le témoin"):
        jour.send(asked)
    assert temoin.is_file()
    assert len(provider.ledger()) == sent


def test_another_database_than_that_of_the_witness_stops_all(
    relances_url: str, etaxe_url: str, provider: Provider, temoin: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    jour.send(asked)
    lose(relances_url)
    migrate(relances_url)
    with pytest.raises(Blocked, match="connaît une autre base"):
        jour.check_providers(request("passage-2"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"marque": "a"}', '{"marque": "a", "battement": "x"}'])
def test_a_witness_that_cannot_be_read_stops_all(content: str, relances_url: str, etaxe_url: str, temoin: Path) -> None:
    temoin.parent.mkdir()
    temoin.write_text(content)
    with pytest.raises(Blocked, match="ne se lit ou ne s'écrit pas"):
        jour.check_providers(request())


def test_what_a_provider_has_and_the_database_forgot_stops_all(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path, connect: Connect
) -> None:
    connect("twilio")
    asked = request(type_relance="whatsapp")
    jour.prepare(asked)
    back_up(relances_url, backup)
    jour.send(asked, "twilio")
    sent = len(provider.ledger())
    bring_back(relances_url, backup)
    as_if_it_were_at_home(relances_url)
    with pytest.raises(Blocked, match="twilio a déjà un message"):
        jour.send(asked, "twilio")
    assert len(provider.ledger()) == sent


# --- not taken for one that was brought back ---


def test_a_witness_that_learns_between_two_looks_stops_nobody(relances_url: str, etaxe_url: str, temoin: Path) -> None:
    """Lots side by side: one beats while another looks."""
    witness = Temoin(temoin)

    class Beating(psycopg.Connection):
        def execute(self, *words: Any, **options: Any) -> psycopg.Cursor[TupleRow]:
            answer = super().execute(*words, **options)
            with psycopg.connect(relances_url, autocommit=True) as other:
                witness.write(Marque(other).beat())
            return answer

    with Beating.connect(relances_url, autocommit=True) as connection:
        for _ in range(3):
            Marque(connection).require(witness)


def test_a_message_of_somebody_else_stops_nobody(
    relances_url: str, etaxe_url: str, provider: Provider, connect: Connect
) -> None:
    connect("twilio")
    asked = request(type_relance="whatsapp", fournisseur="twilio")
    jour.prepare(asked)
    [first] = ask(relances_url, "SELECT telephone FROM relances.relance ORDER BY id LIMIT 1")
    asyncio.run(send_one(first["telephone"], "Votre rendez-vous est demain."))
    jour.send(asked, "twilio")
    assert statuts(relances_url) == {"envoyee": len(provider.ledger()) - 1}


@pytest.mark.parametrize(
    "change",
    [
        "date_planifiee = date_planifiee - interval '3 days'",
        "statut = 'echec'",
        "notes = 'Vu avec lui. ' || notes",
        "message = 'corrigé'",
    ],
)
def test_what_an_officer_changes_in_our_rows_stops_nobody(
    change: LiteralString, relances_url: str, etaxe_url: str, provider: Provider
) -> None:
    jour.prepare(request())
    jour.send(request())
    jour.write_back(request())
    ask(etaxe_url, f"UPDATE relance SET {change}, updated_at = now() WHERE strpos(notes, '[relances #') > 0")  # noqa: S608
    jour.extract(request("passage-2"))


# --- what is proved, what is in doubt ---


def test_what_the_tax_application_proves_is_not_sent_again_and_the_day_is_finished(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    first = request(limite=20)
    jour.prepare(first)
    back_up(relances_url, backup)
    jour.send(first)
    jour.write_back(first)
    shown = len(provider.ledger())
    bring_back(relances_url, backup)
    said = restaurer(Parole.PASSAGES_FINIS, forcer=False)
    assert "prouve" in said
    rest = request("passage-2")
    jour.prepare(rest)
    jour.send(rest)
    reconcile(relances_url, rest)
    jour.write_back(rest)
    jour.report(rest)
    assert len(provider.ledger()) > shown
    assert doubles(provider) == 0


def test_what_nobody_can_prove_is_never_sent_again(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    back_up(relances_url, backup)
    jour.send(asked)
    sent = len(provider.ledger())
    bring_back(relances_url, backup)
    restaurer(Parole.AUCUNE, forcer=False)
    reconcile(relances_url, asked)
    jour.prepare(request("passage-2"))
    jour.send(request("passage-2"))
    assert len(provider.ledger()) == sent
    codes = {row["code"] for row in ask(relances_url, "SELECT code FROM relances.relance WHERE statut = 'echec'")}
    assert codes == {"408"}


def test_a_provider_that_can_be_asked_tells_what_left(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path, connect: Connect
) -> None:
    connect("twilio")
    asked = request(type_relance="whatsapp", fournisseur="twilio")
    jour.prepare(asked)
    back_up(relances_url, backup)
    [part] = jour.plan_lots(asked, "twilio")
    jour.send_lot(asked, "twilio", part["premier"], (part["premier"] + part["dernier"]) // 2)
    left = len(provider.ledger())
    bring_back(relances_url, backup)
    restaurer(Parole.AUCUNE, forcer=False)
    reconcile(relances_url, asked)
    jour.send(asked, "twilio")
    assert 0 < left < len(provider.ledger())
    assert doubles(provider) == 0
    assert sum(statuts(relances_url).values()) == len(provider.ledger())


def test_what_a_preview_did_meanwhile_hides_nothing_of_what_left(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path, connect: Connect
) -> None:
    connect("twilio")
    asked = request(type_relance="whatsapp", fournisseur="twilio")
    jour.prepare(asked)
    back_up(relances_url, backup)
    jour.send(asked, "twilio")
    left = len(provider.ledger())
    bring_back(relances_url, backup)
    jour.extract(request("apercu", simulation=True))
    restaurer(Parole.AUCUNE, forcer=False)
    reconcile(relances_url, asked)
    jour.send(asked, "twilio")
    assert len(provider.ledger()) == left > 0


def test_what_is_held_stays_so_when_the_database_is_moved_the_same_day(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    back_up(relances_url, backup)
    jour.prepare(request())
    jour.send(request())
    sent = len(provider.ledger())
    bring_back(relances_url, backup)
    restaurer(Parole.AUCUNE, forcer=False)
    back_up(relances_url, backup)
    bring_back(relances_url, backup)
    restaurer(Parole.RIEN_DEPUIS, forcer=False)
    jour.prepare(request("passage-2"))
    jour.send(request("passage-2"))
    assert len(provider.ledger()) == sent


def test_what_is_shown_without_its_reference_is_in_doubt_whatever_the_operator_says(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    back_up(relances_url, backup)
    jour.send(asked)
    jour.write_back(asked)
    sent = len(provider.ledger())
    ask(etaxe_url, r"UPDATE relance SET notes = regexp_replace(notes, '\] .*', ']') WHERE notes ~ 'relances #'")
    bring_back(relances_url, backup)
    restaurer(Parole.PASSAGES_FINIS, forcer=False)
    reconcile(relances_url, asked)
    jour.send(asked)
    assert len(provider.ledger()) == sent


def test_a_machine_that_nobody_told_does_not_stop_the_others_again(
    relances_url: str, etaxe_url: str, provider: Provider, temoin: Path
) -> None:
    jour.prepare(request())
    jour.send(request())
    jour.write_back(request())
    of_the_other_machine = temoin.read_text()
    lose(relances_url)
    migrate(relances_url)
    restaurer(Parole.PASSAGES_FINIS, forcer=False)
    temoin.write_text(of_the_other_machine)
    jour.check_providers(request("passage-2"))


def test_the_tax_base_s_own_trouble_is_said_of_it(relances_url: str, etaxe_url: str, backup: Path) -> None:
    back_up(relances_url, backup)
    bring_back(relances_url, backup)
    ask(etaxe_url, "ALTER TABLE relance DROP COLUMN updated_at")
    with pytest.raises(Blocked, match="base etaxe_db"):
        restaurer(Parole.AUCUNE, forcer=False)


def test_what_was_created_after_the_backup_is_not_created_again_that_day(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    back_up(relances_url, backup)
    jour.prepare(request())
    jour.send(request())
    sent = len(provider.ledger())
    bring_back(relances_url, backup)
    restaurer(Parole.AUCUNE, forcer=False)
    jour.prepare(request("passage-2"))
    jour.send(request("passage-2"))
    assert len(provider.ledger()) == sent
    codes = ask(relances_url, "SELECT DISTINCT code FROM relances.exclusion WHERE etape = 'creation'")
    assert "peut_etre_relance" in {row["code"] for row in codes}
    jour.report(request("passage-2"))


def test_a_database_that_was_only_moved_goes_on_as_it_was(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path
) -> None:
    asked = request()
    jour.prepare(asked)
    back_up(relances_url, backup)
    bring_back(relances_url, backup)
    restaurer(Parole.RIEN_DEPUIS, forcer=False)
    jour.send(asked)
    assert doubles(provider) == 0
    assert statuts(relances_url) == {"envoyee": len(provider.ledger())}


def test_a_new_database_beside_an_old_tax_base_knows_what_was_said(
    relances_url: str, etaxe_url: str, provider: Provider
) -> None:
    jour.prepare(request())
    jour.send(request())
    reconcile(relances_url, request())
    jour.write_back(request())
    sent = len(provider.ledger())
    lose(relances_url)
    migrate(relances_url)
    anew = request("passage-neuf")
    with pytest.raises(Blocked, match="n'a encore rien envoyé"):
        jour.extract(anew)
    restaurer(Parole.PASSAGES_FINIS, forcer=False)
    jour.prepare(anew)
    jour.send(anew)
    assert len(provider.ledger()) == sent


def test_a_restored_database_takes_a_new_name_and_goes_beyond_every_number_seen(
    relances_url: str, etaxe_url: str, provider: Provider, backup: Path, temoin: Path
) -> None:
    back_up(relances_url, backup)
    asked = request(limite=5)
    jour.prepare(asked)
    jour.send(asked)
    jour.write_back(asked)
    [[highest]] = [row.values() for row in ask(relances_url, "SELECT max(id) FROM relances.relance")]
    bring_back(relances_url, backup)
    restaurer(Parole.PASSAGES_FINIS, forcer=False)
    names = ask(relances_url, "SELECT marque, premiere FROM relances.installation ORDER BY rang")
    assert names[-1]["premiere"] == highest + 1
    assert names[-1]["marque"] in temoin.read_text()
    stage_relances(relances_url, 1)
    assert ask(relances_url, "SELECT max(id) AS id FROM relances.relance")[0]["id"] > highest


def test_a_sound_database_is_not_restored_by_mistake(relances_url: str, etaxe_url: str) -> None:
    with pytest.raises(Blocked, match="rien ne montre"):
        restaurer(Parole.AUCUNE, forcer=False)


def as_if_it_were_at_home(url: str) -> None:
    """As after a copy of the server's files, or of rows alone: nothing in the database tells that it came back."""
    ask(url, "UPDATE relances.installation SET lieu = relances.lieu()")
