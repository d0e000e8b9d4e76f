"""A disk so small that it can be filled: memory, mounted by root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SIZE: Final = "3g"
_VOLUME: Final = """
volumes:
  postgres:
    driver_opts: {{type: none, o: bind, device: "{}"}}
"""


@dataclass(frozen=True, slots=True)
class Disk:
    """``root``: where it is mounted."""

    root: Path

    def volume(self) -> str:
        """The volume of PostgreSQL's data on it, in Compose's words."""
        return _VOLUME.format(self.root / "donnees")

    def fill(self) -> None:
        """Leave no room for anything."""
        with (self.root / "lest").open("wb", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError:
                    continue

    def free(self) -> None:
        """Give the room back."""
        (self.root / "lest").unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """None for whoever may not mount one."""
    if os.geteuid() != 0:
        yield None
        return
    root = folder / "disque"
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "relances-essai", str(root)]
    subprocess.run(mount, check=True)
    try:
        (root / "donnees").mkdir()
        yield Disk(root)
    finally:
        unmount = ["umount", "--lazy", str(root)]
        subprocess.run(unmount, check=True)
