"""By which policy and which texts a relance goes on by another canal: those in force, whatever its run recorded."""

import logging
import shutil
from pathlib import Path

import pytest

from relances.policy.gabarits import DEFAULT_FOLDER
from relances.rules.errors import Blocked
from relances.rules.fenetre import JOURS
from relances.rules.request import Request
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.office import Office
from tests.integration.provider import Provider
from tests.integration.world import Row, ask, request
from tests.support import closed_days, one_sentence, postgres_connection, write_policy

NOT_ON_WHATSAPP = 63024  # a contribuable whose number is one that Twilio cannot deliver to
BY_WHATSAPP = request(type_relance="whatsapp")


@pytest.fixture
def fichier(office: Office, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The policy of an office that lets relances go on by another canal, its own templates beside it."""
    for fournisseur in ("ventis", "zoom", "twilio"):
        connect(fournisseur)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(office.etaxe_url))
    file = write_policy(tmp_path / "politique.toml", autre_canal=True)
    shutil.copytree(DEFAULT_FOLDER, file.parent / "gabarits")
    monkeypatch.setenv("RELANCES_POLITIQUE", str(file))
    office.owes(NOT_ON_WHATSAPP)
    return file


def change(fichier: Path, *changes: tuple[str, str]) -> None:
    text = fichier.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    fichier.write_text(text, encoding="utf-8")


def close(fichier: Path, *, closed: bool = True) -> None:
    """Shut the send window, or open it again."""
    opened, shut = (f"jours = {str(days).replace(chr(39), chr(34))}" for days in (list(JOURS), closed_days()))
    change(fichier, (opened, shut) if closed else (shut, opened))


def sent_in_vain(office: Office, asked: Request = BY_WHATSAPP) -> None:
    """A run that recorded the policy and the texts in force, and wrote to who is not on WhatsApp."""
    jour.check_providers(asked)
    office.run(asked)
    jour.send(asked, "twilio")


def refuse_all(office: Office) -> None:
    """Have Twilio say of every relance what it says of who is not on WhatsApp."""
    ask(office.relances_url, "UPDATE relances.relance SET statut = 'echec', code = '63024', reference = NULL, "
        "envoyee_le = NULL, close_le = now()")  # fmt: skip
    ask(office.relances_url, "UPDATE relances.tentative SET issue = 'refusee', constat = NULL, constat_le = NULL")


def relance(office: Office) -> Row:
    [only] = ask(office.relances_url, "SELECT * FROM relances.relance")
    return only


def test_it_costs_what_the_policy_in_force_says_to_its_last_writing(
    office: Office, provider: Provider, fichier: Path
) -> None:
    """Its run knew nothing of Ventis."""
    added = [
        ('fournisseurs_sms = ["zoom"]', 'fournisseurs_sms = ["ventis", "zoom"]'),
        ("\nzoom = 30", "\nventis = 27\nzoom = 30"),
    ]
    change(fichier, ('fournisseurs_sms = ["ventis", "zoom"]', 'fournisseurs_sms = ["zoom"]'), ("\nventis = 25", ""))
    sent_in_vain(office)
    change(fichier, *added)
    close(fichier)
    jour.reconcile_every_run()
    assert (relance(office)["fournisseur"], relance(office)["cout"]) == ("ventis", 27)
    close(fichier, closed=False)
    ask(office.etaxe_url, "UPDATE dette SET montant_du = 5000")
    jour.reconcile_every_run()
    assert (relance(office)["statut"], relance(office)["montant_du"], relance(office)["cout"]) == ("envoyee", 5000, 27)
    invariants(office.relances_url, provider.ledger())


def test_it_says_what_the_texts_in_force_say_to_its_last_writing(
    office: Office, provider: Provider, fichier: Path
) -> None:
    sent_in_vain(office)
    for text in (fichier.parent / "gabarits" / "sms").iterdir():
        text.write_text("Mise a jour : {{ montant }}")
    close(fichier)
    jour.reconcile_every_run()
    assert relance(office)["texte"].startswith("Mise a jour : 15")
    close(fichier, closed=False)
    ask(office.etaxe_url, "UPDATE dette SET montant_du = 5000")
    jour.reconcile_every_run()
    assert provider.ledger()[-1]["text"].startswith("Mise a jour : 5")


def test_what_cannot_be_written_is_told_and_goes_on_once_its_text_is_there(
    office: Office, provider: Provider, fichier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent_in_vain(office)
    sms, away = fichier.parent / "gabarits" / "sms", fichier.parent / "away"
    sms.rename(away)
    with caplog.at_level(logging.WARNING):
        jour.reconcile_every_run()
    assert f"({relance(office)['id']}) : le gabarit gabarits/sms/" in caplog.text
    assert relance(office)["statut"] == "echec"
    away.rename(sms)
    jour.reconcile_every_run()
    assert (relance(office)["statut"], relance(office)["canal"]) == ("envoyee", "sms")


def test_what_cannot_be_written_holds_up_no_other(office: Office, provider: Provider, fichier: Path) -> None:
    """One of the two speaks English, of which the text fails."""
    office.owes(163024, creance="b", langue="en", telephones=["066063025"])
    sent_in_vain(office)
    refuse_all(office)
    for text in (fichier.parent / "gabarits" / "sms").glob("*.en.txt"):
        text.write_text("{{ nope }}")
    jour.reconcile_every_run()
    shown = ask(office.relances_url, "SELECT contribuable_id, statut FROM relances.relance ORDER BY id")
    assert {row["contribuable_id"]: row["statut"] for row in shown} == {"63024": "envoyee", "163024": "echec"}


def test_what_moved_and_cannot_be_written_again_waits_and_leaves_once_its_text_is_mended(
    office: Office, provider: Provider, fichier: Path
) -> None:
    """It paid a part since it moved, and the text that says so is broken by then: no message is lost by a typo."""
    sent_in_vain(office)
    refuse_all(office)
    close(fichier)
    jour.reconcile_every_run()
    texts = {path: path.read_text() for path in (fichier.parent / "gabarits" / "sms").glob("*.txt")}
    for path in texts:
        path.write_text("{{ nope }}")
    close(fichier, closed=False)
    ask(office.etaxe_url, "UPDATE dette SET montant_du = 5000")
    with pytest.raises(Blocked, match="gabarits/sms/"):
        jour.reconcile_every_run()
    assert relance(office)["statut"] == "en_attente"

    for path, text in texts.items():
        path.write_text(text)
    jour.reconcile_every_run()
    assert relance(office)["statut"] == "envoyee"
    assert "5 000" in provider.ledger()[-1]["text"]


@pytest.mark.parametrize("named", [True, False])
def test_a_niveau_whose_policy_names_its_fournisseur_stays_by_the_policy_of_its_run(
    office: Office, provider: Provider, fichier: Path, *, named: bool
) -> None:
    """Whatever the policy in force says of it meanwhile."""
    other = fichier.read_text(encoding="utf-8").replace('canal = "sms"', 'canal = "whatsapp"')
    names = other.replace('canal = "whatsapp"', 'canal = "whatsapp"\nfournisseur = "twilio"')
    fichier.write_text(names if named else other, encoding="utf-8")
    sent_in_vain(office, request())
    fichier.write_text(other if named else names, encoding="utf-8")
    jour.reconcile_every_run()
    assert relance(office)["statut"] == ("echec" if named else "envoyee")


def test_the_texts_of_the_other_canal_are_checked_before_the_run(office: Office, fichier: Path) -> None:
    shutil.rmtree(fichier.parent / "gabarits" / "sms")
    with pytest.raises(Blocked, match=r"gabarit gabarits/sms/.* manque") as refused:
        jour.check_providers(BY_WHATSAPP)
    assert one_sentence(refused.value)
    jour.check_providers(request(fournisseur="twilio"))  # it keeps its fournisseur
    change(fichier, ("autre_canal = true", "autre_canal = false"))
    jour.check_providers(BY_WHATSAPP)
