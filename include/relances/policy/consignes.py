"""The policy and the texts of relances, as they are written: what a run is decided with."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from relances.policy.gabarits import DEFAULT_FOLDER, read_textes
from relances.policy.politique import parse_policy
from relances.policy.toml_document import read_file
from relances.rules.errors import Blocked
from relances.rules.gabarits import FOLDER, Gabarits
from relances.rules.politique import Politique
from relances.rules.redaction import Plume


@dataclass(frozen=True, slots=True)
class Consignes:
    """``politique``: the text of a file of this ``nom``; ``gabarits``: those of the templates, as of ``Gabarits``.

    Whether they come from the files or from the record of a run, the same texts give the same policy.
    """

    nom: str
    politique: str
    gabarits: Mapping[str, str | Blocked]

    @property
    def empreinte(self) -> str:
        """The hash of all that is written: the name of this version."""
        return sha256(self._as_json()).hexdigest()

    def packed(self) -> bytes:
        """As the record of a run keeps it. What cannot be read is no part of it."""
        return zlib.compress(self._as_json(), level=9)

    @classmethod
    def unpacked(cls, packed: bytes) -> "Consignes":
        """What :meth:`packed` gave. Blocked for what another program packed otherwise."""
        try:
            return cls(**json.loads(zlib.decompress(packed)))
        except (zlib.error, ValueError, TypeError):
            raise Blocked("elle est écrite autrement", "it is written in another way") from None

    def policy(self) -> Politique:
        """The policy, checked; Blocked names the file, the line, the field and what it should hold."""
        return parse_policy(self.nom, self.politique)

    def plume(self) -> Plume:
        """The policy and its texts, ready to write; a text is checked when it is needed."""
        politique = self.policy()
        return Plume(politique, Gabarits(self.gabarits, politique.texte.langue))

    def _as_json(self) -> bytes:
        gabarits = {path: texte for path, texte in self.gabarits.items() if isinstance(texte, str)}
        written = {"nom": self.nom, "politique": self.politique, "gabarits": gabarits}
        return json.dumps(written, ensure_ascii=False, sort_keys=True).encode()


def read_consignes(file: Path) -> Consignes:
    """The policy of this file, and the templates beside it; where there are none, the product's own."""
    beside = file.parent / FOLDER
    return Consignes(file.name, read_file(file), read_textes(beside if beside.is_dir() else DEFAULT_FOLDER))
