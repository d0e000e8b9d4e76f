"""``politique.toml``, read and checked."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.policy import Envoi, Modele, Niveau, Politique, Selection
from relances.rules.texts import Values

DEFAULT_FILE: Final = Path(__file__).parent.parent / "politique.toml"


def load_policy(path: Path = DEFAULT_FILE) -> Politique:
    """Read and check the file; Blocked names the file, the field and what it should hold."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Blocked(f"{path.name} est illisible : {error}", "the policy file cannot be read") from error
    return _politique(_Table(path.name, "", document))


class _Table:
    """One table of the file, and the sentence for what is wrong in it."""

    def __init__(self, file: str, name: str, content: Mapping[str, object]) -> None:
        self._file = file
        self._name = name
        self._content = content

    def only(self, known: Iterable[str]) -> None:
        """Refuse any other name."""
        names = sorted(known)
        for name in sorted(self._content.keys() - set(names)):
            raise self.wrong(name, f"l'un de : {', '.join(names)}", "a known name")

    def table(self, key: str) -> "_Table":
        content = self._content.get(key)
        if not isinstance(content, dict):
            raise self.wrong(f"[{key}]", "une table", "a table")
        return _Table(self._file, f"{key}.", content)

    def tables(self, key: str) -> list["_Table"]:
        """Those of ``[[key]]``; none where the file has none."""
        content = self._content.get(key, [])
        if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
            raise self.wrong(f"[[{key}]]", "des tables", "tables")
        return [_Table(self._file, f"{key}.", entry) for entry in content]

    def text(self, key: str) -> str:
        value = self._content.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, "un texte", "a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._content.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.wrong(key, "une liste de noms", "a list of names")
        return tuple(value)

    def integer(self, key: str, *, minimum: int = 1) -> int:
        value = self._content.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self.wrong(key, f"un entier d'au moins {minimum}", f"an integer of at least {minimum}")
        return value

    def flag(self, key: str) -> bool:
        value = self._content.get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true ou false", "true or false")
        return value

    def wrong(self, key: str, french: str, english: str) -> Blocked:
        name = f"{self._name}{key}"
        return Blocked(f"{self._file} : {name} doit être {french}", f"{name} must be {english}")


def _politique(document: _Table) -> Politique:
    source, selection, envoi = (document.table(name) for name in ("source", "selection", "envoi"))
    document.only({"source", "selection", "envoi", "niveau", "modele_whatsapp"})
    source.only({"nom", "devise"})
    niveaux = _niveaux(document)
    return Politique(
        source=source.text("nom"),
        devise=source.text("devise"),
        selection=_selection(selection),
        envoi=_envoi(envoi),
        niveaux=niveaux,
        modeles_whatsapp=_modeles(document, [niveau.numero for niveau in niveaux]),
    )


def _selection(table: _Table) -> Selection:
    table.only(field.name for field in fields(Selection))
    return Selection(
        delai_jours=table.integer("delai_jours", minimum=0),
        oubli_injoignable_jours=table.integer("oubli_injoignable_jours"),
        segments_max=table.integer("segments_max"),
        accepter_format_guide=table.flag("accepter_format_guide"),
    )


def _envoi(table: _Table) -> Envoi:
    table.only(field.name for field in fields(Envoi))
    return Envoi(
        fournisseurs_sms=_fournisseurs(table, "fournisseurs_sms"),
        fournisseurs_whatsapp=_fournisseurs(table, "fournisseurs_whatsapp"),
        taille_lot=table.integer("taille_lot"),
        tentatives_max=table.integer("tentatives_max"),
        premier_delai=table.integer("premier_delai"),
        delai_max=table.integer("delai_max"),
        attente_reconciliation=table.integer("attente_reconciliation"),
        delai_incertitude=table.integer("delai_incertitude"),
        delai_absence=table.integer("delai_absence"),
        jours_suivi=table.integer("jours_suivi"),
    )


def _fournisseurs(table: _Table, key: str) -> tuple[str, ...]:
    names = table.texts(key)
    if not names or len(set(names)) < len(names):
        raise table.wrong(key, "une liste d'au moins un nom, sans répétition", "a list of distinct names, one or more")
    return names


def _niveaux(document: _Table) -> tuple[Niveau, ...]:
    tables = document.tables("niveau")
    if not tables:
        raise document.wrong("[[niveau]]", "au moins un niveau", "at least one level")
    for table in tables:
        table.only(field.name for field in fields(Niveau))
    niveaux = tuple(Niveau(table.integer("numero"), table.integer("a_partir_de_jours", minimum=0)) for table in tables)
    if any(
        later.numero <= earlier.numero or later.a_partir_de_jours <= earlier.a_partir_de_jours
        for earlier, later in pairwise(niveaux)
    ):
        raise document.wrong(
            "[[niveau]]", "des numéros et des retards croissants", "levels and delays in increasing order"
        )
    return niveaux


def _modeles(document: _Table, niveaux: Sequence[int]) -> tuple[Modele, ...]:
    modeles = tuple(_modele(table, niveaux) for table in document.tables("modele_whatsapp"))
    if len({(modele.niveau, modele.langue) for modele in modeles}) < len(modeles):
        raise document.wrong("[[modele_whatsapp]]", "unique par niveau et langue", "one for each level and language")
    return modeles


def _modele(table: _Table, niveaux: Sequence[int]) -> Modele:
    table.only(field.name for field in fields(Modele))
    modele = Modele(table.integer("niveau"), table.text("langue"), table.text("content_sid"), table.texts("variables"))
    if modele.niveau not in niveaux:
        raise table.wrong("niveau", f"l'un de : {', '.join(map(str, niveaux))}", "one of the levels")
    known = [field.name for field in fields(Values)]
    if not set(modele.variables) <= set(known):
        raise table.wrong("variables", f"une liste prise dans : {', '.join(known)}", "a list of known names")
    return modele
