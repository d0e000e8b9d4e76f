"""The witness: what was last seen of the database, in a file that does not go back in time with it."""

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.restauration import Releve

VARIABLE: Final = "RELANCES_TEMOIN"
"""The variable of the environment that says where it is."""


@dataclass(frozen=True, slots=True)
class Temoin:
    """The file of one machine; it holds a name, a count and a time."""

    path: Path

    def read(self) -> Releve | None:
        """What it says; None where nothing was ever seen from here. Blocked where it cannot be read."""
        try:
            said = json.loads(self.path.read_bytes())
            return Releve(str(said["marque"]), int(said["battement"]), datetime.fromisoformat(said["le"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._unusable(type(error).__name__) from None

    def write(self, releve: Releve) -> None:
        """Say this from now on. Blocked where it cannot be written: sending would go on unwitnessed."""
        said = {"marque": releve.marque, "battement": releve.battement, "le": releve.le.isoformat()}
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
