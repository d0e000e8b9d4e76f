"""The two lock files: what the product runs with, and what developing it needs beside."""

import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

REPOSITORY = Path(__file__).parents[2]
RUNTIME = "requirements.txt"
OVERLAY = "requirements-dev.txt"
IN_EVERY_ENVIRONMENT = {"pip"}


def entries(file: str) -> list[str]:
    """The requirements of a lock file, each with its hashes, on one line."""
    return (REPOSITORY / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


def locked(file: str) -> list[Requirement]:
    return [Requirement(entry.partition("--hash")[0].strip()) for entry in entries(file)]


def versions(*files: str) -> dict[NormalizedName, str]:
    """The version that each package has on this Python and system."""
    here = [entry for file in files for entry in locked(file) if entry.marker is None or entry.marker.evaluate()]
    return {canonicalize_name(entry.name): str(entry.specifier).removeprefix("==") for entry in here}


def asked(*, dev: bool) -> list[Requirement]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(each) for each in project["optional-dependencies"]["dev"] if dev] + [
        Requirement(each) for each in project["dependencies"]
    ]


def needed(roots: Iterable[Requirement]) -> Iterator[Requirement]:
    """These and all that they require in their turn here, by what each package that is installed says of itself."""
    waiting, seen = list(roots), set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen or canonicalize_name(requirement.name) in IN_EVERY_ENVIRONMENT:
            continue
        seen.add(str(requirement))
        yield requirement
        extras = requirement.extras | {""}
        for each in map(Requirement, requires(requirement.name) or []):
            marker = each.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(each)


def test_no_package_is_locked_in_both() -> None:
    runtime, overlay = versions(RUNTIME), versions(OVERLAY)

    assert runtime.keys() & overlay.keys() == set()
    assert len(runtime) > len(overlay) > 20


def test_what_the_product_locks_for_another_system_alone_is_locked_alike() -> None:
    for entry in locked(RUNTIME):
        for other in locked(OVERLAY):
            assert entry.name != other.name or entry.specifier == other.specifier


@pytest.mark.parametrize(("files", "dev"), [((RUNTIME,), False), ((RUNTIME, OVERLAY), True)], ids=["runtime", "both"])
def test_all_that_is_needed_is_locked_at_a_version_that_serves(files: tuple[str, ...], dev: bool) -> None:
    found = versions(*files)
    roots = asked(dev=dev)

    assert len(roots) > 20
    assert [
        str(each)
        for each in needed(roots)
        if not each.specifier.contains(found.get(canonicalize_name(each.name), "0"), prereleases=True)
        or canonicalize_name(each.name) not in found
    ] == []


@pytest.mark.parametrize("file", [RUNTIME, OVERLAY])
def test_every_package_is_held_to_one_version_and_its_hashes_wherever_it_comes_from(file: str) -> None:
    for entry, requirement in zip(entries(file), locked(file), strict=True):
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], entry
        assert requirement.url is None, entry
        assert "--hash=sha256:" in entry, requirement.name
        assert "://" not in entry, requirement.name
