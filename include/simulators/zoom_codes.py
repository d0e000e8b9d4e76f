"""What Zoom says of a request that it refuses, and of a message that does not arrive."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from simulators.exchange import json_answer


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field of a body."""

    field: str
    message: str = "Invalid field."


class Refusal(msgspec.Struct, frozen=True):
    """A request that is not accepted; `status` is the HTTP one. `{}` in the message is what it is about."""

    code: int
    message: str
    status: int = 400
    errors: tuple[FieldError, ...] = ()

    def about(self, thing: str) -> "Refusal":
        """This refusal with what Zoom repeats in it."""
        return msgspec.structs.replace(self, message=self.message.format(thing))

    def response(self, headers: Mapping[str, str] | None = None) -> web.Response:
        """The answer in Zoom's form."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.errors:
            body["errors"] = self.errors
        return json_answer(body, status=self.status, headers=headers)


NO_TOKEN = Refusal(124, "Invalid access token.", 401)
OLD_TOKEN = Refusal(124, "Access token is expired.", 401)
NOT_JSON = Refusal(300, "Request Body should be a valid JSON object.")
NOT_SET_UP = Refusal(403, "Zoom Phone has not been set up for this account.", 403)
NOT_E164 = Refusal(316, "The phone number does not conform to the E.164 standard.")
NO_USER = Refusal(1001, "User does not exist: {}.")
NO_SCOPE = Refusal(4711, "Invalid access token, does not contain scopes:[{}].")
BAD_NUMBER = Refusal(7001, "Phone number is not valid.")
BAD_PAGE = Refusal(400, "The next page token is invalid or expired.")
NO_PERIOD = Refusal(400, "Requires from and to")
NO_HISTORY = Refusal(7013, "Error retrieving SMS history.", 404)
DAILY_LIMIT = Refusal(
    429, "You have reached the maximum daily rate limit for this API. Refer to the response header for details.", 429
)
TOO_MANY = Refusal(429, "You have reached the maximum per-second rate limit for this API. Try again later.", 429)


def invalid(*fields: FieldError) -> Refusal:
    """The body lacks these fields, or they are not what they should be."""
    return Refusal(300, "Validation Failed.", errors=fields)


AT_ONCE: Mapping[str, Refusal] = {
    "00124": NO_TOKEN,
    "00300": invalid(FieldError("to_members[0].phone_number")),
    "00316": NOT_E164,
    "00403": NOT_SET_UP,
    "01001": NO_USER,
    "04711": NO_SCOPE.about("phone_sms:write:admin"),
    "07001": BAD_NUMBER,
}
"""Magic numbers refused when the message is posted, by their code."""

LATER: Mapping[str, str] = {"00001": "failed_to_send", "00002": "failed_to_deliver", "00003": "unknown"}
"""Magic numbers whose messages are accepted, with how they end."""
