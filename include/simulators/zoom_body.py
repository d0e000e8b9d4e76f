"""Whether the body of a message to Zoom is in order, and what it says."""

import re
from typing import Annotated

import msgspec

from simulators import zoom_codes as codes
from simulators.desk import Submission
from simulators.magic import code_of
from simulators.refusal import RefusedError
from simulators.settings import Settings
from simulators.zoom_codes import FieldError

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_FIELD = re.compile(r"`\$?\.?([^`]+)`")
_LONGEST = 500  # characters, which never exceed Zoom's 2048 bytes


class Phone(msgspec.Struct, frozen=True):
    """Who sends, or one of those who receive."""

    phone_number: str


class Body(msgspec.Struct, frozen=True):
    """What a client sends, without what it may add."""

    sender: Phone
    to_members: Annotated[list[Phone], msgspec.Meta(min_length=1, max_length=10)]
    message: Annotated[str, msgspec.Meta(min_length=1)]


_decode = msgspec.json.Decoder(Body).decode


def read(content: bytes, settings: Settings) -> Submission:
    """The message of this body; raises RefusedError with the first thing that is wrong with it."""
    try:
        body = _decode(content)
    except msgspec.ValidationError as exc:
        raise RefusedError(codes.invalid(FieldError(_field(str(exc))))) from exc
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise RefusedError(codes.NOT_JSON) from exc
    if len(body.message) > _LONGEST:
        raise RefusedError(codes.invalid(FieldError("message", "The message is too long.")))
    numbers = [body.sender.phone_number, *(member.phone_number for member in body.to_members)]
    if not all(map(_E164.fullmatch, numbers)):
        raise RefusedError(codes.NOT_E164)
    if body.sender.phone_number not in settings.zoom_senders:
        raise RefusedError(codes.NO_USER.about(body.sender.phone_number))
    recipients = tuple(number.removeprefix("+") for number in numbers[1:])
    if (refusal := codes.AT_ONCE.get(code_of(recipients[0]))) is not None:
        raise RefusedError(refusal.about(body.sender.phone_number))
    return Submission(recipients, body.sender.phone_number, body.message)


def _field(complaint: str) -> str:
    """The field that msgspec complains of: the last it names, or the body itself."""
    named = _FIELD.findall(complaint)
    return named[-1] if named else "body"
