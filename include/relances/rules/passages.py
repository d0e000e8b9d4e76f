"""What a run id stands for: the first request made under it; another one under the same id is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.request import DEFAULTS, Request

_DEFAULTS_THEN: Final = "defauts"
_LISTS: Final = frozenset({"categories", "oppositions"})
_SAID_MAX: Final = 5  # codes of a list that an error quotes


RELIRE: Final = "la politique une fois changée, reprenez le passage depuis check_providers, qui la relit"
"""What to do about a policy that stops a run which has created nothing yet."""


class Moyen(StrEnum):
    """By what a run was asked for. Airflow does not tell its form from its API or its own command line."""

    CALENDRIER = "calendrier"
    AIRFLOW = "airflow"
    COMMANDE = "commande"
    ADRESSE = "adresse"


@dataclass(frozen=True, slots=True)
class Demande:
    """Who asked for a run, and by what; None where nobody said."""

    moyen: Moyen | None = None
    par: str | None = None


INCONNUE: Final = Demande()


def parameters(request: Request) -> dict[str, object]:
    """The Dag's parameters that a request was made of, as JSON has them; ``date_relance`` is the day it came to."""
    return {
        "jours_retard_min": request.jours_retard_min,
        "type_relance": request.canal,
        "fournisseur": request.fournisseur,
        "limite": request.limite,
        "envoyer_automatiquement": request.envoyer_automatiquement,
        "categories": list(request.categories),
        "date_relance": request.date_relance.isoformat(),
        "simulation": request.simulation,
        "campagne": request.campagne,
        "oppositions": list(request.oppositions),
    }


def to_keep(request: Request) -> dict[str, object]:
    """What is stored of a request with its run: its parameters, and what each was by default then."""
    return {**parameters(request), _DEFAULTS_THEN: dict(DEFAULTS)}


def standing(kept: Mapping[str, object], jour_passage: date, asked: Request) -> Request:
    """The request that a run id stands for: what is ``kept`` of the first.

    A parameter that nobody chose keeps the default of then; one that an older version did not keep is as ``asked``.
    The order of a list says nothing. Blocked where something else was chosen.
    """
    defaults = kept.get(_DEFAULTS_THEN)
    then: Mapping[str, object] = defaults if isinstance(defaults, dict) else DEFAULTS
    now, stands = parameters(asked), parameters(asked)
    changed = list(_day_changed(jour_passage, asked.jour_passage))
    for name in now.keys() & kept.keys():
        if _plain(name, kept[name]) == _plain(name, now[name]):
            continue
        if name in then and _is_default(name, kept, then) and _is_default(name, now, DEFAULTS):
            stands[name] = kept[name]
        else:
            changed.append((name, _said(name, kept[name]), _said(name, now[name])))
    if changed:
        raise _another(asked.run_id, sorted(changed))
    return asked if stands == now else Request.of(asked.run_id, stands, asked.jour_passage)


def _another(run_id: str, changed: list[tuple[str, str, str]]) -> Blocked:
    said = ", ".join(f"{name} valait {before} et vaut {now}" for name, before, now in changed)
    return Blocked(
        f"le passage {run_id} a déjà eu lieu avec d'autres paramètres ({said}) ; déclenchez un nouveau passage, sous "
        "un autre run id, ou redonnez à celui-ci ses paramètres",
        f"this run id stands for a run that was asked otherwise ({', '.join(name for name, _, _ in changed)}): trigger "
        "a new run under another run id, or give this one its parameters back",
    )


def _day_changed(before: date, now: date) -> Iterator[tuple[str, str, str]]:
    if before != now:
        yield "jour du passage", f"{before:%d/%m/%Y}", f"{now:%d/%m/%Y}"


def _is_default(name: str, values: Mapping[str, object], defaults: Mapping[str, object]) -> bool:
    return _plain(name, values[name]) == _plain(name, defaults[name])


def _plain(name: str, value: object) -> object:
    """One form for values that mean the same, so that they compare equal."""
    if name in _LISTS:
        return frozenset(value) if isinstance(value, list) else frozenset()
    return value


def _said(name: str, value: object) -> str:
    match value:
        case bool():
            return "oui" if value else "non"
        case None | []:
            return "vide"
        case list() if name == "oppositions" or len(value) > _SAID_MAX:
            return f"une liste de {len(value)}"
        case list():
            return " ".join(sorted(map(str, value)))
        case _:
            return str(value)
