"""Whether the form of a message is in order, and what it says."""

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from simulators import twilio_codes as codes
from simulators.desk import Submission
from simulators.magic import code_of
from simulators.refusal import RefusedError
from simulators.settings import Settings

Form: TypeAlias = Mapping[str, str]

_WHATSAPP = re.compile(r"whatsapp:\+([1-9][0-9]{6,14})", re.ASCII)
_TEMPLATE = re.compile(r"HX[0-9a-fA-F]{32}")
_LONGEST = 1600
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode


def read(form: Form, settings: Settings) -> Submission:
    """The message of this form; raises RefusedError with the first thing that is wrong with it."""
    sender = _sender(form, settings)
    to = _recipient(form)
    text = _text(form)
    if (refusal := codes.AT_ONCE.get(code_of(to))) is not None:
        raise RefusedError(refusal.about(form["To"]))
    return Submission((to,), sender, text)


def _sender(form: Form, settings: Settings) -> str:
    """One of the account's numbers, or its messaging service."""
    if "From" not in form:
        service = form.get("MessagingServiceSid")
        if service is None:
            raise RefusedError(codes.NO_SENDER)
        if service != settings.messaging_service_sid:
            raise RefusedError(codes.NO_SERVICE)
        return service
    channel, _, number = form["From"].rpartition(":")
    if channel != "whatsapp":
        raise RefusedError(codes.OTHER_CHANNEL)
    if number not in settings.whatsapp_senders:
        raise RefusedError(codes.NO_CHANNEL)
    return number


def _recipient(form: Form) -> str:
    address = form.get("To")
    if address is None:
        raise RefusedError(codes.NO_RECIPIENT)
    if not address.startswith("whatsapp:"):
        raise RefusedError(codes.OTHER_CHANNEL)
    found = _WHATSAPP.fullmatch(address)
    if found is None:
        raise RefusedError(codes.INVALID_NUMBER.about(address))
    return found[1]


def _text(form: Form) -> str:
    """The body, or what stands for an approved template: its variables in order."""
    template, variables = form.get("ContentSid"), form.get("ContentVariables")
    if template is not None:
        return _filled(template, variables)
    if variables is not None:
        raise RefusedError(codes.NO_TEMPLATE)
    body = form.get("Body", "")
    if not body:
        raise RefusedError(codes.NO_TEXT)
    if len(body) > _LONGEST:
        raise RefusedError(codes.TOO_LONG)
    return body


def _filled(template: str, variables: str | None) -> str:
    if _TEMPLATE.fullmatch(template) is None:
        raise RefusedError(codes.BAD_TEMPLATE)
    try:
        values = _decode_variables(variables or "{}")
    except msgspec.DecodeError as exc:
        raise RefusedError(codes.BAD_VARIABLES) from exc
    return f"Modèle {template} : " + " ; ".join(f"{name}={value}" for name, value in values.items())
