"""From the variables of the guides to connections, and to the lines that say them."""

import json
from pathlib import Path

import pytest

from relances.local.connections import Connection
from relances.local.errors import LocalError
from relances.local.guide import Guide, deliver, read_guide
from relances.local.ownership import ownership
from relances.local.settings import read_settings

TWILIO = f"TWILIO_ACCOUNT_SID=AC{'0' * 32}\nTWILIO_AUTH_TOKEN=jeton-secret\nTWILIO_SANDBOX_NUMBER=+14155238886\n"
ZOOM = "ZOOM_CLIENT_ID=c\nZOOM_CLIENT_SECRET=s\nZOOM_ACCOUNT_ID=a\nZOOM_SENDER_NUMBER=+15551234567\n"
VENTIS = "VENTIS_MESSAGING_SENDER=X\nKEYCLOAK_MESSAGING_USERNAME=u\nKEYCLOAK_MESSAGING_PASSWORD=p\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "guides.env"


def read(file: Path, content: str) -> Guide:
    file.write_text(content)
    return read_guide(file)


def names(guide: Guide) -> list[str]:
    return [connection.connection_id for connection in guide.connections]


def test_the_whole_of_the_guides_is_four_connections_and_no_remark(file: Path) -> None:
    guide = read(file, VENTIS + TWILIO + ZOOM + "DATABASE_URL=postgresql://agent:m@bd.example/collecte\n")

    assert names(guide) == ["ventis_default", "twilio_default", "zoom_default", "etaxe_db"]
    assert guide.remarks == []


def test_a_database_url_written_for_sqlalchemy_is_understood(file: Path) -> None:
    guide = read(file, "DATABASE_URL=postgresql+psycopg2://agent:m@bd.example:5433/collecte\n")

    [etaxe] = guide.connections
    assert (etaxe.connection_id, etaxe.host, etaxe.port, etaxe.schema) == ("etaxe_db", "bd.example", 5433, "collecte")


def test_our_own_name_of_the_database_wins_and_this_is_said(file: Path) -> None:
    guide = read(file, "DATABASE_URL=postgresql://a@guide/x\nETAXE_URL=postgresql://a@nous/x\n")

    [etaxe] = guide.connections
    assert etaxe.host == "nous"
    assert any(remark.startswith("DATABASE_URL : ignorée") for remark in guide.remarks)


def test_an_unknown_variable_is_named_with_the_one_that_was_meant(file: Path) -> None:
    guide = read(file, ZOOM + "TWILIO_AUTHTOKEN=jeton-secret\nSECRET_KEY=autre\n")

    assert guide.remarks == [
        "SECRET_KEY : variable inconnue, ignorée.",
        "TWILIO_AUTHTOKEN : variable inconnue, ignorée ; vouliez-vous TWILIO_AUTH_TOKEN ?",
    ]


def test_what_is_missing_is_named_for_each_provider_spoken_of(file: Path) -> None:
    guide = read(file, "ZOOM_CLIENT_ID=c\nZOOM_CLIENT_SECRET=s\nZOOM_ACCOUNT_ID=a\n")

    assert guide.remarks == ["Zoom : il manque ZOOM_SENDER_NUMBER pour envoyer."]


def test_the_address_for_callbacks_is_known_and_of_no_use(file: Path) -> None:
    guide = read(file, TWILIO + "TWILIO_WEBHOOK_BASE_URL=https://mairie.example\n")

    [remark] = guide.remarks
    assert remark.startswith("TWILIO_WEBHOOK_BASE_URL : ignorée")


def test_every_wrong_value_is_named_at_once_and_none_is_shown(file: Path) -> None:
    wrong = "TWILIO_ACCOUNT_SID=SKfaux\nZOOM_SENDER_NUMBER=0555faux\nVENTIS_DEBUG=faux?\n"

    with pytest.raises(LocalError) as refusal:
        read(file, wrong)

    for name in ("TWILIO_ACCOUNT_SID", "ZOOM_SENDER_NUMBER", "VENTIS_DEBUG"):
        assert f"{name} : écrivez" in str(refusal.value)
    assert "faux" not in str(refusal.value)


def test_a_wrong_database_url_is_refused_by_the_name_it_has_in_the_file(file: Path) -> None:
    with pytest.raises(LocalError, match=r"^DATABASE_URL n'est pas une URL PostgreSQL"):
        read(file, "DATABASE_URL=sqlite:///collecte.db\n")


def test_a_file_that_speaks_of_no_connection_is_refused(file: Path) -> None:
    with pytest.raises(LocalError, match="ne décrit aucune connexion"):
        read(file, "AUTRE=1\n")


def test_where_nothing_runs_no_secret_is_printed_unasked(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LocalError, match="--imprimer"):
        deliver(read(file, TWILIO), read_settings({"RELANCES_ETAT": str(tmp_path)}), imprimer=False)
    assert capsys.readouterr().out == ""


def test_lines_for_airflow_are_printed_when_asked_and_remarks_are_apart(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = read(file, TWILIO.replace("=", " = "))

    deliver(guide, read_settings({"RELANCES_ETAT": str(tmp_path)}), imprimer=True)

    printed = capsys.readouterr()
    [line] = printed.out.splitlines()
    assert line.startswith("AIRFLOW_CONN_TWILIO_DEFAULT='{")
    assert json.loads(line.partition("=")[2].strip("'"))["password"] == "jeton-secret"
    assert "ligne 2, TWILIO_AUTH_TOKEN : espaces autour de = ôtés" in printed.err
    assert "jeton-secret" not in printed.err


def test_real_providers_never_get_into_the_demonstration(file: Path, tmp_path: Path) -> None:
    settings = read_settings({"RELANCES_ETAT": str(tmp_path)})
    settings.state.create()

    with ownership(settings.state), pytest.raises(LocalError, match="La démonstration tourne"):
        deliver(read(file, TWILIO), settings, imprimer=False)


def test_secrets_do_not_show_in_a_traceback() -> None:
    assert "le-secret" not in repr(Guide([Connection("x", "ventis", password="le-secret")], []))


def test_where_alerts_go_is_a_connection_that_holds_the_whole_address(file: Path) -> None:
    guide = read(file, "ALERTES_URL=https://chat.example/services/T0/B0?sig=jeton\n")

    [alertes] = guide.connections
    assert (alertes.connection_id, alertes.conn_type) == ("alertes", "chat_webhook")
    assert (alertes.host, alertes.password) == (None, "https://chat.example/services/T0/B0?sig=jeton")
    assert guide.remarks == []


def test_an_address_of_alerts_that_is_none_is_refused_without_its_secret(file: Path) -> None:
    with pytest.raises(LocalError, match="ALERTES_URL : écrivez une adresse complète") as refusal:
        read(file, "ALERTES_URL=chat.example/services/jeton-secret\n")

    assert "jeton-secret" not in str(refusal.value)
