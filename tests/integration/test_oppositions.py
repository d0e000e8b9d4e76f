"""Who asked for silence: put on the list by a command, a file or a run, and left alone from then on."""

import io
import logging
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from relances.cli.__main__ import main
from relances.rules.errors import Blocked
from relances.store.sources import CONTACTS
from tests.integration import asked as oppositions
from tests.integration.asked import reactivate
from tests.integration.office import Office
from tests.integration.world import ask, request, statuts
from tests.support import one_sentence, postgres_connection, wait_until


@pytest.fixture(autouse=True)
def connected(relances_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))


def listed(url: str) -> dict[str, str | None]:
    rows = ask(url, "SELECT contribuable_id, motif FROM relances.opposition WHERE source = 'collecte_taxe'")
    return {row["contribuable_id"]: row["motif"] for row in rows}


def silenced(url: str) -> set[tuple[str, str, str, str | None]]:
    rows = ask(url, "SELECT * FROM relances.numero_signale WHERE etat = 'opposition'")
    return {(row["telephone"], row["canal"], row["code"], row["motif"]) for row in rows}


CAMPAIGNS = " Les campagnes de contacts importés ne sont couvertes que par --telephone."


def contacts(url: str, *telephones: str) -> list[str]:
    """Import a contact of each number; their ids, as the source of contacts makes them."""
    rows = ask(
        url,
        "INSERT INTO relances.contact (campagne, telephone, numeros, saisie, libelle, montant_du, echeance) "
        "SELECT 'Marchés', t, ARRAY[t], t, 'Étal ' || n, 15000, '2026-01-01' "
        "FROM unnest(%(telephones)s::text[]) WITH ORDINALITY AS _ (t, n) RETURNING 'c' || id AS id",
        telephones=list(telephones),
    )
    ask(
        url,
        "UPDATE relances.contact c SET titulaire = premier FROM (SELECT telephone, min(id) AS premier "
        "FROM relances.contact GROUP BY telephone) p WHERE p.telephone = c.telephone AND c.id <> premier",
    )
    return [row["id"] for row in rows]


def say(url: str, telephone: str, etat: str) -> None:
    """What a fournisseur said of a number."""
    ask(
        url,
        "INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur) "
        "VALUES (%(telephone)s, 'sms', %(etat)s, '21610', 'zoom')",
        telephone=telephone,
        etat=etat,
    )


# --- commands ---


def test_a_contribuable_is_added_once_and_removed(relances_url: str) -> None:
    assert oppositions.add(" A-7 ", None, "a téléphoné") == f"Le contribuable A-7 est en opposition.{CAMPAIGNS}"
    assert oppositions.add("A-7", None, None) == f"Le contribuable A-7 était déjà en opposition.{CAMPAIGNS}"
    assert listed(relances_url) == {"A-7": "a téléphoné"}
    assert oppositions.remove("A-7", None) == "Le contribuable A-7 n'est plus en opposition."
    assert oppositions.remove("A-7", None) == "Le contribuable A-7 n'est pas dans la liste."
    assert listed(relances_url) == {}


def test_a_number_is_silenced_on_every_canal_and_shown_masked(relances_url: str) -> None:
    assert oppositions.add(None, "066 12 34 56", "courrier") == ("+241••••3456 est en opposition, sur tous les canaux.")
    assert oppositions.add(None, "+24166123456", None).startswith("+241••••3456 était déjà en opposition")
    assert silenced(relances_url) == {
        ("24166123456", "sms", "liste", "courrier"),
        ("24166123456", "whatsapp", "liste", "courrier"),
    }
    assert oppositions.remove(None, "66123456") == "+241••••3456 n'est plus en opposition."
    assert silenced(relances_url) == set()


def test_a_number_of_the_old_plan_is_said_to_be_converted(relances_url: str) -> None:
    assert oppositions.add(None, "06 61 23 45", None).startswith(
        "+241••••2345 est en opposition, sur tous les canaux. Il"
    )
    assert "converti" not in oppositions.add(None, "066123456", None)


def test_the_list_is_written_with_whole_numbers_where_asked(relances_url: str, tmp_path: Path) -> None:
    oppositions.add("12", None, "décès")
    oppositions.add(None, "066123456", "courrier")
    file = tmp_path / "oppositions.csv"
    assert oppositions.listing(file).startswith("2 oppositions écrites dans")
    written = file.read_text(encoding="utf-8-sig").splitlines()
    assert written[0] == "contribuable_id;source;telephone;canaux;fournisseur;depuis;motif"
    assert written[1].startswith("12;collecte_taxe;;;;")
    assert written[2].startswith(";;'+24166123456;sms, whatsapp;")


def test_both_numbers_of_a_cell_are_silenced(relances_url: str) -> None:
    oppositions.add(None, "066123456 / 077123457", None)
    assert {telephone for telephone, *_ in silenced(relances_url)} == {"24166123456", "24177123457"}


@pytest.mark.parametrize("typed", ["066 12 34 5O", "066 12 34 5", "066123456 / 57", "066123456 (fils)"])
def test_a_number_mistyped_silences_no_stranger(relances_url: str, typed: str) -> None:
    with pytest.raises(Blocked, match="opposition : numéro douteux"):
        oppositions.add(None, typed, None)
    assert silenced(relances_url) == set()


def test_silence_outweighs_a_number_said_unreachable(relances_url: str) -> None:
    say(relances_url, "24166123456", "injoignable")
    oppositions.add(None, "066123456", None)
    assert {canal for _, canal, _, _ in silenced(relances_url)} == {"sms", "whatsapp"}


def test_what_a_fournisseur_was_told_is_not_the_list_s_to_take_back(relances_url: str) -> None:
    say(relances_url, "24166123456", "opposition")
    assert oppositions.add(None, "066123456", None).endswith("est en opposition, sur tous les canaux.")
    oppositions.remove(None, "066123456")
    assert silenced(relances_url) == {("24166123456", "sms", "21610", None)}
    assert "n'est pas dans la liste ; si un fournisseur l'a signalé" in oppositions.remove(None, "066123456")


def test_reactivating_a_number_takes_it_off_the_list(relances_url: str) -> None:
    oppositions.add(None, "066123456", None)
    assert "signalement levé : opposition (sms), opposition (whatsapp)" in reactivate("066123456")
    assert silenced(relances_url) == set()


def test_an_id_that_was_never_extracted_is_remarked(office: Office, relances_url: str) -> None:
    ask(
        relances_url,
        "INSERT INTO relances.execution (run_id, occasion, date_relance, source, simulation, parametres, "
        "jour_passage, creances) VALUES ('p', 'o', '2026-11-20', 'collecte_taxe', false, '{}', '2026-11-20', 1)",
    )
    ask(
        relances_url,
        "INSERT INTO relances.creance_extraite (execution_id, contribuable_id) SELECT id, '7' FROM relances.execution",
    )
    assert oppositions.add("7", None, None) == f"Le contribuable 7 est en opposition.{CAMPAIGNS}"
    assert oppositions.add("8", None, None).endswith("dans la dernière extraction : vérifiez-le.")
    assert listed(relances_url).keys() == {"7", "8"}


def test_the_list_shows_no_number(relances_url: str) -> None:
    assert oppositions.listing() == "Personne n'est en opposition."
    oppositions.add("12", None, "son fils, au 066123456")
    oppositions.add(None, "077123456", None)
    say(relances_url, "24166000001", "opposition")
    lines = oppositions.listing().splitlines()
    assert [line.partition(", depuis le ")[0] for line in lines] == [
        "contribuable 12 (collecte_taxe)",
        "+241••••3456 (sms, whatsapp)",
        "+241••••0001 (sms, dit à zoom)",
    ]
    assert lines[0].endswith(" : son fils, au ••••")


@pytest.mark.parametrize(
    ("contribuable", "telephone"), [(" ", None), ("a\0b", None), (None, "NEANT"), (None, "2,41E+11")]
)
def test_what_names_nobody_is_refused(relances_url: str, contribuable: str | None, telephone: str | None) -> None:
    with pytest.raises(Blocked) as refused:
        oppositions.add(contribuable, telephone, None)
    assert one_sentence(refused.value).startswith("opposition : ")
    assert (listed(relances_url), silenced(relances_url)) == ({}, set())


def test_a_number_cut_short_is_told_so(relances_url: str) -> None:
    with pytest.raises(Blocked, match="opposition : numéro trop court — "):
        oppositions.add(None, "12", None)


def test_a_contact_s_own_id_silences_the_contact(relances_url: str) -> None:
    first, second = contacts(relances_url, "24166123456", "24166123456")
    assert oppositions.add(first, None, None) == f"Le contact importé {first} est en opposition."
    assert oppositions.add(second, None, None) == f"Le contribuable {second} est en opposition.{CAMPAIGNS}"
    rows = ask(relances_url, "SELECT contribuable_id, source FROM relances.opposition")
    assert {row["contribuable_id"]: row["source"] for row in rows} == {first: CONTACTS, second: "collecte_taxe"}
    assert oppositions.remove(first, None) == f"Le contact importé {first} n'est plus en opposition."
    assert listed(relances_url).keys() == {second}


def test_the_command_adds_and_lists(
    relances_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"066123456\n")))
    assert main(["opposition", "ajouter", "--telephone"]) == 0
    assert capsys.readouterr().out == "+241••••3456 est en opposition, sur tous les canaux.\n"
    command = [sys.executable, "-W", "ignore", "-m", "relances.cli", "opposition", "lister"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("+241••••3456 (sms, whatsapp), depuis le ")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "inconnue",
        "opposition",
        "opposition ajouter",
        "opposition ajouter --contribuable=1 --telephone",
        "opposition retirer --contribuable=1 --motif=x",
        "opposition lister --tout",
        "opposition importer",
        "importer-contacts --campagne=Marchés",
        "importer-contacts x.csv",
        "envoyer-test",
        "corrections --limite=3",
        "apercu --limite=beaucoup",
    ],
)
def test_words_that_make_no_command_are_refused_in_one_sentence(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("relances")
    assert re.fullmatch(r"relances\b[\w -]* : .+ ; voyez relances[\w -]* --help", said)


def test_a_run_that_is_shown_takes_no_options_of_a_new_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apercu", "--passage=passage-1", "--limite=3"]) == 1
    assert capsys.readouterr().err.startswith("apercu : --passage montre un passage tel qu'il est")


def test_a_command_that_is_interrupted_ends_without_a_trace(
    relances_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(relances_url) as other, psycopg.connect(relances_url, autocommit=True) as watch:
        other.execute("LOCK TABLE relances.opposition")

        def interrupt() -> None:
            waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            try:
                wait_until(lambda: watch.execute(waiting).fetchone() is not None, "the command waits for the lock")
            finally:
                os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        # Who runs the tests in the background may have Ctrl-C ignored, here too.
        usual = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            thread.start()
            assert main(["opposition", "lister"]) == 130
        finally:
            thread.join()
            signal.signal(signal.SIGINT, usual)
    assert capsys.readouterr() == ("", "")


# --- a file ---


def test_contacts_of_a_file_are_silenced_as_contacts(tmp_path: Path, relances_url: str) -> None:
    [contact] = contacts(relances_url, "24166123456")
    file = tmp_path / "liste.csv"
    file.write_text(f"contribuable_id;motif\n12;\n{contact};courrier\n")
    assert "contribuables : 2, numéros : 0, dont nouveaux : 2." in (
        oppositions.import_oppositions(file, ignorer_erreurs=False).texte
    )
    rows = ask(relances_url, "SELECT contribuable_id, source, motif FROM relances.opposition ORDER BY 1")
    assert [tuple(row.values()) for row in rows] == [("12", "collecte_taxe", None), (contact, CONTACTS, "courrier")]


def test_a_list_accounts_for_every_line_that_it_read(tmp_path: Path) -> None:
    oppositions.add("12", None, None)
    file = tmp_path / "liste.csv"
    file.write_text("contribuable_id;telephone\n12;\n13;066123456\n;066 12 34 56\n14;077 12 34 5O\n")
    said = oppositions.import_oppositions(file, ignorer_erreurs=False)
    assert said.texte.splitlines()[-1] == "Lignes lues : 4, refusées : 1."
    said = oppositions.import_oppositions(file, ignorer_erreurs=True)
    assert "Lignes lues : 4, ajoutées : 1, déjà en opposition : 1, répétées : 1, refusées : 1." in said.texte


def test_a_file_is_imported_and_importing_it_again_is_harmless(tmp_path: Path, relances_url: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_bytes('Id contribuable;Téléphone;Motif\n12;;décès\n;066123456;\n13;"=""077123456""";\n'.encode("cp1252"))
    said = oppositions.import_oppositions(file, ignorer_erreurs=False)
    assert (said.fait, said.texte) == (
        True,
        "Lignes lues : 3, ajoutées : 3, déjà en opposition : 0, répétées : 0, refusées : 0. "
        "En opposition, contribuables : 2, numéros : 2, dont nouveaux : 4.",
    )
    before = listed(relances_url), silenced(relances_url)
    assert before[0] == {"12": "décès", "13": None}
    assert {telephone for telephone, *_ in before[1]} == {"24166123456", "24177123456"}
    assert "dont nouveaux : 0" in oppositions.import_oppositions(file, ignorer_erreurs=False).texte
    assert (listed(relances_url), silenced(relances_url)) == before


def test_a_cell_that_an_export_wrote_a_word_for_nothing_in_is_empty(tmp_path: Path, relances_url: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("contribuable_id,telephone,motif\n12,NULL,NULL\nnan,066123456,(null)\nNone,#N/A,-\n")
    said = oppositions.import_oppositions(file, ignorer_erreurs=True)
    assert said.texte.startswith("ligne 4 : ni contribuable_id ni telephone")
    assert (listed(relances_url), {each[3] for each in silenced(relances_url)}) == ({"12": None}, {None})
    with pytest.raises(Blocked, match="identifiant vide"):
        oppositions.add("NULL", None, None)


def test_a_fault_leaves_the_list_as_it_was_unless_faults_are_ignored(tmp_path: Path, relances_url: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("contribuable_id,telephone,motif\n12,,\n,,personne\n,2.41E+11,\n")
    said = oppositions.import_oppositions(file, ignorer_erreurs=False)
    assert not said.fait
    assert said.texte.splitlines()[:2] == [
        "ligne 3 : ni contribuable_id ni telephone",
        "ligne 4, telephone : le tableur a remplacé le numéro par une puissance de dix ; donnez à la colonne le format "
        "texte, ressaisissez la cellule et exportez de nouveau",
    ]
    assert listed(relances_url) == {}
    assert oppositions.import_oppositions(file, ignorer_erreurs=True).fait
    assert listed(relances_url) == {"12": None}


@pytest.mark.parametrize(
    ("content", "why"),
    [("nom;motif\nx;y\n", "il manque la colonne contribuable_id ou telephone"), ("telephone;motif\n", "aucune ligne")]
    + [(f"{titre};motif\n12;\n", "il manque la colonne") for titre in ("id", "Identifiant", "Contribuable")],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(content)
    with pytest.raises(Blocked) as refused:
        oppositions.import_oppositions(file, ignorer_erreurs=False)
    assert why in one_sentence(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Blocked, match="vérifiez le nom du fichier"):
        oppositions.import_oppositions(tmp_path / "absente.csv", ignorer_erreurs=False)
    with pytest.raises(Blocked, match="n'est pas un fichier"):
        oppositions.import_oppositions(tmp_path, ignorer_erreurs=False)


def test_a_file_that_the_system_refuses_is_said(tmp_path: Path) -> None:
    with pytest.raises(Blocked, match="vérifiez le nom du fichier") as refused:
        oppositions.import_oppositions(tmp_path / ("x" * 300), ignorer_erreurs=False)
    one_sentence(refused.value)


def test_errors_that_cannot_be_written_are_said_and_nothing_is_imported(tmp_path: Path, relances_url: str) -> None:
    file = tmp_path / f"{'x' * 250}.csv"  # one more word in its name is too many for the system
    file.write_text("contribuable_id,telephone\n12,\n,2.41E+11\n")
    with pytest.raises(Blocked, match="donnez un fichier d'un dossier où vous pouvez écrire") as refused:
        oppositions.import_oppositions(file, ignorer_erreurs=True)
    one_sentence(refused.value)
    assert listed(relances_url) == {}


def test_a_disk_that_is_full_is_said_and_nothing_is_imported(tmp_path: Path, relances_url: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("contribuable_id,telephone\n12,\n,2.41E+11\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # bytes: the file of the errors is longer
    try:
        with pytest.raises(Blocked, match="où il reste de la place"):
            oppositions.import_oppositions(file, ignorer_erreurs=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert listed(relances_url) == {}
    assert list(tmp_path.iterdir()) == [file]


# --- a run ---


def test_a_contribuable_of_the_list_gets_nothing(office: Office) -> None:
    office.owe(2)
    asked = request(oppositions=["1"])
    office.run(asked)
    assert office.exclusions(asked) == {"1": "opposition"}
    later = request("passage-2")
    office.run(later)
    assert office.exclusions(later) == {"1": "opposition"}
    assert statuts(office.relances_url) == {"en_attente": 1}


def test_a_number_of_the_list_gets_nothing_whoever_has_it(office: Office) -> None:
    office.owe(3)
    oppositions.add(None, "066000002", None)
    office.run(request())
    assert office.exclusions(request()) == {"2": "opposition"}


def test_oppositions_of_nobody_are_counted_not_refused(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.owe(1)
    with caplog.at_level(logging.WARNING):
        office.extract(request(oppositions=["1", "98", "99"]))
    assert "2 des oppositions demandées ne sont d'aucun contribuable en retard" in caplog.text


def test_who_asked_for_silence_stays_on_the_list_though_the_extraction_fails(office: Office, relances_url: str) -> None:
    with pytest.raises(Blocked, match="aucune créance en retard"):
        office.extract(request(oppositions=["1"]))
    assert [row["contribuable_id"] for row in ask(relances_url, "SELECT * FROM relances.opposition")] == ["1"]
