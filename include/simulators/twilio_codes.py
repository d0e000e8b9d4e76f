"""What Twilio says of a message that does not arrive: codes and words of https://www.twilio.com/docs/api/errors."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from aiohttp import web

from simulators.exchange import json_answer


class Refusal(msgspec.Struct, frozen=True):
    """A request that is not accepted; `status` is the HTTP one. `{}` in the message is what it is about."""

    code: int
    message: str
    status: int = 400

    def about(self, thing: str) -> "Refusal":
        """This refusal with what Twilio repeats in it."""
        return msgspec.structs.replace(self, message=self.message.format(thing))

    def response(self, headers: Mapping[str, str] | None = None) -> web.Response:
        """The answer in Twilio's form."""
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": self.message, "more_info": more_info, "status": self.status}
        return json_answer(body, status=self.status, headers=headers)


class Failure(msgspec.Struct, frozen=True):
    """How a message ends that was accepted and does not arrive."""

    status: Literal["failed", "undelivered"]
    message: str


AUTHENTICATE = Refusal(20003, "Authenticate", 401)
KEY_TOO_WEAK = Refusal(20003, "Authentication Error - invalid username", 401)
BAD_PARAMETER = Refusal(20001, "Invalid parameter: {}")
NOT_FOUND = Refusal(20404, "The requested resource {} was not found", 404)
TOO_MANY = Refusal(20429, "Too Many Requests", 429)
INVALID_NUMBER = Refusal(21211, "The 'To' number {} is not a valid phone number.")
NO_SENDER = Refusal(21603, "A 'From' phone number is required.")
NO_RECIPIENT = Refusal(21604, "A 'To' phone number is required.")
TOO_LONG = Refusal(21617, "The concatenated message body exceeds the 1600 character limit")
NO_TEXT = Refusal(21619, "A text message body or media urls must be specified.")
NO_TEMPLATE = Refusal(21654, "The ContentSid is required when ContentVariables are passed.")
BAD_TEMPLATE = Refusal(21655, "The ContentSid is invalid.")
BAD_VARIABLES = Refusal(21656, "The Content Variables parameter is invalid.")
NO_SERVICE = Refusal(21701, "The Messaging Service does not exist.")
OTHER_CHANNEL = Refusal(21910, "Invalid From and To pair. From and To should be of the same channel")
NO_CHANNEL = Refusal(63007, "Twilio could not find a Channel with the specified From address")
TOO_FAST = Refusal(63018, "Account '{}' exceeded the 1 rps rate limit", 429)
DAILY_LIMIT = Refusal(63038, "Account exceeded the daily messages limit", 429)

AT_ONCE: Mapping[str, Refusal] = {
    str(refusal.code): refusal
    for refusal in (
        AUTHENTICATE,
        TOO_MANY,
        INVALID_NUMBER,
        Refusal(21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
        Refusal(21608, "The number {} is unverified. Trial accounts cannot send messages to unverified numbers."),
        Refusal(21610, "Attempt to send to unsubscribed recipient"),
        Refusal(21614, "'To' number is not a valid mobile number"),
        TOO_LONG,
        NO_TEMPLATE,
        BAD_TEMPLATE,
        BAD_VARIABLES,
        Refusal(92007, "The Content Variables Parameter is invalid"),
        NO_CHANNEL,
        DAILY_LIMIT,
    )
}
"""Magic numbers refused when the message is created, by their code."""

LATER: Mapping[str, Failure] = {
    "30001": Failure("failed", "Queue overflow"),
    "30003": Failure("undelivered", "Unreachable destination handset"),
    "30006": Failure("undelivered", "Landline or unreachable carrier"),
    "30007": Failure("undelivered", "Message filtered"),
    "30008": Failure("undelivered", "Unknown error"),
    "63003": Failure("failed", "Channel could not find To address"),
    "63009": Failure("failed", "Channel provider returned an internal service error (HTTP 5xx)"),
    "63010": Failure("failed", "Twilio's platform encountered an internal error processing this message"),
    "63012": Failure("failed", "Channel provider returned an internal service error"),
    "63015": Failure("failed", "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox"),
    "63016": Failure(
        "failed",
        "Failed to send freeform message because you are outside the allowed window. "
        "If you are using WhatsApp, please use a Message Template.",
    ),
    "63018": Failure("failed", "Rate limit exceeded for Channel"),
    "63022": Failure("failed", "Invalid vname certificate"),
    "63024": Failure("undelivered", "Invalid message recipient"),
    "63029": Failure("undelivered", "The receiver failed to download the template"),
    "63030": Failure("failed", "Unsupported parameter for type of channels message"),
    "63032": Failure("undelivered", "User's WhatsApp number is part of an experiment"),
    "63033": Failure("undelivered", "Recipient blocked to receive message"),
    "63049": Failure("undelivered", "Meta chose not to deliver this WhatsApp marketing message"),
    "63060": Failure("failed", "Internal error"),
    "63112": Failure(
        "failed", "The Meta and/or WhatsApp Business Accounts connected to this Sender were disabled by Meta."
    ),
}
"""Magic numbers whose messages are accepted and fail later, by their code."""
