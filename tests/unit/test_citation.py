"""What others wrote, in an alert or a report: it is read, and it does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rendering.alertes import run_failed, voie_paused
from relances.rendering.markdown import tableau
from relances.rules.alertes import DagRun
from relances.rules.citation import cite


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("refusé (1003 : Sender ID must be one of them [VENTIS, PYXIS])",) * 2,
        ("relances_quotidiennes, passage manual__2026-11-21T08:00:00+00:00",) * 2,
        ("check_providers, send_ventis_0",) * 2,
        ("<!channel> <@U123> <https://mal.invalid|ici>", "‹!channel› ‹＠U123› ‹https:∕∕mal.invalid·ici›"),
        ("@here @all @channel", "＠here ＠all ＠channel"),
        ("[ici](https://mal.invalid) www.mal.invalid", "[ici] (https:∕∕mal.invalid) www .mal.invalid"),
        ("*gras* _penché_ ~barré~ `code` **x**", "·gras· ·penché· ·barré· ´code´ ·x·"),
        ("un\r\nQue faire : rien\n# titre", "un Que faire : rien · titre"),
        ("a\x1b[31mb\u202ec\ud800d\x00", "a [31mb c d"),
    ],
)
def test_what_is_written_is_read_and_obeyed_by_nothing(written: str, read: str) -> None:
    assert cite(written) == read


@given(st.text())
def test_whatever_is_written_is_one_short_printable_line(written: str) -> None:
    said = cite(written)
    assert said.isprintable()
    assert len(said) <= 600
    assert not set("<>@`*\n") & set(said)


@given(st.text())
def test_no_reason_and_no_name_of_a_task_forges_a_line_of_an_alert(written: str) -> None:
    passage = DagRun("relances_quotidiennes", written, "")
    for text in (voie_paused("ventis", written, None, 3), run_failed(passage, [written], None)):
        assert len(text.splitlines()) == len(text.split("\n")) in {5, 6}
        assert "<" not in text


def test_a_cell_of_a_table_is_no_border_and_no_line() -> None:
    assert tableau(["Motif", "n"], [["a | b\n| c", "1"]]).splitlines()[2] == "| a ¦ b ¦ c | 1 |"
