"""``politique.toml`` as a checked value: who is reminded, when, by whom, with which text."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Final

from relances.rules.errors import Blocked

DEFAULT_FILE: Final = Path(__file__).parent.parent / "politique.toml"


@dataclass(frozen=True, slots=True)
class Niveau:
    """One step of the escalation: applies from ``a_partir_de_jours`` days of lateness."""

    numero: int
    a_partir_de_jours: int


@dataclass(frozen=True, slots=True)
class Selection:
    """``delai_jours``: days during which a creance already reminded is left alone."""

    delai_jours: int
    segments_max: int
    accepter_format_guide: bool


@dataclass(frozen=True, slots=True)
class Envoi:
    """How sending goes. Delays in seconds, ``taille_lot`` in relances.

    ``attente_reconciliation``: how long a run may wait for doubts and retries before it reports.
    """

    fournisseur_sms: str
    taille_lot: int
    tentatives_max: int
    premier_delai: float
    delai_max: float
    attente_reconciliation: float


@dataclass(frozen=True, slots=True)
class Politique:
    """The whole file. ``source``: the folder of ``store/sources`` that reads the tax system."""

    source: str
    devise: str
    selection: Selection
    envoi: Envoi
    niveaux: tuple[Niveau, ...]

    def niveau(self, jours_retard: int) -> int:
        """The highest step reached after that many days; the first where none is reached yet."""
        reached = [n.numero for n in self.niveaux if jours_retard >= n.a_partir_de_jours]
        return reached[-1] if reached else self.niveaux[0].numero


def load_policy(path: Path = DEFAULT_FILE) -> Politique:
    """Read and check the file; Blocked names the file, the field and what it should hold."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Blocked(f"{path.name} est illisible : {error}", "the policy file cannot be read") from error
    return _Reader(path.name).politique(document)


class _Reader:
    """Checks one TOML document; keeps the file's name for its messages."""

    def __init__(self, file: str) -> None:
        self._file = file

    def politique(self, document: Mapping[str, object]) -> Politique:
        source, selection, envoi = (self._table(document, name) for name in ("source", "selection", "envoi"))
        self._no_stranger(document, {"source", "selection", "envoi", "niveau"}, "")
        self._no_stranger(source, {"nom", "devise"}, "source.")
        self._no_stranger(selection, {field.name for field in fields(Selection)}, "selection.")
        self._no_stranger(envoi, {field.name for field in fields(Envoi)}, "envoi.")
        return Politique(
            source=self._text(source, "nom", "source.nom"),
            devise=self._text(source, "devise", "source.devise"),
            selection=Selection(
                delai_jours=self._integer(selection, "delai_jours", "selection.delai_jours", minimum=0),
                segments_max=self._integer(selection, "segments_max", "selection.segments_max"),
                accepter_format_guide=self._flag(selection, "accepter_format_guide"),
            ),
            envoi=Envoi(
                fournisseur_sms=self._text(envoi, "fournisseur_sms", "envoi.fournisseur_sms"),
                taille_lot=self._integer(envoi, "taille_lot", "envoi.taille_lot"),
                tentatives_max=self._integer(envoi, "tentatives_max", "envoi.tentatives_max"),
                **{
                    name: float(self._integer(envoi, name, f"envoi.{name}"))
                    for name in ("premier_delai", "delai_max", "attente_reconciliation")
                },
            ),
            niveaux=self._niveaux(document.get("niveau")),
        )

    def _niveaux(self, raw: object) -> tuple[Niveau, ...]:
        if not isinstance(raw, list) or not raw or not all(isinstance(entry, dict) for entry in raw):
            raise self._wrong("[[niveau]]", "au moins un niveau", "at least one level")
        for entry in raw:
            self._no_stranger(entry, {field.name for field in fields(Niveau)}, "niveau.")
        niveaux = tuple(
            Niveau(
                self._integer(entry, "numero", "niveau.numero"),
                self._integer(entry, "a_partir_de_jours", "niveau.a_partir_de_jours", minimum=0),
            )
            for entry in raw
        )
        if any(
            later.numero <= earlier.numero or later.a_partir_de_jours <= earlier.a_partir_de_jours
            for earlier, later in pairwise(niveaux)
        ):
            raise self._wrong(
                "[[niveau]]", "des numéros et des retards croissants", "levels and delays in increasing order"
            )
        return niveaux

    def _table(self, document: Mapping[str, object], name: str) -> Mapping[str, object]:
        table = document.get(name)
        if not isinstance(table, dict):
            raise self._wrong(f"[{name}]", "une table", "a table")
        return table

    def _text(self, table: Mapping[str, object], key: str, name: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self._wrong(name, "un texte", "a text")
        return value

    def _integer(self, table: Mapping[str, object], key: str, name: str, *, minimum: int = 1) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self._wrong(name, f"un entier d'au moins {minimum}", f"an integer of at least {minimum}")
        return value

    def _flag(self, table: Mapping[str, object], key: str) -> bool:
        value = table.get(key)
        if not isinstance(value, bool):
            raise self._wrong(f"selection.{key}", "true ou false", "true or false")
        return value

    def _no_stranger(self, table: Mapping[str, object], known: set[str], prefix: str) -> None:
        for name in sorted(table.keys() - known):
            raise self._wrong(f"{prefix}{name}", f"l'un de : {', '.join(sorted(known))}", "a known name")

    def _wrong(self, name: str, french: str, english: str) -> Blocked:
        return Blocked(f"{self._file} : {name} doit être {french}", f"{name} must be {english}")
