"""The catalogue of faults: for each row a scenario that is the same each time, or the tests that break it."""

from collections.abc import Iterator
from typing import Final

from tests.chaos.scenario import AMBIGUOUS, CLAIM, MANUEL, POST, ROW_OF, SETTLE, Event, Scenario, What, Who, steps
from tests.chaos.ways import Blow, Deed, Moment, Where

ROWS: Final = {
    1: "kill -9 avant que l'intention soit écrite",
    2: "kill -9 après l'intention, avant l'appel",
    3: "kill -9 après la requête, avant la réponse",
    4: "kill -9 après la réponse, avant le règlement",
    5: "gel plus long que le bail",
    6: "silence, accepté ou non",
    7: "coupure après la requête, demi-réponse, réponse illisible",
    8: "500, 502, 503, 504, accepté ou non",
    9: "429, en tempête",
    10: "connexion refusée, DNS, TLS",
    11: "refus documenté",
    12: "jeton révoqué, Keycloak en panne",
    13: "redirection",
    14: "PostgreSQL redémarré, absent, accusé perdu, interblocage",
    15: "deux passages du jour à la fois",
    16: "un organe d'Airflow tué",
    17: "mémoire épuisée, disque plein",
    18: "horloge qui saute, fuseau",
    19: "recherche en panne ou trompeuse",
    20: "accusés doubles, tardifs, avant la réponse",
    21: "paiement ou opposition pendant l'envoi",
    22: "données empoisonnées",
    23: "source modifiée pendant la lecture",
    24: "SIGTERM au déploiement",
    25: "sauvegarde restaurée",
    26: "base perdue, base neuve",
    27: "agent qui tient un dossier",
    28: "base fiscale muette",
    29: "une seule des deux bases coupée",
    30: "identifiant de passage repris",
    31: "tâche marquée réussie",
}
ELSEWHERE: Final = {
    12: ("tests/providers/test_token_auth.py",),
    16: ("tests/integration/test_local_supervisor.py", "tests/integration/test_local_stack.py"),
    19: ("tests/integration/test_incertaines.py", "tests/providers/test_twilio_find.py"),
    20: ("tests/integration/test_suivi.py",),
    22: ("tests/integration/test_creation.py", "tests/integration/test_validation.py"),
    23: ("tests/integration/test_extraction.py", "tests/integration/test_source_collecte_taxe.py"),
    25: ("tests/integration/test_restauration.py", "tests/integration/test_restauration_identite.py"),
    26: ("tests/integration/test_restauration.py", "tests/integration/test_reperes.py"),
    27: ("tests/integration/test_invite.py",),
    28: ("tests/integration/test_invite.py",),
    29: ("tests/integration/test_cotes_perdus.py",),
    30: ("tests/integration/test_passages.py", "tests/airflow/test_passages.py"),
    31: ("tests/integration/test_passages.py", "tests/airflow/test_passages.py"),
}
"""What no scenario breaks, or not in every way, and the tests that do."""

_WHO = {name: (Who(name),) for name in POST}


def named() -> Iterator[Scenario]:
    """Every scenario of the catalogue."""
    yield from deaths()
    yield from provider_faults()
    yield from databases()
    yield from company()
    yield from outside()


def deaths() -> Iterator[Scenario]:
    for fournisseur in POST:
        for step, (row, blow) in steps(fournisseur).items():
            yield one(f"tué, {step} ({fournisseur})", row, {fournisseur: 60}, (Who(fournisseur, blows=(blow,)),))
        yield one(f"gelé au-delà du bail ({fournisseur})", 5, {fournisseur: 80}, events=(Event(20, What.FREEZE),))
        asked = Blow(Where.HTTP, POST[fournisseur], 9, Moment.SENT, Deed.TERMINATE)
        yield one(f"SIGTERM en plein appel ({fournisseur})", 24, {fournisseur: 80}, (Who(fournisseur, blows=(asked,)),))
    frozen = Blow(Where.BASE, CLAIM, 3, Moment.AFTER, Deed.FREEZE)
    yield one("gelé, réservation pas encore lue", 5, {"ventis": 80}, (Who("ventis", blows=(frozen,)),))
    supervised = (Who("ventis", supervised=True),)
    yield one("superviseur tué seul", 16, {"ventis": 120}, supervised, events=(Event(10, What.ORPHAN),))


def provider_faults() -> Iterator[Scenario]:
    both = {"ventis": 40, "twilio": 40}
    for fault in AMBIGUOUS:
        rule = {"fault": fault, "probability": 0.15, "seed": 7}
        yield one(f"{fault}", ROW_OF[fault], both, (Who("ventis"), Who("twilio")), rules=(rule,))
    for form in ("seconds", "http-date", "iso", "absent"):
        rule = {"fault": "http_429", "probability": 0.5, "seed": 3, "count": 8, "seconds": 1, "retry_after": form}
        yield one(f"tempête de 429 ({form})", 9, {"ventis": 60}, _WHO["ventis"] * 2, rules=(rule,), debit=60.0)
    yield one("débit, trois à la fois", 9, {"ventis": 90}, _WHO["ventis"] * 3, taille_lot=30, debit=30.0, latency_ms=0)
    killed = (Event(30, What.KILL), Event(30, What.ANOTHER))
    yield one("débit, un tué, un autre", 9, {"ventis": 90}, _WHO["ventis"] * 2, events=killed, debit=40.0, latency_ms=0)
    yield one("adresse refusée", 10, {"ventis": 80}, events=(Event(10, What.REFUSED, seconds=2),))
    yield one("nom introuvable", 10, {"ventis": 40}, (Who("ventis", host="https://ventis.invalid"),))
    yield one("TLS impossible", 10, {"ventis": 40}, (Who("ventis", host="https://127.0.0.1:{port}"),))
    refused = {"fault": "invalid_number", "probability": 0.2, "seed": 5}
    yield one("numéros refusés", 11, {"ventis": 60, "zoom": 60}, (Who("ventis"), Who("zoom")), rules=(refused,))
    wrong = {"fault": "wrong_sender", "count": 1}
    yield one("réglage refusé : la voie s'arrête", 11, {"ventis": 60}, rules=(wrong,))
    for fault, times in (("unauthorized", 5), ("token_500", 2), ("token_timeout", 1), ("token_reset", 2)):
        rule = {"fault": fault, "count": times}
        yield one(f"jeton : {fault}", 12, {"ventis": 60}, _WHO["ventis"] * 3, rules=(rule,), taille_lot=20)
    lost = {"fault": "http_502_after", "probability": 0.2, "seed": 11}
    for fournisseur in ("twilio", "zoom"):
        for lookup in ("lookup_500", "lookup_timeout"):
            yield one(
                f"{lookup} ({fournisseur})",
                19,
                {fournisseur: 40},
                rules=(lost, {"fault": "http_502_before", "probability": 0.2, "seed": 12}),
                lookups=({"fault": lookup, "count": 2},),
            )


def databases() -> Iterator[Scenario]:
    for word, name in ((CLAIM, "réservation"), (SETTLE, "règlement")):
        for moment in Moment:
            blow = Blow(Where.BASE, word, 2, moment, Deed.CUT)
            who = (Who("ventis", blows=(blow,)),)
            yield one(f"base coupée, {name}, {moment.name}", 14, {"ventis": 60}, who)
    for what, seconds in (
        (What.RESTART, 0), (What.CRASH, 0), (What.AWAY, 4), (What.CUT_BASE, 0), (What.DEADLOCK, 0.5),
    ):  # fmt: skip
        event = Event(15, what, seconds=seconds)
        yield one(
            f"PostgreSQL : {what}", 14, {"ventis": 60, "twilio": 60}, (Who("ventis"), Who("twilio")), events=(event,)
        )
    away = (Event(15, What.AWAY, seconds=120),)
    yield one("PostgreSQL absent deux minutes", 14, {"ventis": 60, "twilio": 60}, events=away)
    yield one("disque plein", 17, {"ventis": 80}, events=(Event(15, What.FULL, seconds=2),))
    yield one("horloge + 10 min", 18, {"twilio": 120}, _WHO["twilio"], events=(Event(15, What.CLOCK, seconds=600),))
    back = (Event(15, What.CLOCK, seconds=-600),)
    yield one("horloge − 10 min", 18, {"ventis": 120}, _WHO["ventis"], events=back, debit=100.0)
    far = {"TZ": "Pacific/Auckland", "PGTZ": "America/Lima"}
    lost = (Event(20, What.BACKUP), Event(60, What.RESTORE))
    for fournisseur in POST:
        yield one(f"sauvegarde restaurée ({fournisseur})", 25, {fournisseur: 120}, events=lost)
    yield one("autre fuseau", 18, {"ventis": 60}, (Who("ventis", environment=far), Who("ventis")))


def company() -> Iterator[Scenario]:
    """Several at once."""
    both = (Who("ventis"), Who("ventis", MANUEL), Who("ventis"))
    yield one("deux passages et un double", 15, {"ventis": 150}, both, taille_lot=40)
    another = (Event(5, What.ANOTHER), Event(25, What.ANOTHER))
    yield one("relancé pendant qu'il tourne", 15, {"twilio": 120}, events=another)
    passes = tuple(Event(after, What.RECONCILE) for after in (10, 10, 40))
    yield one("suivi pendant l'envoi", 20, {"twilio": 80, "zoom": 80}, (Who("twilio"), Who("zoom")), events=passes)


def outside() -> Iterator[Scenario]:
    yield one("paiements", 21, {"ventis": 120}, _WHO["ventis"] * 2, events=(Event(20, What.PAY),), taille_lot=30)
    yield one("oppositions", 21, {"ventis": 120}, _WHO["ventis"] * 2, events=(Event(20, What.OPPOSE),), taille_lot=30)
    stopped = (Event(20, What.STOP), Event(120, What.RESUME))
    yield one("arrêt et reprise", 21, {"ventis": 120}, _WHO["ventis"] * 2, events=stopped)
    yield one("hors des heures", 21, {"ventis": 40}, closed=True)
    texts = ("🙂 Relance à 🙂", "x" * 10_000, "Relance ; |'\"\\ %s {}")
    yield one("textes empoisonnés", 22, {"ventis": 40}, texts=texts, telephones=("24177999999",) * 6)


def one(name: str, row: int, relances: dict[str, int], who: tuple[Who, ...] = (), **over: object) -> Scenario:
    """A scenario of one row; by default, one who sends by each fournisseur."""
    senders = who or tuple(Who(fournisseur) for fournisseur in relances)
    return Scenario(name, 0, relances, senders, frozenset({row}), **over)  # type: ignore[arg-type]
