"""The policy and the texts as a run keeps them: the same texts, the same policy, the same name."""

import shutil
import zlib
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from relances.policy.consignes import Consignes, read_consignes
from relances.policy.gabarits import DEFAULT_FOLDER
from relances.policy.politique import DEFAULT_FILE, load_policy
from relances.rules.errors import Blocked
from relances.rules.models import Canal
from tests.support import one_sentence


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    """A copy of the product's policy, with its templates beside it."""
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "gabarits")
    return Path(shutil.copy(DEFAULT_FILE, tmp_path))


def kept(consignes: Consignes) -> Consignes:
    return Consignes.unpacked(consignes.packed())


def test_what_is_kept_is_what_was_read(fichier: Path) -> None:
    consignes = read_consignes(fichier)
    assert kept(consignes) == consignes
    assert kept(consignes).policy() == load_policy(fichier)
    assert kept(consignes).empreinte == consignes.empreinte


def test_what_an_earlier_version_kept_is_still_read() -> None:
    """The product's own, as kept on 30 November 2026: whatever a policy may say since has a default."""
    consignes = Consignes.unpacked(b64decode((Path(__file__).parent / "registre_0008.b64").read_text()))
    assert consignes.empreinte == "975b50a97a201ed85215c83b98b2c44f6c47b24cf77f17fa31e528a6ed0397d7"
    consignes.plume().check({1: Canal.SMS, 2: Canal.SMS, 3: Canal.WHATSAPP})


@pytest.mark.parametrize("packed", [b"", b"{}", zlib.compress(b"[]"), zlib.compress(b'{"nom": "n", "autre": 1}')])
def test_what_another_program_packed_otherwise_is_refused(packed: bytes) -> None:
    with pytest.raises(Blocked, match="écrite autrement"):
        Consignes.unpacked(packed)


def test_a_policy_takes_a_few_kilobytes_in_its_record() -> None:
    assert len(read_consignes(DEFAULT_FILE).packed()) < 20_000


def test_any_change_of_the_policy_or_of_a_text_is_another_version(fichier: Path) -> None:
    before = read_consignes(fichier)
    fichier.write_text(fichier.read_text() + "# autrement\n")
    other_policy = read_consignes(fichier)
    text = fichier.parent / "gabarits" / "sms" / "niveau1.fr.txt"
    text.write_text(text.read_text() + " Merci.")
    other_text = read_consignes(fichier)
    assert len({each.empreinte for each in (before, other_policy, other_text)}) == 3


def test_without_templates_beside_it_a_policy_has_the_product_s(fichier: Path) -> None:
    shutil.rmtree(fichier.parent / "gabarits")
    assert read_consignes(fichier) == read_consignes(DEFAULT_FILE)


def test_what_is_wrong_in_what_was_kept_is_said_as_of_the_file(fichier: Path) -> None:
    before = read_consignes(fichier)
    wrong = replace(before, politique=f"inconnu = 3\n{before.politique}")
    with pytest.raises(Blocked, match=r"politique\.toml, ligne 1 : inconnu est inconnu") as refused:
        kept(wrong).policy()
    one_sentence(refused.value)


def test_a_text_that_cannot_be_read_is_refused_when_it_is_needed_and_is_no_part_of_the_record(fichier: Path) -> None:
    (fichier.parent / "gabarits" / "sms" / "brouillon.fr.txt").write_bytes(b"R\xe9glez")
    consignes = read_consignes(fichier)
    consignes.plume().gabarits.check(Canal.SMS, "niveau1")
    with pytest.raises(Blocked, match=r"brouillon\.fr\.txt, ligne 1 : un caractère n'est pas en UTF-8"):
        consignes.plume().gabarits.check(Canal.SMS, "brouillon")
    assert "sms/brouillon.fr.txt" not in kept(consignes).gabarits
    assert kept(consignes).empreinte == consignes.empreinte
