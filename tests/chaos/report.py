"""What a run of the suite came to: a line a scenario, and totals that are red where something never happened."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.chaos.catalogue import ELSEWHERE, ROWS
from tests.chaos.judgement import Judgement
from tests.chaos.played import Played
from tests.chaos.scenario import ROW_OF, What

ROW_OF_EVENT: Final = {
    What.FREEZE: 5, What.REFUSED: 10, What.CUT_BASE: 14, What.AWAY: 14, What.RESTART: 14, What.CRASH: 14,
    What.DEADLOCK: 14, What.ANOTHER: 15, What.ORPHAN: 16, What.FULL: 17, What.CLOCK: 18, What.RECONCILE: 20,
    What.PAY: 21, What.OPPOSE: 21, What.TERMINATE: 24, What.RESTORE: 25,
}  # fmt: skip
TRANSITIONS: Final = (
    "en_attente → en_cours", "en_attente → annulee", "en_cours → envoyee", "en_cours → echec", "en_cours → en_attente",
    "en_cours → incertaine", "incertaine → envoyee", "incertaine → echec", "incertaine → en_attente",
    "envoyee → livree",
)  # fmt: skip
"""Those of a day; a failure taken back, a delivery that fails and what is abandoned after days are tested elsewhere."""


@dataclass(frozen=True, slots=True)
class Line:
    """One scenario played."""

    name: str
    seed: int
    seconds: float
    judgement: Judgement
    happened: Counter[str]
    fired: Counter[str]
    rows: frozenset[int]
    violations: Sequence[str]
    log: str


def line(played: Played, judgement: Judgement, log: str) -> Line:
    scenario = played.scenario
    violations = list(judgement.violations)
    never = [f"{fault} jamais survenu" for fault in _silent(played)] + played.missing
    if scenario.sure and never:
        violations.append(f"I14 : {' ; '.join(never)}")
    rows = {ROW_OF[fault] for fault, times in played.fired.items() if times}
    rows |= {row for what, row in ROW_OF_EVENT.items() if played.happened[what]}
    rows |= scenario.rows if not never else frozenset()
    return Line(
        scenario.name,
        scenario.seed,
        played.seconds,
        judgement,
        played.happened,
        +played.fired,
        frozenset(rows),
        violations,
        log if violations else "",
    )


def _silent(played: Played) -> list[str]:
    wanted = {str(rule["fault"]) for rule in (*played.scenario.rules, *played.scenario.lookups)}
    return sorted(fault for fault in wanted if not played.fired[fault])


HEAD: Final = (
    f"{'scénario':44} {'s':>5} {'tentées':>8} {'acquises':>8} {'perdues':>7} {'doubles':>7} "
    f"{'doutes':>6} {'levés':>6} {'408':>5}  verdict"
)


def row(each: Line) -> str:
    found = each.judgement
    verdict = "VIOLÉ" if each.violations else "tient"
    text = (
        f"{each.name[:44]:44} {each.seconds:5.1f} {found.attempted:8} {found.acknowledged:8} {found.lost:7} "
        f"{found.duplicated:7} {found.doubts:6} {found.recovered:6} {found.unknown:5}  {verdict}"
    )
    for violation in each.violations:
        text += f"\n      {violation}"
    if each.violations and each.seed:
        text += f"\n      pour la revoir : make chaos SEED={each.seed}"
    return text


def totals(lines: Sequence[Line], *, whole: bool) -> tuple[str, bool]:
    """The totals in words, and whether all held. ``whole``: every row and transition had to happen."""
    sums = Counter[str]()
    for each in lines:
        found = each.judgement
        sums.update(
            tentées=found.attempted, acquises=found.acknowledged, perdues=found.lost, doubles=found.duplicated,
            doutes=found.doubts, levés=found.recovered, sans_réponse=found.unknown,
        )  # fmt: skip
    moves = sum((each.judgement.transitions for each in lines), Counter[str]())
    faults = sum((each.fired for each in lines), Counter[str]())
    happened = sum((each.happened for each in lines), Counter[str]())
    rows = {number for each in lines for number in each.rows}
    violated = [each.name for each in lines if each.violations]
    text = [f"{len(lines)} scénarios : " + ", ".join(f"{name} {count}" for name, count in sums.items())]
    text.append("transitions : " + ", ".join(f"{name} {count}" for name, count in moves.most_common()))
    text.append("fautes des fournisseurs : " + ", ".join(f"{name} {count}" for name, count in faults.most_common()))
    text.append("coups et événements : " + ", ".join(f"{name} {count}" for name, count in sorted(happened.items())))
    missing: list[str] = []
    for number, title in ROWS.items():
        tests = ", ".join(ELSEWHERE.get(number, ()))
        count = sum(number in each.rows for each in lines)
        text.append(f"  {number:2} {title} : {count} scénarios" + (f" ; {tests}" if tests else ""))
        if number not in rows and number not in ELSEWHERE:
            missing.append(f"ligne {number}")
    missing += [move for move in TRANSITIONS if not moves[move]]
    if whole and missing:
        text.append(f"JAMAIS SURVENU : {', '.join(missing)}")
    if violated:
        text.append(f"VIOLÉS : {', '.join(violated)}")
    return "\n".join(text), not violated and not (whole and missing)
