"""What can be told of a Zoom connection before the first message: the app's scopes, the sender's number.

Scopes have classic and granular names; either may end in ``:admin`` (all users of the account, what a
Server-to-Server app gets). The granular scope that sends is, as Zoom documents it, a *read* one.
"""

from collections.abc import Sequence, Set
from typing import Final

from relances_providers.messaging import Finding, Verdict
from relances_providers.zoom.history import Item

SENDING: Final = frozenset({"phone:write", "phone_sms:write", "phone:read:sms_message", "phone:write:sms"})
READING: Final = frozenset({"phone:read", "phone_sms:read"})
READING_GRANULAR: Final = frozenset(
    {"phone:read:list_sms_sessions", "phone:read:sms_session", "phone:read:sms_message"}
)


def about_scopes(scopes: Set[str], conn_id: str) -> list[Finding]:
    """Whether these scopes send, and whether they follow and find what was sent; none: Zoom did not say."""
    if not scopes:
        unseen = "Zoom ne dit pas les droits du jeton — Zoom does not say what the token allows"
        return [Finding("scopes", Verdict.UNSEEN, unseen)]
    held = {scope.removesuffix(":admin") for scope in scopes}
    return [_sending(held, conn_id), _reading(held, conn_id)]


def about_sender(sender: str, numbers: Sequence[Item], conn_id: str) -> Finding:
    """Whether the sender is one of the account's numbers, and somebody's."""
    mine = next((number for number in numbers if str(number.get("number")).lstrip("+") == sender.lstrip("+")), None)
    if mine is None:
        text = f"ce numéro n'est pas du compte Zoom de la connexion {conn_id} : corrigez sender"
        return Finding("sender", Verdict.BAD, f"{text} — not a number of this account")
    if not mine.get("assignee"):
        text = "ce numéro n'est attribué à personne : attribuez-le dans Zoom Phone (Phone Numbers)"
        return Finding("sender", Verdict.BAD, f"{text} — assigned to nobody")
    return Finding("sender", Verdict.GOOD, "le numéro est du compte et attribué — of this account, and assigned")


def sender_unseen() -> Finding:
    """The finding where the account's numbers could not be listed."""
    text = (
        "le numéro n'a pas pu être vérifié, sans phone:read:admin ou phone:read:list_numbers:admin ; "
        "Zoom le vérifie au premier message — checked at the first message"
    )
    return Finding("sender", Verdict.UNSEEN, text)


def _sending(held: set[str], conn_id: str) -> Finding:
    if found := held & SENDING:
        return _good("scopes (envoi)", found)
    cure = (
        f"l'application de la connexion {conn_id} ne peut pas envoyer : ajoutez phone:write:sms (nom des guides), "
        "c'est-à-dire phone_sms:write:admin ou phone:write:admin, ou le droit détaillé phone:read:sms_message:admin, "
        "puis réactivez-la — the app may not send: add one of these scopes and activate it again"
    )
    return Finding("scopes (envoi)", Verdict.BAD, cure)


def _reading(held: set[str], conn_id: str) -> Finding:
    if found := held & READING:
        return _good("scopes (suivi)", found)
    missing = READING_GRANULAR - held
    if not missing:
        return _good("scopes (suivi)", READING_GRANULAR)
    granular = ", ".join(f"{scope}:admin" for scope in sorted(missing))
    cure = (
        f"l'application de la connexion {conn_id} ne peut pas suivre et rechercher les messages : ajoutez "
        f"phone_sms:read:admin ou phone:read:admin, ou les droits détaillés {granular}, puis réactivez-la "
        "— the app may not follow and find messages: add these scopes and activate it again"
    )
    return Finding("scopes (suivi)", Verdict.BAD, cure)


def _good(part: str, found: Set[str]) -> Finding:
    return Finding(part, Verdict.GOOD, f"{', '.join(sorted(found))} — present")
