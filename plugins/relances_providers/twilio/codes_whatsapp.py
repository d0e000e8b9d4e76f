"""Twilio's codes about WhatsApp and its templates: 63xxx, 92xxx. Most come after the message was accepted."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from relances_providers.error_table import ErrorRow, Said, alike
from relances_providers.errors import Fault, NumberState
from relances_providers.twilio.rows import (
    AGAIN,
    HOURS,
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
_BY_SMS: Final = Said("écrivez par SMS", "write by SMS")
_META: Final = Said(
    "voyez le compte dans Meta Business Manager (Qualité du compte, vérification de l'entreprise), pour l'expéditeur "
    "de la connexion {conn_id}, et écrivez à Twilio",
    "see the account in Meta Business Manager (Account Quality, business verification) and write to Twilio",
)

# fmt: off
ROWS: Final = (
    ours("63001", "WhatsApp n'accepte pas les droits de cet expéditeur", "WhatsApp does not authenticate this sender",
         SENDER, "Channel could not authenticate the request"),
    ours("63002", "WhatsApp ne trouve pas cet expéditeur", "WhatsApp does not find this sender", SENDER,
         "Channel could not find the From address"),
    recipient("63003", "le destinataire n'est pas sur WhatsApp", "the recipient is not on WhatsApp", _BY_SMS,
              "Channel could not find To address ; pas de WhatsApp ; no WhatsApp", state=_GONE, other="sms"),
    message("63005", "WhatsApp n'accepte pas ce contenu", "WhatsApp does not take this content", TEXT,
            "Channel did not accept given content"),
    message("63006", "WhatsApp ne sait pas mettre en forme ce contenu", "WhatsApp cannot format this content", TEXT,
            "Could not format given content for the channel"),
    ours("63007", "aucun expéditeur WhatsApp en service n'a ce numéro dans ce compte",
         "no WhatsApp sender of this account has this From number, or it is pending", SENDER,
         "Twilio could not find a Channel with the specified From address ; recipient not in the sandbox ; "
         "destinataire non inscrit au sandbox"),
    ours("63008", "expéditeur WhatsApp mal réglé chez Twilio", "the channel is misconfigured at Twilio", SENDER,
         "channel module misconfigured"),
    message("63013", "contenu contraire aux règles de WhatsApp", "against WhatsApp's policy",
            Said("revoyez le gabarit (ni blancs répétés dans une variable, ni contenu interdit)",
                 "see the template again (no repeated blanks in a variable, no forbidden content)"),
            "Channel policy violation"),
    recipient("63014", "le destinataire a bloqué l'expéditeur", "the recipient blocked the sender", STOP,
              "Channel message blocked by user action ; opposition", state=_OUT),
    # Of those who try the sandbox some have joined it and some have not: the others get theirs.
    recipient("63015", "le destinataire n'a pas rejoint le bac à sable (sandbox)",
              "the recipient has not joined the sandbox",
              Said("faites-lui envoyer « join … » au numéro du bac à sable, puis recommencez",
                   "have them send \"join …\" to the sandbox number, then try again"),
              "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox"),
    message("63016", "hors des 24 heures qui suivent un message du destinataire, seul un modèle approuvé passe",
            "outside the 24-hour window only an approved template is delivered",
            Said("envoyez un modèle approuvé (ContentSid), ou écrivez par SMS",
                 "send an approved template (ContentSid), or write by SMS"),
            "Failed to send freeform message because you are outside the allowed window ; message too long ; message "
            "trop long", other="sms"),
    later("63018", "l'expéditeur a atteint son débit ou son quota du jour chez WhatsApp",
          "the sender is at its rate or daily limit at WhatsApp",
          Said("nouvel essai dans quelques heures, de lui-même ; si cela dure, étalez les envois",
               "tried again in some hours, by itself; if it lasts, spread the messages"),
          "Rate limit exceeded for Channel", after=6 * HOURS),
    ours("63020", "le compte professionnel Meta a un problème, souvent de paiement",
         "the Meta business account has a problem, often of payment",
         Said("réglez-le dans Meta Business Manager, pour l'expéditeur de la connexion {conn_id}",
              "settle it in Meta Business Manager"), "Twilio encountered a Business Manager account error"),
    message("63021", "contenu refusé par WhatsApp, ou modèle de plus de 1024 caractères une fois rempli",
            "content refused by WhatsApp, or a template over 1024 characters once filled",
            Said("raccourcissez le gabarit ou ses variables", "shorten the template or its variables"),
            "Channel invalid content error"),
    ours("63022", "le nom d'affichage de l'expéditeur WhatsApp n'est plus certifié",
         "the display name of the WhatsApp sender is not certified any more",
         Said("faites-le approuver de nouveau dans WhatsApp Manager, ou écrivez à Twilio, pour l'expéditeur de la "
              "connexion {conn_id}", "have it approved again in WhatsApp Manager, or write to Twilio"),
         "Invalid vname certificate"),
    later("63023", "non remis par WhatsApp, sans raison donnée", "not delivered by WhatsApp, no reason given",
          Said("nouvel essai plus tard, de lui-même ; si cela dure, voyez le message dans la console Twilio ; rien ne "
               "met en cause le numéro",
               "tried again later, by itself; if it lasts, see the message in Twilio's console; the number is "
               "not in question"), "Channel generic error", fault=Fault.NOBODY, after=HOURS),
    recipient("63024", "le destinataire n'est pas sur WhatsApp, ou ne peut en recevoir",
              "the recipient is not on WhatsApp, or cannot get this", _BY_SMS,
              "Invalid message recipient ; pas de WhatsApp ; no WhatsApp", state=_GONE, other="sms"),
    ours("63026", "WhatsApp tient les messages de cet expéditeur pour du spam",
         "WhatsApp takes this sender's messages for spam", _META, "Channel sender content flagged as spam"),
    ours("63027", "ce modèle n'existe pas dans cette langue chez WhatsApp",
         "no such template in this language at WhatsApp", TEMPLATE,
         "Template does not exist for a language and locale"),
    ours("63028", "le modèle n'a pas autant de variables", "the template has another number of variables", TEMPLATE,
         "Number of parameters provided does not match the expected number of parameters"),
    later("63029", "le WhatsApp du destinataire n'a pu charger le modèle",
          "the recipient's WhatsApp could not load the template",
          Said("nouvel essai plus tard, de lui-même ; si cela dure, mettre WhatsApp à jour sur son téléphone",
               "tried again later, by itself; if it lasts, WhatsApp is to be updated on their phone"),
          "The receiver failed to download the template", fault=Fault.NUMBER, after=4 * HOURS),
    ours("63030", "le message demande ce que WhatsApp ne prend pas pour ce type de modèle",
         "the message asks for what WhatsApp does not take for this kind of template", TEMPLATE,
         "Unsupported parameter for type of channels message"),
    recipient("63031", "le numéro du destinataire est celui de l'expéditeur",
              "the recipient's number is the sender's own",
              Said("corrigez le numéro dans l'application fiscale", "mend the number in the tax application"),
              "Channels message cannot have same 'From' and 'To'"),
    recipient("63032", "Meta retient ce message : le destinataire est dans une expérience",
              "Meta holds this message, the recipient is in an experiment",
              Said("n'insistez pas ; joignez-le autrement", "do not insist; reach them otherwise"),
              "User's number is part of an experiment ; because of a WhatsApp limitation"),
    recipient("63033", "le destinataire a bloqué l'expéditeur", "the recipient blocked the sender", STOP,
              "Recipient has blocked the sender ; Recipient opted out to receive message ; opposition", state=_OUT),
    later("63038", "quota du jour du compte Twilio atteint", "the account is at its daily limit",
          Said("nouvel essai demain, de lui-même ; demandez à Twilio un quota plus haut",
               "tried again tomorrow, by itself; ask Twilio for a higher limit"),
          "Account exceeded the daily messages limit", after=24 * HOURS),
    ours("63040", "modèle refusé par Meta", "template rejected by Meta", TEMPLATE, "Template rejected"),
    ours("63041", "modèle suspendu par Meta, mal noté", "template paused by Meta for its quality", TEMPLATE,
         "Template paused"),
    ours("63042", "modèle désactivé par Meta", "template disabled by Meta", TEMPLATE, "Template disabled"),
    later("63049", "Meta n'a pas voulu remettre ce message de type marketing",
          "Meta chose not to deliver this marketing message",
          Said("nouvel essai demain, de lui-même ; faites classer le modèle « utility »",
               "tried again tomorrow, by itself; have the template classed as utility"),
          "Meta chose not to deliver this WhatsApp marketing message", fault=Fault.TEXT, after=24 * HOURS),
    ours("63051", "Meta a verrouillé cet expéditeur WhatsApp", "Meta locked this WhatsApp sender",
         Said("débloquez-le dans WhatsApp Manager, ou changez sender dans la connexion {conn_id}",
              "unlock it in WhatsApp Manager, or change sender in the connection"),
         "WhatsApp sender is locked ; WhatsApp Business Account is Locked"),
    ours("63112", "Meta a désactivé le compte WhatsApp, ou n'a pas fini d'en vérifier l'entreprise",
         "Meta disabled the WhatsApp account, or has not finished verifying its business", _META,
         "The Meta and/or WhatsApp Business Accounts connected to this Sender were disabled by Meta"),
    # The variables are this message's: an empty or broken one says nothing of the others.
    message("92007", "une variable du modèle est vide ou illisible", "a variable of the template is empty or broken",
            Said("revoyez le gabarit et ce que l'application fiscale y met (ni vide, ni retour à la ligne)",
                 "see the template and what the tax application puts in it (neither empty nor with a line break)"),
            "The Content Variables Parameter is invalid"),
)


def _groups() -> Iterator[ErrorRow]:
    """The rows of codes that share one cure."""
    # 63060 is named by users, in no list that is public.
    yield from alike("63009 63010 63011 63012 63060", later(
        "", "panne chez WhatsApp", "WhatsApp failed", AGAIN,
        "Channel provider returned an internal service error ; internal error", after=HOURS / 4))
    yield from alike("63017", later(
        "", "WhatsApp demande de ralentir", "WhatsApp asks to slow down", AGAIN, "Rate limit exceeded", after=HOURS))
    yield from alike("63019 63025 63034 63037", message(
        "", "pièce jointe refusée par WhatsApp", "attachment refused by WhatsApp", TEXT, "Media failed to download"))
    yield from alike("63043 63044 63045 63046 63047 63052 92001 92002 92003 92004 92005 92006 92008 92009", ours(
        "", "le modèle n'est pas en ordre chez Twilio", "the template is not in order at Twilio", TEMPLATE,
        "Template ; Content Sid"))
    yield from alike("63036", recipient(
        "", "le destinataire ne peut être joint par ce canal", "the recipient cannot be reached on this channel",
        _BY_SMS, "cannot be reached using RCS", other="sms"))
    yield from alike(
        "63035 63039 63100 63101 63102 63103 63105 63106 63107 63108 63109 63111 63124", ours(
            "", "l'expéditeur n'est pas en ordre chez Meta ou chez Twilio",
            "the sender is not in order at Meta or at Twilio", _META, "WABA ; This Sender has been migrated"))
# fmt: on


CODES: Final = tuple(chain(ROWS, _groups()))
