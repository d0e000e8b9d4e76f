"""What a trouble of a database means, by what the server or libpq says of it."""

import psycopg
import pytest
from psycopg import errors

from relances.store.database import unreadable
from relances.store.durabilite import Garanties
from relances.store.pannes import is_lost, panne, unreachable
from tests.support import one_sentence


def test_a_refusal_that_nobody_foresaw_is_a_sentence_without_the_server_s_words() -> None:
    said = unreachable(psycopg.OperationalError("FATAL: something new, of postgresql://agent:secret@bd.exemple.ga"))

    assert said.french
    assert "secret" not in said.french + said.english


@pytest.mark.parametrize(
    "error", [psycopg.OperationalError("server closed"), errors.ConnectionFailure("terminated"), errors.AdminShutdown()]
)
def test_a_session_that_is_over_is_lost(error: psycopg.Error) -> None:
    assert is_lost(error)


def test_a_name_that_no_server_knows_is_a_trouble_of_connecting() -> None:
    error = psycopg.OperationalError("failed to resolve host 'bd.exemple.ga'")

    assert panne(error) == unreachable(error)


def test_a_text_of_a_base_without_an_encoding_is_mended_by_naming_it() -> None:
    assert '{"client_encoding": "WIN1252"}' in one_sentence(unreadable("etaxe_db", "SQL_ASCII"))
    assert "LATIN1" in one_sentence(unreadable("etaxe_db", "LATIN1"))


def test_a_session_that_does_not_wait_for_the_disk_is_a_fault() -> None:
    garanties = Garanties(
        fsync=True,
        full_page_writes=True,
        synchronous_commit="off",
        regle="on",
        lecture_seule=False,
        non_journalisees=[],
    )

    [defaut] = garanties.defauts()

    assert "synchronous_commit" in str(defaut)
