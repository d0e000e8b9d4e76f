"""What the system refuses is said in French, with the system's own refusals."""

from pathlib import Path

import pytest

from relances.rules.fichiers import refusal


def refused(path: Path) -> str:
    with pytest.raises(OSError) as refusal_of_it:  # noqa: PT011 - each kind of it
        path.read_bytes()
    return refusal(refusal_of_it.value)


def test_each_refusal_has_its_word(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    (tmp_path / "boucle").symlink_to(tmp_path / "boucle")
    assert refused(tmp_path / "absent") == "absent"
    assert refused(tmp_path) == "c'est un dossier"
    assert refused(tmp_path / "fichier" / "dedans") == "ce n'est pas un dossier"
    assert refused(tmp_path / ("a" * 999)) == "nom trop long"
    assert refused(tmp_path / "boucle") == "liens en boucle"
    assert refusal(PermissionError(13, "Permission denied")) == "accès refusé"


def test_a_refusal_without_a_word_keeps_its_code_and_no_english() -> None:
    assert refusal(OSError(110, "Connection timed out")) == "erreur ETIMEDOUT du système"
    assert refusal(OSError("without a number")) == "erreur OSError du système"
