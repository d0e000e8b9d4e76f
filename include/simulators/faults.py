"""What can be made to go wrong, and when: a plan of rules, drawn deterministically."""

import random
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Annotated, Literal

from msgspec import DecodeError, Meta, Struct, field, json


class Place(Enum):
    """Which requests a fault strikes."""

    MESSAGE = "message"
    TOKEN = "token"  # noqa: S105 - no secret
    LOOKUP = "lookup"


class Fault(StrEnum):
    """One way to misbehave; the table of the package says what each does."""

    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    CLOSE_AFTER = "close_after"
    HALF_ANSWER = "half_answer"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    HTTP_500_BEFORE = "http_500_before"
    HTTP_500_AFTER = "http_500_after"
    HTTP_502_BEFORE = "http_502_before"
    HTTP_502_AFTER = "http_502_after"
    HTTP_503_BEFORE = "http_503_before"
    HTTP_503_AFTER = "http_503_after"
    HTTP_504_BEFORE = "http_504_before"
    HTTP_504_AFTER = "http_504_after"
    HTTP_429 = "http_429"
    UNAUTHORIZED = "unauthorized"
    WRONG_SENDER = "wrong_sender"
    INVALID_NUMBER = "invalid_number"
    GARBAGE_200 = "garbage_200"
    HTML_200 = "html_200"
    REDIRECT_307 = "redirect_307"
    REDIRECT_308 = "redirect_308"
    TOKEN_500 = "token_500"  # noqa: S105 - no secret, as the two below
    TOKEN_TIMEOUT = "token_timeout"  # noqa: S105
    TOKEN_RESET = "token_reset"  # noqa: S105
    LOOKUP_500 = "lookup_500"
    LOOKUP_TIMEOUT = "lookup_timeout"

    @property
    def accepts(self) -> bool:
        """Whether the message is in the ledger before the trouble begins."""
        return self.endswith("_after") or self in {Fault.HALF_ANSWER, Fault.GARBAGE_200}

    @property
    def place(self) -> Place:
        """Which requests it strikes."""
        word, _, _ = self.partition("_")
        return Place(word) if word in {Place.TOKEN.value, Place.LOOKUP.value} else Place.MESSAGE


# Unknown fields are refused below: a mistyped "probabilty" would make a fault run that tests nothing.


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a fault strikes: with a `probability`, at most `count` times. `seconds` belongs to the fault.

    Of `http_429`: `retry_after` is how the header is written, None as the provider writes it; `daily` makes it the
    limit of the day instead of the second's.
    """

    fault: Fault
    probability: Annotated[float, Meta(ge=0, le=1)] = 1.0
    count: Annotated[int, Meta(ge=1)] | None = None
    seed: int = 0
    seconds: Annotated[float, Meta(ge=0)] | None = None
    retry_after: Literal["seconds", "http-date", "iso", "absent"] | None = None
    daily: bool = False


class Latency(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time before an answer, in milliseconds: `min_ms`, or uniform between it and `max_ms`."""

    min_ms: Annotated[float, Meta(ge=0)] = 0.0
    max_ms: Annotated[float, Meta(ge=0)] | None = None
    seed: int = 0


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that goes wrong from now on. `later`: by provider, how every message accepted meanwhile fails."""

    latency: Latency = Latency()
    rules: tuple[Rule, ...] = ()
    later: dict[Literal["twilio", "zoom"], str] = field(default_factory=dict)


class PlanRefusedError(ValueError):
    """A plan in JSON that is not one."""


def read_plan(content: bytes) -> Plan:
    """The plan written in this JSON; raises PlanRefusedError, which says what is wrong with it."""
    try:
        return json.decode(content, type=Plan)
    except (DecodeError, UnicodeDecodeError) as exc:
        raise PlanRefusedError(f"Plan de fautes refusé, corrigez-le : {exc}.") from exc


class _Armed:
    """A rule at work: its own dice, and how often it struck."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.place = rule.fault.place
        self.fired = 0
        self._dice = random.Random(rule.seed)  # noqa: S311 - reproducible on purpose

    def hits(self) -> bool:
        rolled = self._dice.random() < self.rule.probability
        return rolled and (self.rule.count is None or self.fired < self.rule.count)


class Faults:
    """The plan at work: `draw` says what befalls the next request."""

    def __init__(self, plan: Plan) -> None:
        self.follow(plan)

    def follow(self, plan: Plan) -> None:
        """Replace the plan; dice and counts start again."""
        self._latency = plan.latency
        self._armed = [_Armed(rule) for rule in plan.rules]
        self._later: Mapping[str, str] = dict(plan.later.items())
        self._delays = random.Random(plan.latency.seed)  # noqa: S311 - reproducible on purpose

    def draw(self, place: Place) -> Rule | None:
        """The rule that strikes this request, if any. All dice roll: no rule disturbs another's sequence."""
        hits = [armed for armed in self._armed if armed.place is place and armed.hits()]
        if not hits:
            return None
        hits[0].fired += 1
        return hits[0].rule

    def delay(self) -> float:
        """Seconds that this request is to wait."""
        low, high = self._latency.min_ms, self._latency.max_ms
        return (low if high is None else self._delays.uniform(low, high)) / 1000

    def fate(self, provider: str) -> str | None:
        """How a message that this provider accepts now is to fail, by its word; None: by its number, or not at all."""
        return self._later.get(provider)

    def report(self) -> dict[str, object]:
        """The plan as set, each rule with how often it fired."""
        return {
            "latency": self._latency,
            "later": self._later,
            "rules": [{"rule": armed.rule, "fired": armed.fired} for armed in self._armed],
        }
