"""Whether what must hold held: by what the witness noted, by the tables, and by the ledger of the fournisseurs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tests.chaos.played import Played
from tests.chaos.scenario import AMBIGUOUS, What
from tests.chaos.ways import Deed, Where
from tests.chaos.workers import ABSENCE
from tests.integration.invariants import invariants, said
from tests.integration.world import Row, ask

FINAL: Final = {"envoyee", "livree", "echec", "annulee"}
ALLOWED: Final = {
    ("en_attente", "en_cours"), ("en_attente", "annulee"), ("en_attente", "echec"), ("en_attente", "incertaine"),
    ("en_cours", "envoyee"), ("en_cours", "echec"), ("en_cours", "en_attente"), ("en_cours", "incertaine"),
    ("incertaine", "envoyee"), ("incertaine", "echec"), ("incertaine", "en_attente"),
    ("envoyee", "livree"), ("envoyee", "echec"), ("envoyee", "en_attente"), ("echec", "livree"), ("echec", "envoyee"),
}  # fmt: skip
TRIES: Final = {("en_attente", "en_cours"), ("en_attente", "incertaine")}  # the second, by a database that was lost
SEEN_BY_THE_JOURNAL: Final = {"acceptee", "refusee", "reportee", "non_envoyee"}
STOPS_WITHIN: Final = 5.0  # seconds; a worker looks each second, on a machine that does other things too


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a scenario came to. ``violations``: each begins with its invariant."""

    attempted: int
    acknowledged: int
    lost: int
    duplicated: int
    recovered: int
    unknown: int
    doubts: int
    transitions: Counter[str]
    violations: Sequence[str]


def judge(played: Played) -> Judgement:
    url, ledger = played.url, played.ledger
    relances = {row["id"]: row for row in ask(url, "SELECT * FROM relances.relance")}
    calls = ask(url, "SELECT * FROM relances.tentative ORDER BY relance_id, numero")
    moves = ask(url, "SELECT * FROM chaos.transition ORDER BY rang")
    accepted = Counter((entry["to"], entry["text"]) for entry in ledger)
    resent = Counter(said(relances[call["relance_id"]]) for call in calls if call["constat"] == "non_livree")
    duplicated = sum(max(0, times - 1 - resent[message]) for message, times in accepted.items())
    lost = [
        row["id"]
        for row in relances.values()
        if row["statut"] not in FINAL or (row["statut"] in ("envoyee", "livree") and not accepted[said(row)])
    ]
    violations = list(played.broken)
    violations += [] if played.balances else ["I8 : jamais vu"]
    violations += [f"I2 : {duplicated} messages de trop"] if duplicated else []
    violations += [f"I3 : perdues {lost[:5]} ({len(lost)})"] if lost else []
    try:
        invariants(url, ledger)
    except (AssertionError, KeyError) as error:
        violations.append(f"I1-I8 : {type(error).__name__} {str(error)[:300]}")
    for check in (
        _doubts_wait,
        _only_known_moves,
        _owners_alone,
        _bounded_doubt,
        _silence_kept,
        _rate_kept,
        _no_stampede,
    ):
        violations += check(played, relances, calls, moves)
    if played.moved_again:
        violations.append(f"I10 : {played.moved_again} appels ou changements au second passage du même jour")
    out_of_doubt = [move for move in moves if move["avant"] == "incertaine"]
    return Judgement(
        attempted=len(calls),
        acknowledged=sum(call["issue"] == "acceptee" or call["constat"] == "retrouvee" for call in calls),
        lost=len(lost),
        duplicated=duplicated,
        recovered=sum(move["code"] != "408" for move in out_of_doubt),
        unknown=sum((row["statut"], row["code"]) == ("echec", "408") for row in relances.values()),
        doubts=sum(move["apres"] == "incertaine" for move in moves),
        transitions=Counter(f"{move['avant']} → {move['apres']}" for move in moves if move["avant"] != move["apres"]),
        violations=violations,
    )


def _doubts_wait(played: Played, relances: dict[int, Row], calls: list[Row], moves: list[Row]) -> Iterator[str]:
    """I5: a doubt ends by what its own call wrote, or by its fournisseur, or not before the quarantine."""
    of = {(call["relance_id"], call["numero"]): call for call in calls}
    quarantine = 2 * played.scenario.timeout
    for move in moves:
        if move["avant"] != "incertaine":
            continue
        call = of[move["relance_id"], move["tentatives"]]
        if call["issue"] in SEEN_BY_THE_JOURNAL:
            continue
        if move["doute"] < quarantine:
            yield f"I5 : relance {move['relance_id']} sortie du doute après {move['doute']:.1f} s"
        if move["apres"] == "en_attente" and (call["constat"] != "absente" or move["doute"] < ABSENCE - 1):
            yield f"I5 : relance {move['relance_id']} remise en attente sans preuve"


def _only_known_moves(played: Played, relances: dict[int, Row], calls: list[Row], moves: list[Row]) -> Iterator[str]:
    """I6: states move as they may, attempts one by one and with a claim alone."""
    tried: dict[int, int] = defaultdict(int)
    for move in moves:
        step = (move["avant"], move["apres"])
        if step not in ALLOWED:
            yield f"I6 : relance {move['relance_id']} {step[0]} → {step[1]}"
        expected = tried[move["relance_id"]] + (step in TRIES)
        if move["tentatives"] != expected:
            yield f"I6 : relance {move['relance_id']} tentative {move['tentatives']} au lieu de {expected}"
        tried[move["relance_id"]] = move["tentatives"]


def _owners_alone(played: Played, relances: dict[int, Row], calls: list[Row], moves: list[Row]) -> Iterator[str]:
    """I7: a claim is settled by who made it, or rescued once its lease is over; no call begins after that."""
    owner: dict[int, str] = {}
    rescued: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for move in moves:
        relance = move["relance_id"]
        if move["apres"] == "en_cours":
            owner[relance] = move["par"]
        elif move["avant"] == "en_cours" and move["code"] == "bail_expire":
            rescued[said(relances[relance])].append(move["le"])
            if not move["bail_fini"]:
                yield f"I7 : relance {relance} reprise avant la fin de son bail"
        elif move["avant"] == "en_cours" and owner.get(relance) != move["par"] and move["code"] != "restauree":
            yield f"I7 : relance {relance} réglée par {move['par']}, réservée par {owner.get(relance)}"
        elif move["avant"] in ("incertaine", "envoyee") and not move["par"].startswith(("reconcile", "recover")):
            yield f"I7 : relance {relance} {move['avant']} → {move['apres']} par {move['par']}"
    if played.happened[What.CLOCK]:
        return  # a clock that steps ends leases of calls that are being made
    claims = defaultdict(list)
    for call in calls:
        claims[said(relances[call["relance_id"]])].append(call["commencee_le"])
    for entry in played.ledger:
        message, at = (entry["to"], entry["text"]), datetime.fromisoformat(entry["wall"])
        before = [moment for moment in rescued[message] if moment < at]
        if before and not any(before[-1] < claim <= at for claim in claims[message]):
            yield f"I7 : appel après la fin du bail ({at - before[-1]})"


def _bounded_doubt(played: Played, relances: dict[int, Row], calls: list[Row], moves: list[Row]) -> Iterator[str]:
    """I9: after a death, no more doubts than calls in flight; elsewhere, no more than ambiguous answers."""
    most = played.scenario.in_flight
    claimed = {(m["relance_id"], m["tentatives"]): m["par"] for m in moves if m["apres"] == "en_cours"}
    rescued = Counter(claimed[m["relance_id"], m["tentatives"]] for m in moves if m["code"] == "bail_expire")
    for name, doubts in rescued.items():
        if doubts > most:
            yield f"I9 : {doubts} doutes de {name}, {most} appels en vol au plus"
    dead = {worker.name for worker in played.workers if worker.disturbed or worker.victim.struck or worker.pid_file}
    if not played.happened[What.CLOCK]:
        quiet = {name: doubts for name, doubts in rescued.items() if name not in dead}
        if quiet:
            yield f"I9 : doutes de vivants {quiet}"
    unheard = [call for call in calls if call["issue"] == "inconnue"]
    slow = sum(
        (call["terminee_le"] - call["commencee_le"]).total_seconds() >= played.scenario.timeout for call in unheard
    )
    cuts = sum(
        most
        for worker in played.workers
        if worker.disturbed or any(blow.where is Where.HTTP and blow.deed is Deed.CUT for blow in worker.victim.struck)
    )
    ambiguous = sum(played.fired[fault] for fault in AMBIGUOUS)
    if len(unheard) - slow > ambiguous + cuts:
        yield f"I9 : {len(unheard)} réponses inconnues, {ambiguous} fautes, {cuts} appels coupés"


def _silence_kept(played: Played, relances: dict[int, Row], calls: list[Row], moves: list[Row]) -> Iterator[str]:
    """I12: no claim after an opposition, none by who began after a payment, none while a person has stopped all."""
    started = {worker.name: worker.started for worker in played.workers}
    for move in moves:
        if move["apres"] != "en_cours":
            continue
        relance, asked = relances[move["relance_id"]], move["demandee_le"].timestamp()
        who = relance["contribuable_id"]
        if asked > played.opposed.get(who, float("inf")):
            yield f"I12 : relance {relance['id']} prise après une opposition"
        if started.get(move["par"], 0.0) > played.paid.get(who, float("inf")):
            yield f"I12 : relance {relance['id']} prise après un paiement"
        if any(at + STOPS_WITHIN < asked < until for at, until in played.stops):
            yield f"I12 : relance {relance['id']} prise pendant l'arrêt"
    if played.scenario.closed:
        named = {worker.name for worker in played.workers[: len(played.scenario.who)]}
        if any(move["par"] in named for move in moves):
            yield "I12 : envoi hors des heures"
    accepted = {(entry["to"], entry["text"]) for entry in played.ledger}
    for relance in relances.values():
        if relance["statut"] == "annulee" and said(relance) in accepted:
            yield f"I12 : relance {relance['id']} annulée et envoyée"


def _rate_kept(played: Played, relances: dict[int, Row], calls: list[Row], moves: list[Row]) -> Iterator[str]:
    """I11: never surely more than the rate in a second, whoever calls.

    A call left between its claim and its end or, sooner, its acceptance. It counts where both lie within the second:
    what a busy machine holds up on the way is then no fault, and nothing that surely left too soon is forgiven.
    """
    arrived = {(entry["to"], entry["text"]): datetime.fromisoformat(entry["wall"]) for entry in played.ledger}
    for fournisseur in played.scenario.relances:
        spans = []
        for call in calls:
            if call["fournisseur"] != fournisseur or call["issue"] == "non_envoyee" or call["code"] == "trop_tard":
                continue
            relance = relances[call["relance_id"]]
            ends = [end for end in (call["terminee_le"], arrived.get(said(relance))) if end is not None]
            ends = [end for end in ends if end >= call["commencee_le"]]
            if ends:
                spans.append((call["commencee_le"].timestamp(), min(ends).timestamp()))
        worst = _most_within_a_second(spans)
        if worst > played.scenario.debit:
            yield f"I11 : {worst} appels {fournisseur} en une seconde, {played.scenario.debit:g} permis"


def _no_stampede(played: Played, relances: dict[int, Row], calls: list[Row], moves: list[Row]) -> Iterator[str]:
    """A token a process, and as many again as were refused or not given."""
    troubles = sum(times for fault, times in played.fired.items() if fault == "unauthorized" or "token" in fault)
    if played.tokens > 2 * (len(played.workers) + troubles):
        yield f"jetons : {played.tokens} demandés par {len(played.workers)} processus, {troubles} refus"


def _most_within_a_second(spans: list[tuple[float, float]]) -> int:
    """The most spans that one second holds whole; those that last longer never count."""
    spans = sorted(span for span in spans if span[1] - span[0] < 1)
    most = 0
    for rang, (begin, _) in enumerate(spans):
        within = 0
        for other_begin, end in spans[rang:]:
            if other_begin >= begin + 1:
                break
            within += end < begin + 1
        most = max(most, within)
    return most
