"""What one scenario is: who sends what by whom, what breaks and when; drawn from a seed, or told by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final

from tests.chaos.ways import Blow, Deed, Moment, Where
from tests.integration.world import Row

CANAL: Final = {"ventis": "sms", "zoom": "sms", "twilio": "whatsapp"}
POST: Final = {"ventis": b"POST /messaging", "zoom": b"POST /v2/phone", "twilio": b"POST /2010-04-01"}
TOKEN: Final = {"ventis": b"POST /realms", "zoom": b"POST /oauth", "twilio": POST["twilio"]}
CLAIM: Final = b"WITH regle AS"  # one statement writes outcomes and claims
SETTLE: Final = b'"relance_id"'  # the same, where there are outcomes
LOOK: Final = b"WITH voie AS"
PASSAGE: Final = "passage-1"
MANUEL: Final = "manuel-1"


class What(StrEnum):
    """What is done from outside while messages leave."""

    KILL = "kill"
    FREEZE = "freeze"  # beyond its lease, with the rescue and a retry beside it; then it goes on
    TERMINATE = "terminate"
    ORPHAN = "orphan"  # its supervisor alone is killed
    ANOTHER = "another"  # one more sends the same lots
    RECONCILE = "reconcile"
    CUT_BASE = "cut_base"
    CUT_HTTP = "cut_http"
    AWAY = "away"  # the database, for some seconds
    RESTART = "restart"
    CRASH = "crash"
    REFUSED = "refused"  # the fournisseur's address, for some seconds
    PAY = "pay"
    OPPOSE = "oppose"
    STOP = "stop"
    RESUME = "resume"
    CLOCK = "clock"  # that of the database steps by some seconds
    FULL = "full"  # the database's disk, for some seconds
    DEADLOCK = "deadlock"  # found by the database, for some seconds
    BACKUP = "backup"
    RESTORE = "restore"  # the disk is lost, the backup brought back; an operator says so, and the sending goes on


@dataclass(frozen=True, slots=True)
class Event:
    """Done once so many messages were accepted. ``whom``: the rank of a worker, where one is meant."""

    after: int
    what: What
    whom: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Who:
    """One who sends all that is due by a fournisseur, as the tasks of a run do. ``host``: where it looks for it;
    ``{port}`` is that of its way.
    """

    fournisseur: str
    run_id: str = PASSAGE
    blows: tuple[Blow, ...] = ()
    host: str | None = None
    supervised: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """``rows``: of the catalogue of faults. ``debit``: messages a second that every connection allows.

    ``rules``: the faults of the fournisseurs, until the recovery. ``lookups``: theirs during the first passes of it.
    ``sure``: whether every blow and every event must happen.
    """

    name: str
    seed: int
    relances: Mapping[str, int]
    who: tuple[Who, ...]
    rows: frozenset[int] = frozenset()
    rules: tuple[Row, ...] = ()
    lookups: tuple[Row, ...] = ()
    events: tuple[Event, ...] = ()
    taille_lot: int = 2000
    debit: float = 2000.0
    in_flight: int = 8
    timeout: float = 2.0
    latency_ms: float = 20.0
    sure: bool = True
    closed: bool = False
    texts: tuple[str, ...] = ()
    telephones: tuple[str, ...] = ()


AMBIGUOUS: Final = (
    "reset_before", "reset_after", "close_after", "half_answer", "timeout_before", "timeout_after",
    "http_500_before", "http_500_after", "http_502_before", "http_502_after", "http_503_before", "http_503_after",
    "http_504_before", "http_504_after", "garbage_200", "html_200", "redirect_307", "redirect_308",
)  # fmt: skip
PLAIN: Final = ("http_429", "unauthorized", "invalid_number", "token_500", "token_timeout", "token_reset")
LOOKUPS: Final = ("lookup_500", "lookup_timeout")
ROW_OF: Final = {
    "http_429": 9, "unauthorized": 12, "invalid_number": 11, "wrong_sender": 11, "token_500": 12, "token_timeout": 12,
    "token_reset": 12, "lookup_500": 19, "lookup_timeout": 19, "redirect_307": 13, "redirect_308": 13,
    "timeout_before": 6, "timeout_after": 6, "reset_before": 7, "reset_after": 7, "close_after": 7, "half_answer": 7,
    "garbage_200": 7, "html_200": 7,
} | {f"http_{code}_{when}": 8 for code in (500, 502, 503, 504) for when in ("before", "after")}  # fmt: skip


def steps(fournisseur: str, nth: int = 2) -> dict[str, tuple[int, Blow]]:
    """A kill at each step of claim, call and settlement, with its row of the catalogue."""
    kill, post = Deed.KILL, POST[fournisseur]
    return {
        "avant l'intention": (1, Blow(Where.BASE, CLAIM, nth, Moment.BEFORE, kill)),
        "intention écrite, rien d'appelé": (2, Blow(Where.BASE, CLAIM, nth, Moment.AFTER, kill)),
        "requête pas arrivée": (2, Blow(Where.HTTP, post, 3 * nth, Moment.BEFORE, kill)),
        "requête partie": (3, Blow(Where.HTTP, post, 3 * nth, Moment.SENT, kill)),
        "réponse en chemin": (3, Blow(Where.HTTP, post, 3 * nth, Moment.AFTER, kill)),
        "réponse reçue, rien d'écrit": (4, Blow(Where.BASE, SETTLE, nth, Moment.BEFORE, kill)),
        "règlement écrit, jamais entendu": (4, Blow(Where.BASE, SETTLE, nth, Moment.AFTER, kill)),
    }


def random_blow(dice: Random, fournisseur: str) -> Blow:
    where = dice.choice(list(Where))
    words = [CLAIM, SETTLE, LOOK] if where is Where.BASE else [POST[fournisseur]] * 3 + [TOKEN[fournisseur]]
    deed = dice.choice([Deed.KILL] * 4 + [Deed.CUT] * 4 + [Deed.TERMINATE] * 2 + [Deed.FREEZE])
    word = dice.choice(words)
    nth = 1 if word == TOKEN[fournisseur] != POST[fournisseur] else dice.randint(1, 6)
    return Blow(where, word, nth, dice.choice(list(Moment)), deed)


def random_rules(dice: Random) -> tuple[Row, ...]:
    names = dice.sample(AMBIGUOUS, dice.randint(0, 3)) + dice.sample(PLAIN, dice.randint(0, 2))
    rules: list[Row] = []
    for name in names:
        rule: Row = {"fault": name, "probability": dice.choice([0.03, 0.1, 0.3]), "seed": dice.randrange(10**6)}
        if name.startswith("token"):
            rule["count"] = dice.randint(1, 2)
        if name == "http_429":
            rule["count"] = dice.randint(2, 8)  # each slows the voie down for long
            rule["seconds"] = dice.choice([1, 2])
            rule["retry_after"] = dice.choice(["seconds", "http-date", "iso", "absent"])
        rules.append(rule)
    return tuple(rules)


def random_event(dice: Random, relances: int, workers: int) -> tuple[Event, ...]:
    after, whom = dice.randrange(relances * 3 // 4), dice.randrange(workers)
    what = dice.choices(
        [What.KILL, What.FREEZE, What.TERMINATE, What.ANOTHER, What.RECONCILE, What.CUT_BASE, What.CUT_HTTP,
         What.AWAY, What.RESTART, What.CRASH, What.REFUSED, What.PAY, What.OPPOSE, What.STOP, What.CLOCK, What.FULL,
         What.DEADLOCK],
        [6, 1.5, 3, 4, 4, 3, 3, 2, 0.7, 0.7, 2, 3, 3, 2, 1.5, 2, 1],
    )[0]  # fmt: skip
    if what is What.STOP:
        return Event(after, what), Event(after + 3, What.RESUME)
    seconds = {
        What.AWAY: 1.5,
        What.REFUSED: 1.5,
        What.FULL: 1.0,
        What.DEADLOCK: 0.5,
        What.CLOCK: dice.choice([-600.0, 600.0]),
    }
    return (Event(after, what, whom, seconds.get(what, 0.0)),)


def drawn(seed: int) -> Scenario:
    """The scenario of a seed: the same each time."""
    dice = Random(seed)  # noqa: S311 - the same each time, on purpose
    fournisseurs = dice.sample(sorted(CANAL), dice.choice([1, 1, 1, 2, 3]))
    total = dice.choice([60, 90, 120, 200, 400])
    relances = {name: total // len(fournisseurs) for name in fournisseurs}
    who = [Who(name) for name in fournisseurs]
    more = range(dice.randint(0, 3 - len(who)))
    who += [Who(dice.choice(fournisseurs), dice.choice([PASSAGE, MANUEL])) for _ in more]
    struck = tuple(
        Who(one.fournisseur, one.run_id, (random_blow(dice, one.fournisseur),)) if dice.random() < 0.5 else one
        for one in who
    )
    events = [event for _ in range(dice.randint(0, 3)) for event in random_event(dice, total, len(who))]
    lookups = dice.sample(LOOKUPS, dice.choice([0, 0, 1]))
    return Scenario(
        name=f"au hasard {seed}",
        seed=seed,
        relances=relances,
        who=struck,
        rules=random_rules(dice),
        lookups=tuple({"fault": name, "count": 1} for name in lookups),
        events=tuple(sorted(events, key=lambda event: event.after)),
        taille_lot=dice.choice([2000, 2000, total // 4]),
        debit=dice.choice([2000.0, 300.0, 60.0]) if total <= 120 else dice.choice([2000.0, 300.0]),
        in_flight=dice.choice([1, 4, 8, 16]),
        latency_ms=dice.choice([0.0, 20.0, 100.0]),
        sure=False,
    )
