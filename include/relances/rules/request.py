"""What a run is asked to do: the Dag's parameters, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from relances.rules.colonnes import Illisible
from relances.rules.dates import read_iso_date
from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.oppositions import read_contribuable_id
from relances.rules.parametres import LIMITE, QUOTIDIENNES, RETARD, Entier

DEFAULTS: Final[Mapping[str, object]] = {nom: parametre.defaut for nom, parametre in QUOTIDIENNES.items()}
"""The daily Dag's parameters, and what each is where nobody says."""


@dataclass(frozen=True, slots=True)
class Request:
    """One run. ``jours_retard_min``: in days; ``limite``: relances, None for no limit; no categories: all.

    ``jour_passage``: the day it was due to start, in Libreville. ``canal``: the only one to use; None: that of each
    niveau. ``fournisseur``: the only one to use; None: by the country of each number. ``campagne``: the imported
    contacts to remind; None: the taxpayers of the tax application. ``oppositions``: contribuables to remind no more.
    """

    run_id: str
    date_relance: date
    jour_passage: date
    canal: Canal | None
    fournisseur: str | None
    jours_retard_min: int
    limite: int | None
    categories: tuple[str, ...]
    envoyer_automatiquement: bool
    simulation: bool
    campagne: str | None
    oppositions: tuple[str, ...]

    @property
    def occasion(self) -> str:
        """What a relance is unique for: the business day, or a campaign; a simulation is an occasion of its own."""
        if self.simulation:
            return f"simulation:{self.run_id}"
        return f"jour:{self.date_relance.isoformat()}" if self.campagne is None else f"campagne:{self.campagne}"

    @property
    def envoie(self) -> bool:
        """Whether it is to send; else its relances wait for a run that is, or are a simulation's."""
        return self.envoyer_automatiquement and not self.simulation

    @classmethod
    def of(cls, run_id: str, params: Mapping[str, object], today: date) -> "Request":
        """Check a run's parameters; ``today``: the run's own day in Libreville, never the clock's.

        Blocked names the parameter and what it may hold.
        """
        for name in sorted(params.keys() - DEFAULTS.keys()):
            raise _wrong(name, f"un nom connu : {', '.join(sorted(DEFAULTS))}", "a known name")
        if params.get("campagne") is not None and params.get("categories"):
            raise _wrong("categories", "rien avec une campagne, qui en est une", "nothing beside a campaign")
        if params.get("campagne") is not None and params.get("oppositions"):
            raise _wrong(
                "oppositions",
                "rien avec une campagne ; pour ses contacts, relances opposition ajouter --telephone … (--contribuable "
                "… pour un contribuable)",
                "nothing beside a campaign, whose contacts are silenced by relances opposition ajouter --telephone",
            )
        return cls(
            run_id=run_id,
            date_relance=_date(params.get("date_relance"), today),
            jour_passage=today,
            canal=None if params.get("type_relance") is None else _canal(params["type_relance"]),
            fournisseur=None if params.get("fournisseur") is None else _text("fournisseur", params["fournisseur"]),
            jours_retard_min=_integer("jours_retard_min", params.get("jours_retard_min"), RETARD),
            limite=None if params.get("limite") is None else _integer("limite", params["limite"], LIMITE),
            categories=_texts("categories", params.get("categories")),
            envoyer_automatiquement=_flag("envoyer_automatiquement", params.get("envoyer_automatiquement")),
            simulation=_flag("simulation", params.get("simulation")),
            campagne=None if params.get("campagne") is None else _text("campagne", params["campagne"]),
            oppositions=_contribuables("oppositions", params.get("oppositions")),
        )


def _date(value: object, today: date) -> date:
    if value in (None, ""):
        return today
    wanted = read_iso_date(value)
    if wanted is None:
        raise _wrong("date_relance", "une date comme 2026-03-31", "a date like 2026-03-31")
    if wanted > today:
        raise _wrong("date_relance", f"au plus tard le {today:%d/%m/%Y}, jour du passage", "not in the future")
    return wanted


def _canal(value: object) -> Canal:
    found = next((canal for canal in Canal if canal.value == value), None)
    if found is None:
        raise _wrong("type_relance", " ou ".join(Canal), " or ".join(Canal))
    return found


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(name, "un nom, ou rien", "a name, or nothing")
    return value


def _integer(name: str, value: object, genre: Entier) -> int:
    if not isinstance(value, int) or not genre.holds(value):
        raise _wrong(name, genre.french, genre.english)
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(name, "une liste de codes", "a list of codes")
    return tuple(value)


def _contribuables(name: str, value: object) -> tuple[str, ...]:
    try:
        return tuple(read_contribuable_id(item) for item in _texts(name, value))
    except Illisible as error:
        raise _wrong(name, f"des identifiants de contribuables ; {error}", "ids of taxpayers") from None


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "vrai ou faux", "true or false")
    return value


def _wrong(name: str, french: str, english: str) -> Blocked:
    return Blocked(f"paramètre {name} : attendu {french}", f"parameter {name}: expected {english}")
