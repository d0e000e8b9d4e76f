"""No policy and no template ends in anything but a policy, a text, or one sentence."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.gabarits import DEFAULT_FOLDER, load_gabarits
from relances.policy.politique import DEFAULT_FILE, load_policy
from relances.rules.errors import Blocked
from relances.rules.gabarit import compile_gabarit
from relances.rules.models import Canal
from relances.rules.values import Values
from tests.fuzz import fuzz
from tests.support import one_sentence

POLICY = DEFAULT_FILE.read_text(encoding="utf-8")
TEMPLATES = [path.read_text(encoding="utf-8") for path in sorted(DEFAULT_FOLDER.rglob("*.txt"))]
SAID = Values("Marie", "15 000 FCFA", "Taxe", "18/12/2025")
SECONDS = 5.0

PIECES = ["{{", "}}", "{%", "%}", "{#", "#}", "nom", "montant", "|upper", "|trim", *"()[]\"'.*+~é", "==", "range(9)"]
pieces = st.sampled_from([*PIECES, " if ", " else ", " endif ", " for x in ", " and ", " not ", "\n", "\x00", "\u2028"])


@st.composite
def edited(draw: st.DrawFn, text: str, put: st.SearchStrategy[str]) -> str:
    """A text with some pieces put in, taken out or doubled."""
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 30))
        text = text[:at] + draw(put | st.just(text[at : at + length] * 2)) + text[at + length :]
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("politique")


def loaded(folder: Path, content: bytes) -> str | None:
    """What is said of it; None where it is a policy."""
    path = folder / "politique.toml"
    path.write_bytes(content)
    try:
        load_policy(path)
    except Blocked as refusal:
        return one_sentence(refusal)
    return None


@fuzz
@given(data=st.data())
def test_a_policy_is_read_or_refused_in_one_sentence(folder: Path, data: st.DataObject) -> None:
    text = data.draw(edited(POLICY, st.text("[]{}\"'=#,.-_0123456789aéE:+\n\t \x00\r", max_size=8)))
    said = loaded(folder, text.encode())
    assert said is None or said.startswith("politique.toml")


@fuzz
@given(content=st.binary(max_size=200))
def test_bytes_are_no_policy(folder: Path, content: bytes) -> None:
    said = loaded(folder, content)
    assert said is not None
    assert said.startswith("politique.toml")


@fuzz
@given(st.sampled_from(TEMPLATES).flatmap(lambda text: edited(text, pieces)) | st.lists(pieces).map("".join))
def test_a_template_writes_a_text_or_is_refused_in_one_sentence(source: str) -> None:
    try:
        said = compile_gabarit("sms/essai.fr.txt", source)(SAID)
    except Blocked as refusal:
        said = one_sentence(refusal)
        assert said.startswith("sms/essai.fr.txt, ligne ")
    assert said


@pytest.mark.parametrize(
    "setting",
    [
        ".".join("a" * 50_000) + " = 1",
        "a = " + "[" * 30_000,
        "a = " + "[\n" * 20_000,
        "a = " + "{b=" * 3_000 + "1" + "}" * 3_000,
        "\n".join(f"[{'.'.join('a' * 4_900)}.b{n}]" for n in range(6)),
        "\n" * 60_000,
        "#" * 10_000_000,
    ],
    ids=["dotted key", "brackets", "brackets in lines", "braces", "dotted tables", "empty lines", "ten megabytes"],
)
def test_no_policy_takes_long(folder: Path, setting: str) -> None:
    wrong = POLICY.replace('canal = "sms"', 'canal = "pigeon"')
    begun = time.process_time()
    assert loaded(folder, f"{setting}\n{wrong}".encode()) is not None
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 5_000 + "nom" + ")" * 5_000 + " }}",
        "{% if nom %}" * 600 + "x" + "{% endif %}" * 600,
        "{{ nom" + "|upper" * 2_000 + " }}",
        "{{ nom if " + "not " * 3_000 + "nom }}",
        "x" * 10_000_000,
    ],
    ids=["parentheses", "conditions", "filters", "negations", "ten megabytes"],
)
def test_no_template_takes_long(tmp_path: Path, source: str) -> None:
    file = tmp_path / "sms" / "essai.fr.txt"
    file.parent.mkdir()
    file.write_text(source)
    begun = time.process_time()
    with pytest.raises(Blocked) as refusal:
        load_gabarits(tmp_path).check(Canal.SMS, "essai")
    assert one_sentence(refusal.value)
    assert time.process_time() - begun < SECONDS
