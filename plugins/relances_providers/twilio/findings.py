"""What examining a Twilio connection tells of its account, its WhatsApp sender and its templates."""

from typing import Final

from relances_providers.messaging import Finding, Verdict
from relances_providers.quotation import plain

_ONLINE: Final = frozenset({"ONLINE", "ONLINE:UPDATING"})

TEMPLATES: Final = Finding(
    "template",
    Verdict.UNSEEN,
    "à qui n'a pas écrit depuis 24 heures, seul un modèle approuvé (ContentSid) est remis "
    "— outside the 24-hour window only an approved template is delivered",
)


def about_account(kind: str | None) -> Finding:
    """``kind``: ``Trial`` or ``Full``, as Twilio says; None where an API key may not ask."""
    match kind:
        case None:
            text = "la clé API ne permet pas de lire le compte — the API key may not read the account"
            return Finding("account", Verdict.UNSEEN, text)
        case "Trial":
            text = "compte d'essai : n'écrit qu'aux numéros vérifiés — trial, writes to verified numbers only"
        case _:
            text = "compte complet et actif — full account, active"
    return Finding("account", Verdict.GOOD, text)


def about_sender(status: str | None) -> Finding:
    """``status``: that of Twilio's list of WhatsApp senders, None where it is not there."""
    if status is None:
        text = "pas dans la liste de Twilio, vu au premier message (63007) — not listed, seen at the first message"
        return Finding("sender", Verdict.UNSEEN, text)
    if status in _ONLINE:
        return Finding("sender", Verdict.GOOD, f"en service ({status}) — online")
    text = f"pas en service ({plain(status)}) : voyez Messaging → WhatsApp senders dans la console Twilio — not online"
    return Finding("sender", Verdict.BAD, text)


def about_sandbox() -> Finding:
    """The finding where the sender is the sandbox's number."""
    text = (
        "bac à sable : le destinataire doit d'abord y envoyer « join … », un message en 3 s "
        "— sandbox, recipients must join it first, one message in 3 s"
    )
    return Finding("sender", Verdict.GOOD, text)


def about_service() -> Finding:
    """The finding where a Messaging Service stands for the sender."""
    text = "Messaging Service : il choisit l'expéditeur à l'envoi — it chooses the sender of each message"
    return Finding("sender", Verdict.UNSEEN, text)
