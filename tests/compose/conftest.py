"""The installation of docker-compose.yaml, run for real; without RELANCES_COMPOSE, nothing here is a test
(make compose-test)."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.disk import small_disk
from tests.compose.images import Unavailable, base_images
from tests.compose.installation import Installation, compose_command, installed

collect_ignore_glob = [] if os.environ.get("RELANCES_COMPOSE") else ["test_*.py"]


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Up, with two workers and the demonstration's data; gone at the end, volumes included."""
    try:
        command, images = compose_command(), base_images()
    except Unavailable as reason:
        pytest.skip(str(reason))
    # Short and of letters: it names the project too.
    with (
        tempfile.TemporaryDirectory(prefix="relancesdisque") as other,
        small_disk(Path(other)) as disk,
        tempfile.TemporaryDirectory(prefix="relancescompose") as folder,
        installed(Path(folder), command, images, disk) as it,
    ):
        yield it
