"""Twilio's codes about the account that calls and its Messaging Service: 10xxx, 20xxx, 70xxx, 217xx."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from relances_providers.error_table import ErrorRow, Said, alike
from relances_providers.errors import OutcomeUnknown
from relances_providers.twilio.rows import ACCOUNT, AGAIN, PROGRAM, SENDER, SERVICE, later, ours

_CREDENTIALS: Final = Said(
    "vérifiez login (Account SID, AC…) et password (Auth Token) de la connexion {conn_id} ; avec api_key, password est "
    "le secret de la clé",
    "check login (Account SID) and password (Auth Token) of the connection; with api_key, password is the key's secret",
)

# fmt: off
ROWS: Final = (
    ours("10001", "le compte Twilio n'est pas actif", "the account is not active", ACCOUNT,
         "Account is not active ; compte suspendu"),
    ours("20003", "identifiants Twilio refusés", "Twilio refuses the credentials", _CREDENTIALS,
         "Authenticate ; Permission Denied ; authentification ; Authentication Error ; HTTP 401"),
    ours("20005", "le compte Twilio n'est pas actif", "the account is not active", ACCOUNT,
         "Account not active ; compte suspendu ; suspended ; closed"),
    ours("20006", "Twilio refuse l'accès à ce compte", "access to this account is denied", _CREDENTIALS,
         "Access Denied"),
    ours("20008", "ce sont les identifiants d'essai (test credentials), qui n'envoient rien",
         "these are test credentials, which send nothing", _CREDENTIALS, "Test Credentials"),
    ours("20010", "Twilio a désactivé l'envoi pour ce compte", "the action is disabled for this account", ACCOUNT,
         "Action disabled for account"),
    ours("20403", "Twilio interdit l'accès à ce compte, sans doute suspendu ou fermé",
         "the account may not use the API, it may be suspended or closed", ACCOUNT, "Forbidden ; HTTP 403"),
    ours("20404", "Twilio ne connaît pas cette adresse", "no such address",
         Said("vérifiez host et login (Account SID, AC…) de la connexion {conn_id}",
              "check host and login (Account SID) of the connection"), "Not found ; HTTP 404"),
    later("20409", "demande en conflit avec une autre chez Twilio", "the request conflicts with another", AGAIN,
          "Conflict ; HTTP 409"),
    later("20162", "une autre mise à jour est en cours chez Twilio", "another update is in progress", AGAIN,
          "A conflicting resource update is in progress"),
    later("20429", "trop de demandes à la fois, celle-ci n'a pas été traitée",
          "too many requests, this one was not processed",
          Said("nouvel essai de lui-même ; si cela dure, baissez rate_per_second et max_in_flight de la connexion "
               "{conn_id}",
               "tried again by itself; if it lasts, lower rate_per_second and max_in_flight of the connection"),
          "Too Many Requests ; HTTP 429"),
    ours("21701", "ce Messaging Service n'existe pas dans ce compte", "no such Messaging Service in this account",
         Said("corrigez messaging_service_sid dans la connexion {conn_id}",
              "mend messaging_service_sid in the connection"), "The Messaging Service does not exist"),
    ours("21705", "Messaging Service invalide", "the Messaging Service is invalid",
         Said("corrigez messaging_service_sid (MG…) dans la connexion {conn_id}",
              "mend messaging_service_sid (MG…) in the connection"), "The Messaging Service is invalid"),
    later("21730", "Twilio est en maintenance", "Twilio is under maintenance", AGAIN, "System under maintenance"),
    ours("70051", "la clé API n'a pas le droit d'envoyer", "the API key may not send",
         Said("donnez à api_key de la connexion {conn_id} le droit sur les messages, ou prenez une clé Standard",
              "give the key of the connection the permission on messages, or use a Standard key"),
         "Authorization Failed ; Restricted API key"),
)
# fmt: on


def _groups() -> Iterator[ErrorRow]:
    """Codes that one remedy is for."""
    yield from alike(
        "20101 20102 20103 20104 20105 20106 20107 20151 20152 20153 20154 20155 20156 20157 20159 20160",
        ours("", "jeton d'accès refusé par Twilio", "Twilio refuses the access token", _CREDENTIALS, "Access Token"),
    )
    yield from alike(
        "20001 20002 20004 20007 20009 20011 20012 20020 20021 20023 20410 20413 20422 20423 20426 21481",
        ours("", "demande que Twilio ne comprend pas", "Twilio does not understand the request", PROGRAM,
             "Unknown parameters ; Invalid Parameter"),
    )  # fmt: skip
    yield from alike(
        "21470 21471 21472 21476 21477 21478 21479",
        ours("", "le compte Twilio n'existe pas ou n'est pas actif", "the account does not exist or is not active",
             ACCOUNT, "Invalid AccountSid ; Account is not active"),
    )  # fmt: skip
    yield from alike(
        "21702 21703 21704 21708 21709 21710 21711 21712 21714 21715 21733",
        ours("", "le Messaging Service n'a pas d'expéditeur qui puisse envoyer",
             "the Messaging Service has no sender that can send", SERVICE, "Messaging Service"),
    )  # fmt: skip
    yield from alike(
        "21713 21717 21719 21720 21721 21722 21723 21724 21725 21726 21727 21728 21729 21731 21732 21736 21737",
        ours("", "l'inscription de l'expéditeur (A2P) n'est pas en règle",
             "the registration of the sender (A2P) is not in order", SENDER, "Brand ; Campaign ; A2P"),
    )  # fmt: skip
    # With a 5xx, as they come, the status decides before they do; nobody knows whether the message was taken.
    yield from alike(
        "20500 20503 20504",
        ErrorRow(
            "", OutcomeUnknown, "panne chez Twilio, le message est peut-être parti",
            "ne renvoyez pas ; il sera recherché chez Twilio, de lui-même",
            "Twilio failed, the message may have been sent", "do not send it again; it will be looked up at Twilio",
            "Internal Server Error ; Service unavailable",
        ),
    )  # fmt: skip


CODES: Final = tuple(chain(ROWS, _groups()))
