"""The witness: what was last seen of the database, in a file that does not go back in time with it."""

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.restauration import Temoignage

VARIABLE: Final = "RELANCES_TEMOIN"
"""The variable of the environment that says where it is."""


@dataclass(frozen=True, slots=True)
class Temoin:
    """The file of one machine; it holds a name, a count and a time."""

    path: Path

    def read(self) -> Temoignage | None:
        """What the witness last saw; None where it never saw anything. Blocked where the file cannot be read."""
        try:
            said = json.loads(self.path.read_bytes())
            return Temoignage(str(said["marque"]), int(said["battement"]), datetime.fromisoformat(said["le"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._unusable(type(error).__name__) from None

    def write(self, temoignage: Temoignage) -> None:
        """Replace what the witness says. Blocked where the file cannot be written."""
        said = {"marque": temoignage.marque, "battement": temoignage.battement, "le": temoignage.le.isoformat()}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Under a name of nobody else's: containers that share the folder have the same process numbers.
            descriptor, beside = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(said, file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(beside).replace(self.path)
            except OSError:
                Path(beside).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._unusable(error.strerror or type(error).__name__) from None

    def _unusable(self, why: str) -> Blocked:
        return Blocked(
            f"le témoin {self.path} ne se lit ou ne s'écrit pas ({why}) ; rendez ce fichier accessible, ou désignez-en "
            f"un autre par {VARIABLE}",
            f"the witness file cannot be read or written: see {VARIABLE}",
        )
