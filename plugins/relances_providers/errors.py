"""What can go wrong with a provider, named by what the caller does next.

::

    ProviderError
    ├── TryLater         nothing was accepted: the same message may be sent again after ``retry_after``
    ├── Rejected         the provider refused this message: over for this recipient, the others go on
    ├── Misconfigured    nothing can be sent until a person mends the connection: stop, do not retry
    └── OutcomeUnknown   the provider may have the message: never send it again before knowing

Each also says whose fault it is, which tells what becomes of the others: a number's is over with it, an account's is
everybody's. Over for good is only what the number or the text explains: a refusal that nobody can read blames nobody.

Every foreign exception becomes one of these in exactly one place, ``from exc``.
Messages are read by French-speaking operators: French first, English after the dash. They never hold a
secret or a phone number.
"""

from enum import StrEnum


class NumberState(StrEnum):
    """What a refusal says of the recipient's number, for all messages to come on that channel."""

    FINE = "fine"
    UNREACHABLE = "unreachable"
    OPTED_OUT = "opted_out"


class Fault(StrEnum):
    """Who has to mend the failure."""

    NUMBER = "number"  # the recipient: a number, a phone, a wish, what only they can do
    TEXT = "text"  # this message, whoever gets it
    ACCOUNT = "account"  # ours with the provider: a setting, the sender, the template, the balance, this program
    PROVIDER = "provider"  # the provider, its own partners, or the network to it
    NOBODY = "nobody"  # not known: no reason given, or one that no table explains


class ProviderError(Exception):
    """Any failure of a provider. ``code`` is the provider's own code where it gave one, else ours."""

    def __init__(self, message: str, *, code: str, fault: Fault) -> None:
        super().__init__(message)
        self.code = code
        self.fault = fault


class TryLater(ProviderError):
    """Nothing was accepted. ``retry_after`` is in seconds, None where the provider did not say."""

    def __init__(
        self, message: str, *, code: str, fault: Fault = Fault.PROVIDER, retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code, fault=fault)
        self.retry_after = retry_after


class Rejected(ProviderError):
    """The provider refused this message for good, for its number's or its text's ``fault``.

    ``other_channel``: the channel on which this recipient may still be reached, None where there is none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        fault: Fault,
        number: NumberState = NumberState.FINE,
        other_channel: str | None = None,
    ) -> None:
        super().__init__(message, code=code, fault=fault)
        self.number = number
        self.other_channel = other_channel


class Misconfigured(ProviderError):
    """A setting is wrong; the message names the connection, the field and the cure. Always the account's fault."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code, fault=Fault.ACCOUNT)


class OutcomeUnknown(ProviderError):
    """The request left and no readable answer came back."""

    def __init__(self, message: str, *, code: str, fault: Fault = Fault.PROVIDER) -> None:
        super().__init__(message, code=code, fault=fault)
