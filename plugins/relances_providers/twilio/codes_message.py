"""Twilio's codes about a message it is asked to create: 21xxx."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from relances_providers.error_table import ErrorRow, Said, alike
from relances_providers.errors import Fault, NumberState
from relances_providers.twilio.rows import (
    AGAIN,
    HOURS,
    NUMBER,
    PROGRAM,
    SENDER,
    STOP,
    TEMPLATE,
    TEXT,
    later,
    message,
    ours,
    recipient,
)

_GONE, _OUT = NumberState.UNREACHABLE, NumberState.OPTED_OUT
_SHORTER: Final = Said("raccourcissez le gabarit", "shorten the template")

# fmt: off
ROWS: Final = (
    recipient("21211", "numéro du destinataire invalide", "the recipient's number is invalid", NUMBER,
              "Invalid 'To' Phone Number ; numéro invalide", state=_GONE),
    recipient("21214", "Twilio ne peut joindre le numéro du destinataire", "Twilio cannot reach the recipient's number",
              NUMBER, "'To' phone number cannot be reached"),
    recipient("21266", "le numéro du destinataire est celui de l'expéditeur",
              "the recipient's number is the sender's own", NUMBER, "'To' and 'From' numbers cannot be the same"),
    # One answer does not tell a country that is closed for one foreigner from one closed for all. It is the account's
    # all the same: sent again as any other trouble, and where most calls meet it the voie stops, with this cure.
    later("21408", "le compte n'a pas le droit d'écrire dans le pays du destinataire",
          "the recipient's country is not enabled for this account",
          Said("ouvrez ce pays dans la console Twilio (Messaging → Geo permissions)",
               "enable the country in Twilio's console (Messaging → Geo permissions)"),
          "Permission to send an SMS has not been enabled for the region", fault=Fault.ACCOUNT),
    ours("21606", "ce numéro n'est pas un expéditeur de ce compte", "this number is no sender of this account", SENDER,
         "The 'From' phone number provided is not a valid message-capable Twilio phone number"),
    # Who tries a trial account writes to some that are verified and some that are not: the others get theirs.
    recipient("21608", "compte d'essai : le numéro du destinataire n'y est pas vérifié",
              "trial account: the recipient's number is not verified",
              Said("vérifiez le numéro dans la console Twilio, ou passez le compte en payant",
                   "verify the number in Twilio's console, or upgrade the account"),
              "unverified number ; number format, join sandbox ; format du numéro, rejoindre le sandbox"),
    recipient("21610", "le destinataire a répondu STOP", "the recipient answered STOP", STOP,
              "Attempt to send to unsubscribed recipient ; opposition ; désabonné", state=_OUT),
    later("21611", "la file d'attente de l'expéditeur est pleine chez Twilio", "the sender's queue at Twilio is full",
          Said("nouvel essai de lui-même ; si cela dure, baissez rate_per_second de la connexion {conn_id}",
               "tried again by itself; if it lasts, lower rate_per_second of the connection"),
          "This 'From' number has exceeded the maximum number of queued messages", after=HOURS),
    recipient("21612", "ce destinataire ne peut être joint depuis cet expéditeur",
              "this recipient cannot be reached from this sender",
              Said("vérifiez le numéro, et le champ sender de la connexion {conn_id}",
                   "check the number, and sender of the connection"),
              "cannot be sent with the current combination of 'To' and/or 'From'"),
    recipient("21614", "le numéro du destinataire n'est pas celui d'un mobile",
              "the recipient's number is not a mobile's", NUMBER,
              "'To' number is not a valid mobile number ; numéro invalide", state=_GONE),
    message("21617", "message de plus de 1600 caractères", "text over 1600 characters", _SHORTER,
            "The concatenated message body exceeds the 1600 character limit ; message trop long"),
    message("21618", "Twilio refuse ce texte", "Twilio refuses this text", TEXT, "The message body cannot be sent"),
    recipient("21635", "le numéro du destinataire est celui d'une ligne fixe", "the recipient's number is a landline's",
              NUMBER, "'To' number cannot be a landline", state=_GONE),
    ours("21654", "des variables sont données sans modèle (ContentSid)", "variables without a template (ContentSid)",
         TEMPLATE, "ContentSid Required"),
    ours("21655", "modèle (ContentSid) invalide ou d'un autre compte",
         "the template (ContentSid) is invalid or another account's", TEMPLATE, "The ContentSid is Invalid"),
    ours("21656", "variables du modèle invalides ou vides", "the template's variables are invalid or empty", TEMPLATE,
         "The ContentVariables Parameter is invalid ; not a JSON string"),
    message("21658", "une partie du message est trop longue pour Twilio",
            "a part of the message is too long for Twilio", _SHORTER, "Parameter exceeded character limit"),
    ours("21659", "l'expéditeur n'est pas un numéro Twilio", "the sender is no Twilio number", SENDER,
         "'From' is not a Twilio phone number"),
    ours("21910", "expéditeur et destinataire ne sont pas du même canal",
         "sender and recipient are not of the same channel", SENDER, "Invalid 'From' and 'To' pair"),
    ours("216602", "ce modèle n'est pas fait pour WhatsApp", "this template is not for WhatsApp", TEMPLATE,
         "Content Type is not supported on this channel"),
)


def _groups() -> Iterator[ErrorRow]:
    """Codes that one remedy is for."""
    yield from alike("21217 21265 21268 21401 21421", recipient(
        "", "numéro du destinataire invalide, ou qui ne reçoit pas de messages",
        "the recipient's number is invalid, or takes no messages", NUMBER, "Phone Number is invalid", state=_GONE))
    yield from alike("21219", recipient(
        "", "compte d'essai : le numéro du destinataire n'y est pas vérifié",
        "trial account: the recipient's number is not verified",
        Said("faites-le vérifier dans la console Twilio, ou passez le compte en payant",
             "have it verified in Twilio's console, or upgrade the account"), "'To' phone number not verified"))
    yield from alike("21212 21264 21267 21407 21601 21603 21607 21613 21615 21616 21657 21660 21661 21621 21622", ours(
        "", "l'expéditeur ne peut envoyer de messages", "the sender cannot send messages", SENDER, "'From' number"))
    yield from alike("21602 21605 21619 21620 21623 21652", message(
        "", "texte vide, trop long, ou pièce jointe refusée", "text empty, too long, or an attachment refused", TEXT,
        "Message body is required ; Invalid media URL"))
    yield from alike("21604 21609 21624 21626 21627 21653 21900 21901 21902", ours(
        "", "demande que Twilio ne comprend pas", "Twilio does not understand the request", PROGRAM,
        "Invalid 'StatusCallback' ; Invalid validity period value"))
    yield from alike("21628 21629 21630 21631 21645 21646 21647 21648 21649 21650 21651", ours(
        "", "le numéro d'envoi n'est pas en règle (adresse, dossier)",
        "the sender's number is not in order (address, bundle)", SENDER, "Phone Number Requires a Bundle ; Address"))
    yield from alike("21102", later(
        "", "limite du compte atteinte chez Twilio", "a limit of the account is reached", AGAIN,
        "Reached maximum number of Services"))
# fmt: on


CODES: Final = tuple(chain(ROWS, _groups()))
