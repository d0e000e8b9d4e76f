"""What an alert says: what, how many, what to do; in French, then in English. Nothing of any person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from relances.rendering.markdown import nombre, quantite
from relances.rendering.places import PLACES
from relances.rules.alertes import DagRun, Resume
from relances.rules.citation import cite
from relances.rules.fenetre import LIBREVILLE, in_words

_IDS_SHOWN: Final = 10
_TOLD: Final = ("envoyee", "livree", "echec", "en_attente", "en_cours", "incertaine")


def run_failed(passage: DagRun, taches: Sequence[str], bilan: Resume | None) -> str:
    """A red run. ``taches``: those that failed, in the order of the Dag; ``bilan``: None where none can be read."""
    unbalanced = bilan is not None and not bilan.equilibre
    noms = cite(_shown(taches))
    return _message(
        [
            "Relances : BILAN NON ÉQUILIBRÉ, passage en échec" if unbalanced else "Relances : passage en échec",
            _of(passage),
            f"Tâches en échec : {noms or 'aucune connue'}",
            f"Relances : {_par_place(bilan)}" if bilan else "Relances : pas de rapport",
            "Que faire : "
            + ("des créances extraites ne sont ni relancées ni exclues : lisez le rapport ; " if unbalanced else "")
            + "ouvrez le journal de la première tâche en échec, corrigez ce qu'il dit, puis relancez-la (Clear) ; "
            "personne ne sera relancé deux fois.",
        ],
        [
            "Relances: " + ("BALANCE BROKEN, run failed" if unbalanced else "run failed"),
            f"failed tasks: {noms or 'none known'}",
            f"reminders: {_by_place(bilan)}" if bilan else "no report",
            "open the log of the first failed task, mend what it says, clear it; nobody is reminded twice",
        ],
        passage.lien,
    )


def run_late(passage: DagRun, depuis: datetime, en_attente: Mapping[str, int] | None) -> str:
    """A run that has not ended in time. ``depuis``: since when it is queued.

    ``en_attente``: how many relances of all days wait, by fournisseur; None where they cannot be counted.
    """
    waiting = ", ".join(f"{fournisseur} {nombre(count)}" for fournisseur, count in sorted((en_attente or {}).items()))
    aucune, none = ("inconnues", "unknown") if en_attente is None else ("aucune", "none")
    return _message(
        [
            "Relances : passage en retard, pas encore fini",
            f"{_of(passage)}, depuis le {in_words(depuis)}",
            f"Relances en attente : {waiting or aucune}",
            "Que faire : ouvrez le passage et regardez la tâche qui dure. up_for_reschedule : elle attend la fenêtre "
            "d'envoi, une voie suspendue ou la fin d'un arrêt ; scheduled ou queued : il manque une place, un worker.",
        ],
        [
            f"Relances: run late, unfinished since {_iso(depuis)}",
            f"reminders waiting: {waiting or none}",
            "open the run and look at the task that lasts: up_for_reschedule waits for the send window, a paused "
            "lane or the end of a stop, scheduled or queued for a slot or a worker",
        ],
        passage.lien,
    )


def voie_paused(fournisseur: str, motif: str, jusqu_au: datetime | None, en_attente: int | None) -> str:
    """A paused voie. ``jusqu_au``: when it tries again by itself; None: once a person mends it.

    ``en_attente``: relances that wait for it; None where they cannot be counted.
    """
    reprise, again = (
        ("elle ne reprendra qu'une fois corrigée", "it resumes only once mended")
        if jusqu_au is None
        else (f"elle essaiera de nouveau le {in_words(jusqu_au)}", f"it tries again at {_iso(jusqu_au)}")
    )
    return _message(
        [
            f"Relances : la voie {fournisseur} est suspendue, {reprise}",
            f"Motif : {cite(motif)}",
            f"{_attente(en_attente)} ; aucune n'est perdue, les autres fournisseurs continuent.",
            "Que faire : si le motif ne se corrige pas chez vous, voyez avec le fournisseur ; « relances diagnostic » "
            "(ou le Dag relances_diagnostic) examine sa connexion sans rien envoyer.",
        ],
        [
            f"Relances: lane {fournisseur} is paused, {again}",
            f"reminders waiting: {_waiting(en_attente)}; none is lost, the other providers go on",
            "mend what the reason names or ask the provider; the relances_diagnostic Dag examines the connection",
        ],
    )


def voie_back(fournisseur: str, depuis: datetime, en_attente: int | None) -> str:
    """A voie that sends again. ``depuis``: when its trouble began; ``en_attente``: as of :func:`voie_paused`."""
    return _message(
        [
            f"Relances : la voie {fournisseur} envoie de nouveau ; sa panne avait commencé le {in_words(depuis)}",
            f"{_attente(en_attente)}. Que faire : rien.",
        ],
        [
            f"Relances: lane {fournisseur} sends again; its trouble began at {_iso(depuis)}",
            f"reminders waiting: {_waiting(en_attente)}",
            "nothing to do",
        ],
    )


def doubled(relances: Collection[int]) -> str:
    """Relances, by id, that a fournisseur accepted twice."""
    ids = _shown([str(relance) for relance in sorted(relances)])
    return _message(
        [
            f"Relances : {quantite(len(relances), 'relance est partie', 'relances sont parties')} DEUX FOIS",
            f"Numéros de relance : {ids}",
            "Que faire : suspendez les Dags relances_quotidiennes et relances_reconciliation, puis prévenez le "
            "développeur, avec ces numéros.",
        ],
        [
            f"Relances: {len(relances)} reminders were sent TWICE",
            "pause both Dags and tell the developer, with these numbers",
        ],
    )


def _message(french: Sequence[str], english: Sequence[str], lien: str = "") -> str:
    return "\n".join([*french, f"— {' · '.join(english)}.", *filter(None, [lien])])


def _attente(relances: int | None) -> str:
    if relances is None:
        return "Relances en attente : inconnues"
    return quantite(relances, "relance attend", "relances attendent")


def _waiting(relances: int | None) -> str:
    return "unknown" if relances is None else nombre(relances)


def _of(passage: DagRun) -> str:
    return cite(f"{passage.dag_id}, passage {passage.run_id}")


def _par_place(bilan: Resume) -> str:
    said = [(bilan.relances.get(place, 0), PLACES[place]) for place in _TOLD]
    return ", ".join(quantite(count, place.une, place.plusieurs) for count, place in said if count) or "aucune"


def _by_place(bilan: Resume) -> str:
    said = [(bilan.relances.get(place, 0), PLACES[place]) for place in _TOLD]
    return ", ".join(f"{nombre(count)} {place.english}" for count, place in said if count) or "none"


def _shown(names: Sequence[str]) -> str:
    more = len(names) - _IDS_SHOWN
    return ", ".join([*names[:_IDS_SHOWN], *([f"… (+{more})"] if more > 0 else [])])


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(LIBREVILLE):%Y-%m-%d %H:%M}"
