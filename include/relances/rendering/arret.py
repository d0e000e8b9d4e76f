"""The state of the voies, a line each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from relances.rendering.json_sur import Record
from relances.rendering.markdown import quantite
from relances.rules.arret import Action, Situation
from relances.rules.fenetre import in_words

KEYS: Final = ("fournisseur", "etat", "arretee_le", "suspendue_jusqu_au", "motif", "debit", "en_attente")


def lines(action: Action, voies: Mapping[str, Situation | None]) -> list[str]:
    """What was done, and the state of each voie."""
    said = [f"{fournisseur} : {_state(voie)}" for fournisseur, voie in voies.items()]
    if action is Action.REPRENDRE:
        said.append("les tâches d'envoi repartent dans la minute — sending tasks go on within a minute")
    return said


def record(fournisseur: str, voie: Situation | None) -> Record:
    """The state of one voie for a program, with these KEYS."""
    if voie is None:
        return dict.fromkeys(KEYS) | {"fournisseur": fournisseur, "etat": "jamais_servi", "en_attente": 0}
    values = (fournisseur, _etat(voie), _iso(voie.arretee_le), _iso(voie.suspendue_jusqu_au), voie.motif, voie.debit)
    return dict(zip(KEYS, (*values, voie.en_attente), strict=True))


def _etat(voie: Situation) -> str:
    if voie.arretee_le is not None:
        return "arrete"
    if voie.suspendue_jusqu_au is not None:
        return "suspendu"
    return "a_l_essai" if voie.motif is not None else "ouvert"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _state(voie: Situation | None) -> str:
    if voie is None:
        return "n'a jamais servi — never used"
    waiting = quantite(voie.en_attente, "relance en attente", "relances en attente")
    if voie.arretee_le is not None:
        return f"ARRÊTÉ depuis le {in_words(voie.arretee_le)} — stopped ; {waiting}"
    if voie.suspendue_jusqu_au is not None:
        return (
            f"en panne, suspendu jusqu'au {in_words(voie.suspendue_jusqu_au)} — in trouble ; {waiting} ; {voie.motif}"
        )
    if voie.motif is not None:
        return f"à l'essai après une panne — on trial after a trouble ; {waiting} ; {voie.motif}"
    pace = f", {voie.debit:.3g} départs par seconde" if voie.debit is not None else ""
    return f"ouvert{pace} — open ; {waiting}"
