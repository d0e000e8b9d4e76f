"""Plays one scenario: a day is made, sent and disturbed; then the faults end, and all recovers until rest."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from relances.store.executions import Executions
from tests.chaos.crew import PATIENCE, Crew
from tests.chaos.disturbance import Disturbance
from tests.chaos.played import Played
from tests.chaos.scenario import CANAL, MANUEL, PASSAGE, Scenario
from tests.chaos.site import Site
from tests.chaos.workers import DEFECT
from tests.integration.staged import stage_relances
from tests.integration.world import ask, request

EXCLUES: Final = 3  # creances of the day that get no relance
LOOK_EVERY: Final = 0.3  # seconds between two looks at the balance

EXTRACTED: Final = """
WITH extraites AS (
    INSERT INTO relances.creance_extraite (execution_id, creance_id, contribuable_id, montant_du)
    SELECT e.id, n::text, n::text, 15000 FROM relances.execution e, generate_series(0, %(staged)s + %(exclues)s - 1) n
    RETURNING rang, execution_id, creance_id
)
INSERT INTO relances.exclusion (rang, execution_id, etape, code)
SELECT rang, execution_id, 'creation', 'sans_telephone' FROM extraites WHERE creance_id::integer >= %(staged)s
"""
PLACES: Final = """
SELECT count(*) FILTER (WHERE place <> 'non_traitee') AS places, count(*) AS toutes
FROM relances.execution e
CROSS JOIN relances.creances_placees(e.id, e.source, e.occasion, ARRAY['sms', 'whatsapp']) p
WHERE e.run_id = %(run)s
"""


@contextmanager
def playing(site: Site, scenario: Scenario) -> Iterator[Played]:
    """What a scenario left behind; its database goes at the end."""
    url = site.new_database()
    name = str(conninfo_to_dict(url)["dbname"])
    played = Played(scenario, url, site.folder / f"{name}.log")
    crew = Crew(site, played)
    try:
        _play(site, played, crew)
        yield played
    finally:
        crew.dismiss()
        site.drop(name)


def _play(site: Site, played: Played, crew: Crew) -> None:
    begun, scenario = time.monotonic(), played.scenario
    site.forget_messages()
    site.provider.upset(*scenario.rules, latency_ms=scenario.latency_ms)
    _make_the_day(played)
    tokens = site.provider.stats()["token_requests"]
    disturbance = Disturbance(site, played, crew)
    for who in scenario.who:
        crew.send(who)
    _until_all_ended(site, played, disturbance)
    disturbance.finish()
    played.tokens = site.provider.stats()["token_requests"] - tokens
    _note_faults(site, played)
    site.provider.upset(*scenario.lookups)
    _until_no_call_is_left(site)
    crew.recover()
    _note_faults(site, played)
    _look_at_the_balance(played)
    played.ledger = site.provider.ledger()
    before = _posts(site) + _moves(played.url)
    crew.send_again()
    played.moved_again = _posts(site) + _moves(played.url) - before
    for worker in played.workers:
        if worker.process.exitcode == DEFECT:
            played.broken.append(f"{worker.name} a fini par une erreur imprévue")
        played.happened.update(map(str, worker.victim.struck))
        played.missing += [str(blow) for blow in worker.victim.blows if blow not in worker.victim.struck]
    played.seconds = time.monotonic() - begun


def _make_the_day(played: Played) -> None:
    """Relances as their creation leaves them, and what they were made of; a manual run beside the scheduled one."""
    url, scenario = played.url, played.scenario
    for fournisseur, nombre in scenario.relances.items():
        canal, telephones = CANAL[fournisseur], scenario.telephones
        stage_relances(url, nombre, fournisseur=fournisseur, canal=canal, telephones=telephones)
        played.staged += nombre
    ask(url, "UPDATE relances.relance SET telephone = 15145550000 + id WHERE fournisseur = 'zoom'")
    for rang, text in enumerate(scenario.texts, start=1):
        ask(url, "UPDATE relances.relance SET texte = %(text)s WHERE id = %(id)s", text=text, id=rang)
    ask(url, EXTRACTED, staged=played.staged, exclues=EXCLUES)
    ask(url, "UPDATE relances.execution SET canal = NULL, creances = %(n)s", n=played.staged + EXCLUES)
    with psycopg.connect(url, autocommit=True) as connection:
        Executions(connection).open(request(MANUEL), "collecte_taxe")
    ask(url, "UPDATE relances.execution SET creances = 0 WHERE run_id = %(run)s", run=MANUEL)


def _until_all_ended(site: Site, played: Played, disturbance: Disturbance) -> None:
    begun = looked = time.monotonic()
    while played.alive or disturbance.going_on:
        disturbance.see_to_it(site.accepted())
        if time.monotonic() > looked + LOOK_EVERY:
            looked = time.monotonic()
            _look_at_the_balance(played)
        if time.monotonic() > begun + PATIENCE:
            stuck = played.alive
            played.broken.append(f"n'ont pas fini en {PATIENCE:.0f} s : {', '.join(worker.name for worker in stuck)}")
            for worker in stuck:
                worker.disturbed = True
                worker.signal(signal.SIGKILL)
            return
        time.sleep(0.02)


def _until_no_call_is_left(site: Site) -> None:
    """A message may still be on its way into the ledger, whose sender is dead."""
    deadline = time.monotonic() + 30
    while site.provider.stats()["in_flight"] > 0 and time.monotonic() < deadline:
        time.sleep(0.02)


def _look_at_the_balance(played: Played) -> None:
    """Extracted = relances' creances + excluded, at this very instant."""
    try:
        [row] = ask(played.url, PLACES, run=PASSAGE)
    except psycopg.OperationalError:
        return  # the database is away
    played.balances += 1
    if (row["places"], row["toutes"]) != (played.staged + EXCLUES,) * 2:
        played.broken.append(f"I8 : {row}")


def _note_faults(site: Site, played: Played) -> None:
    for rule in site.fired():
        played.fired[rule["rule"]["fault"]] += rule["fired"]


def _posts(site: Site) -> int:
    counts: dict[str, int] = site.provider.stats()["requests"]
    return sum(count for path, count in counts.items() if path.endswith(("/message", "/messages", "/Messages.json")))


def _moves(url: str) -> int:
    return int(ask(url, "SELECT count(*) AS n FROM chaos.transition")[0]["n"])
