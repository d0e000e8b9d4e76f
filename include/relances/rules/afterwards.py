"""What a provider says of a call afterwards: a doubt cleared, a message delivered or not."""

from collections.abc import Sequence, Set
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from relances.rules.models import Statut
from relances.rules.outcomes import LONGEST_WAIT, Acceptee, Refusee, Reglement, Reportee, settle
from relances.rules.politique import Envoi


class Constat(StrEnum):
    """The journal's word for what the provider said of a call afterwards."""

    RETROUVEE = "retrouvee"
    ABSENTE = "absente"
    LIVREE = "livree"
    NON_LIVREE = "non_livree"


class Piste(NamedTuple):
    """A message that the provider has for the number sought. ``meme_texte``: None where that cannot be told."""

    reference: str
    meme_texte: bool | None


def clear(
    pistes: Sequence[Piste], connues: Set[str], numero: int, envoi: Envoi, *, prouvable: bool
) -> Reglement | None:
    """What the candidates for a doubt, the oldest first, prove of attempt ``numero``; None: nothing.

    ``connues``: references of other calls; a message clears one doubt only. ``prouvable``: whether nothing found
    means never sent; where it may yet come, or was sent elsewhere, it means nothing.
    """
    free = [piste for piste in pistes if piste.reference not in connues]
    for piste in free:
        if piste.meme_texte:
            return replace(settle(Acceptee(piste.reference), numero, envoi), issue=Constat.RETROUVEE)
    if not prouvable or any(piste.meme_texte is None for piste in free):
        return None
    never_sent = Reportee("jamais_partie", "le fournisseur ne l'a jamais reçue", None)
    # At once: the doubt lasted longer than a new attempt waits.
    return replace(settle(never_sent, numero, envoi), issue=Constat.ABSENTE, delai=None)


def delivered() -> Reglement:
    """The outcome of a message that reached the phone."""
    return Reglement(Statut.LIVREE, Constat.LIVREE)


def undelivered(failure: Refusee | Reportee, numero: int, envoi: Envoi) -> Reglement:
    """The outcome of a message accepted at attempt ``numero`` that did not reach the phone: over, or to send again."""
    return replace(settle(failure, numero, envoi), issue=Constat.NON_LIVREE)


def kept_back(code: str, detail: str, vaines: int, envoi: Envoi) -> Reglement:
    """The outcome of a message that a fault of the account kept from leaving: back to the queue, no attempt used up.

    What it waits for is its voie. ``vaines``: its calls before that counted for nothing either. Each makes it wait
    longer by itself too: a fault that strikes some messages only (one template of two) does not keep the others' from
    reopening the voie, and every opening would pay for it again. Whoever resumes the voie ends these waits.
    """
    delai = envoi.disjoncteur.pause_max * 2.0 ** (min(vaines, 20) - 1) if vaines else None
    wait = None if delai is None else min(delai, LONGEST_WAIT)
    return Reglement(Statut.EN_ATTENTE, Constat.NON_LIVREE, code, detail=detail, delai=wait, sans_essai=True)
