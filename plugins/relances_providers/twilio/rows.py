"""How the rows of Twilio's codes are written: by who is to mend them, which says what happens next."""

from typing import Final

from relances_providers.error_table import ErrorRow, Said
from relances_providers.errors import Fault, Misconfigured, NumberState, Rejected, TryLater

HOURS: Final = 3_600.0

ACCOUNT: Final = Said(
    "voyez le solde et les avis du compte de la connexion {conn_id} dans la console Twilio",
    "see the account's balance and notices in Twilio's console",
)
SENDER: Final = Said(
    "mettez dans le champ sender de la connexion {conn_id} un numéro WhatsApp en service de ce compte",
    "set sender in the connection to a WhatsApp number of this account that is online",
)
SERVICE: Final = Said(
    "corrigez messaging_service_sid (MG…) dans la connexion {conn_id}, ou ses expéditeurs dans la console Twilio",
    "mend messaging_service_sid (MG…) in the connection, or its senders in Twilio's console",
)
TEMPLATE: Final = Said(
    "vérifiez dans la console Twilio (Content Template Builder) le modèle que l'on envoie",
    "check in Twilio's console (Content Template Builder) the template that is sent",
)
PROGRAM: Final = Said(
    "prévenez le développeur : ce programme ne doit pas le demander",
    "tell the developer: this program must not ask for that",
)
NUMBER: Final = Said("corrigez le numéro dans l'application fiscale", "mend the number in the tax application")
TEXT: Final = Said("revoyez le gabarit", "see the template again")
STOP: Final = Said("ne lui écrivez plus sur ce canal", "do not write to them on this channel")
AGAIN: Final = Said("nouvel essai plus tard, de lui-même", "tried again later, by itself")
TOMORROW: Final = Said(
    "nouvel essai demain, de lui-même ; si cela dure, étalez les envois",
    "tried again tomorrow, by itself; if it lasts, spread the messages",
)


def ours(code: str, french: str, english: str, cure: Said, wording: str) -> ErrorRow:
    """A row for a fault of the account: nothing more is sent until somebody mends it."""
    return ErrorRow(code, Misconfigured, french, cure.french, english, cure.english, wording)


def recipient(
    code: str,
    french: str,
    english: str,
    cure: Said,
    wording: str,
    *,
    state: NumberState = NumberState.FINE,
    other: str | None = None,
) -> ErrorRow:
    """The recipient's: over for them. ``state``: what it says of their number; ``other``: where they may be reached."""
    return ErrorRow(
        code, Rejected, french, cure.french, english, cure.english, wording, Fault.NUMBER, state, other_channel=other
    )


def message(code: str, french: str, english: str, cure: Said, wording: str, *, other: str | None = None) -> ErrorRow:
    """A row for what is wrong with this message: over for it."""
    return ErrorRow(
        code, Rejected, french, cure.french, english, cure.english, wording, Fault.TEXT, other_channel=other
    )


def later(
    code: str,
    french: str,
    english: str,
    cure: Said,
    wording: str,
    *,
    fault: Fault = Fault.PROVIDER,
    after: float | None = None,
) -> ErrorRow:
    """A row for what passes by itself, whoever's ``fault`` it is. ``after``: seconds until it may have."""
    return ErrorRow(code, TryLater, french, cure.french, english, cure.english, wording, fault, retry_after=after)
