"""The branches that the tests go through, by room: ``make coverage``. Below its bound, a room fails the command."""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

BOUNDS: Final = {"rules": 95.0, "sending": 95.0, "store": 95.0}
"""Percent of the branches of a room that tests must go through."""
_WORST: Final = 5  # modules of a room to look at first


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the product, and how many of its branches, or lines where it has none, were gone through."""

    path: str
    branches: int
    covered: int
    missing: tuple[str, ...]

    @property
    def room(self) -> str:
        parts = PurePosixPath(self.path).parts
        known = parts[parts.index("relances") + 1 :] if "relances" in parts else parts[parts.index("plugins") + 1 :]
        return known[0] if len(known) > 1 else "relances"


def read(report: Mapping[str, Any]) -> list[Module]:
    """The modules of ``coverage json``."""
    return [
        Module(
            path,
            found["summary"]["num_branches"],
            found["summary"]["covered_branches"],
            tuple(f"{begin}→{'sortie' if end < 0 else end}" for begin, end in found["missing_branches"]),
        )
        for path, found in report["files"].items()
    ]


def percent(modules: list[Module]) -> float:
    branches = sum(module.branches for module in modules)
    return 100.0 if not branches else 100.0 * sum(module.covered for module in modules) / branches


def by_room(modules: list[Module]) -> dict[str, list[Module]]:
    rooms: dict[str, list[Module]] = defaultdict(list)
    for module in modules:
        rooms[module.room].append(module)
    return dict(sorted(rooms.items()))


def below(rooms: Mapping[str, list[Module]]) -> list[str]:
    """The rooms that are under their bound, one that was not measured at all included."""
    return [room for room, bound in BOUNDS.items() if room not in rooms or percent(rooms[room]) < bound]


def main(file: Path) -> int:
    rooms = by_room(read(json.loads(file.read_text(encoding="utf-8"))))
    for room, modules in rooms.items():
        bound = f"  (au moins {BOUNDS[room]:.0f} %)" if room in BOUNDS else ""
        print(f"{room:<20}{percent(modules):>6.1f} % des branches{bound}")
    for room in BOUNDS:
        lacking = sorted(rooms.get(room, []), key=lambda module: module.covered - module.branches)
        for module in [module for module in lacking if module.missing][:_WORST]:
            print(f"  {module.path} : {', '.join(module.missing[:12])}")
    low = below(rooms)
    if low:
        print(f"Trop peu : {', '.join(low)} — below its bound", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
