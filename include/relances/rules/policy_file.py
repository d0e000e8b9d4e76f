"""``politique.toml``, read and checked."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.fenetre import JOURS, Fenetre
from relances.rules.models import Canal
from relances.rules.policy import Envoi, Modele, Niveau, Plafonds, Politique, Qualite, Selection, Texte
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

    def number(self, key: str, *, minimum: float = 0, maximum: float | None = None) -> float:
        value = self._content.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not minimum <= value <= (maximum or value):
            above, below = ("", "") if maximum is None else (f" et d'au plus {maximum}", f" and at most {maximum}")
            raise self.wrong(key, f"un nombre d'au moins {minimum}{above}", f"a number of at least {minimum}{below}")
        return value

    def amount(self, key: str) -> Decimal:
        return Decimal(str(self.number(key)))

    def one_of(self, key: str, known: Sequence[str]) -> str:
        value = self.text(key)
        if value not in known:
            raise self.wrong(key, f"l'un de : {', '.join(known)}", f"one of: {', '.join(known)}")
        return value

    def hour(self, key: str) -> time:
        try:
            return time.fromisoformat(self.text(key))
        except ValueError as error:
            raise self.wrong(key, "une heure comme 08:00", "an hour like 08:00") from error

    def has(self, key: str) -> bool:
        return key in self._content

    @property
    def names(self) -> list[str]:
        return list(self._content)

    def flag(self, key: str) -> bool:
        value = self._content.get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true ou false", "true or false")
        return value

    def wrong(self, key: str, french: str, english: str) -> Blocked:
        name = f"{self._name}{key}"
        return Blocked(f"{self._file} : {name} doit être {french}", f"{name} must be {english}")


_TABLES: Final = (
    "source", "qualite", "selection", "texte", "tarif", "plafond", "fenetre", "envoi", "niveau", "modele_whatsapp"
)  # fmt: skip


def _politique(document: _Table) -> Politique:
    document.only(_TABLES)
    source = document.table("source")
    source.only({"nom", "devise"})
    niveaux = _niveaux(document)
    tarif = document.table("tarif")
    return Politique(
        source=source.text("nom"),
        devise=source.text("devise"),
        qualite=_qualite(document.table("qualite")),
        selection=_selection(document.table("selection")),
        texte=_texte(document.table("texte")),
        tarifs={name: tarif.amount(name) for name in tarif.names},
        plafonds=_plafonds(document.table("plafond")),
        fenetre=_fenetre(document.table("fenetre")),
        envoi=_envoi(document.table("envoi")),
        niveaux=niveaux,
        modeles_whatsapp=_modeles(document, [niveau.numero for niveau in niveaux]),
    )


def _qualite(table: _Table) -> Qualite:
    table.only(field.name for field in fields(Qualite))
    return Qualite(
        montant_max=table.amount("montant_max"),
        part_telephones=table.number("part_telephones", maximum=1),
        fraicheur_jours=table.integer("fraicheur_jours", minimum=0),
        ecart_volume=table.number("ecart_volume"),
        passages_compares=table.integer("passages_compares"),
    )


def _selection(table: _Table) -> Selection:
    table.only(field.name for field in fields(Selection))
    return Selection(
        montant_minimum=table.amount("montant_minimum"),
        maximum_par_semaine=table.integer("maximum_par_semaine"),
        regrouper=table.flag("regrouper"),
        categories_exclues=frozenset(table.texts("categories_exclues")),
        oubli_injoignable_jours=table.integer("oubli_injoignable_jours"),
        accepter_format_guide=table.flag("accepter_format_guide"),
    )


def _texte(table: _Table) -> Texte:
    table.only(field.name for field in fields(Texte))
    return Texte(table.text("langue"), table.integer("segments_max"), table.flag("simplifier"))


def _plafonds(table: _Table) -> Plafonds:
    table.only(field.name for field in fields(Plafonds))
    return Plafonds(
        relances_par_passage=table.integer("relances_par_passage") if table.has("relances_par_passage") else None,
        relances_par_jour=table.integer("relances_par_jour") if table.has("relances_par_jour") else None,
        budget_par_passage=table.amount("budget_par_passage") if table.has("budget_par_passage") else None,
        budget_par_jour=table.amount("budget_par_jour") if table.has("budget_par_jour") else None,
    )


def _fenetre(table: _Table) -> Fenetre:
    table.only(field.name for field in fields(Fenetre))
    jours = table.texts("jours")
    if not jours or not set(jours) <= set(JOURS):
        raise table.wrong("jours", f"une liste d'au moins un de : {', '.join(JOURS)}", "a list of days, one or more")
    fenetre = Fenetre(
        frozenset(JOURS.index(jour) for jour in jours),
        table.hour("debut"),
        table.hour("fin"),
        table.flag("jours_feries"),
    )
    if fenetre.fin <= fenetre.debut:
        raise table.wrong("fin", "après debut : sans cela la fenêtre ne s'ouvre jamais", "after debut")
    return fenetre


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
        expiration_heures=table.integer("expiration_heures"),
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
    niveaux = tuple(map(_niveau, tables))
    if any(
        later.numero <= earlier.numero or later.a_partir_de_jours <= earlier.a_partir_de_jours
        for earlier, later in pairwise(niveaux)
    ):
        raise document.wrong(
            "[[niveau]]", "des numéros et des retards croissants", "levels and delays in increasing order"
        )
    return niveaux


def _niveau(table: _Table) -> Niveau:
    table.only(field.name for field in fields(Niveau))
    return Niveau(
        numero=table.integer("numero"),
        a_partir_de_jours=table.integer("a_partir_de_jours", minimum=0),
        canal=Canal(table.one_of("canal", list(Canal))),
        fournisseur=table.text("fournisseur") if table.has("fournisseur") else None,
        gabarit=table.text("gabarit"),
        delai_jours=table.integer("delai_jours", minimum=0),
    )


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
