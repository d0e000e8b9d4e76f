"""What the page of the policy quotes is what is said."""

from pathlib import Path

import pytest

from relances.policy.politique import DEFAULT_FILE, load_policy
from relances.rules.errors import Blocked
from tests.docs.pages import REPOSITORY, blocks


def test_the_refusal_that_the_page_quotes_is_that_of_the_policy_as_it_ships(tmp_path: Path) -> None:
    [quoted] = [block for block in blocks(REPOSITORY / "docs" / "politique.md") if "niveau.canal" in block]
    wrong = tmp_path / DEFAULT_FILE.name
    wrong.write_text(
        DEFAULT_FILE.read_text(encoding="utf-8").replace('\ncanal = "', '\ncanal = "x', 1), encoding="utf-8"
    )
    with pytest.raises(Blocked) as refused:
        load_policy(wrong)
    assert str(refused.value).startswith(quoted.strip())
