"""PostgreSQL killed, its disk full, in the middle of a lot: each message goes once, and whoever waits goes on."""

import re

import pytest

from relances.local.processes import wait_until
from tests.compose.installation import Installation
from tests.compose.passages import (
    NO_FAULT,
    RUN_SECONDS,
    attempt_to_invite,
    begin,
    count,
    end,
    faults,
    interface_of,
    invite,
)

_CONTACTS = 400
_MANY = 2_000  # that their changes need room of their own
_MID_LOT = 50
_DEATH, _FULL, _REFUSED = 61, 62, 63  # the digits that tell the numbers of a campaign from others'


def slow_down(installation: Installation) -> int:
    """Let each call last long enough to be interrupted; returns how many messages there were so far."""
    with installation.simulators() as simulators:
        simulators.put("/faults", json={"latency": {"min_ms": 400}}).raise_for_status()
        return count(simulators)


def await_mid_lot(installation: Installation, before: int) -> None:
    with installation.simulators() as simulators:
        wait_until(lambda: count(simulators) >= before + _MID_LOT, RUN_SECONDS, "Aucun lot n'est parti.", every=0.2)


def test_postgresql_killed_mid_lot_comes_back_and_the_run_ends_well(installation: Installation) -> None:
    invite(installation, "mort", _DEATH, _CONTACTS)
    before = slow_down(installation)
    with interface_of(installation) as api:
        api.log_in()
        run_id = begin(api, "mort")
        await_mid_lot(installation, before)

        installation.kill("postgres")

        assert end(api, run_id) == "success"
    assert faults(installation, _DEATH, _CONTACTS) == NO_FAULT


def test_a_full_disk_stops_the_sending_with_the_cure_and_room_lets_it_end(installation: Installation) -> None:
    disk = installation.disk
    if disk is None:
        pytest.skip("Il faut root pour monter un petit disque : le disque plein n'est pas essayé.")
    invite(installation, "plein", _FULL, _MANY)
    before = slow_down(installation)
    with interface_of(installation) as api:
        api.log_in()
        run_id = begin(api, "plein")
        await_mid_lot(installation, before)

        disk.fill()
        try:
            assert stand_still(installation) < before + _MANY
            refused = attempt_to_invite(installation, "de-trop", _REFUSED, _MANY)
        finally:
            disk.free()

        assert end(api, run_id) == "success"
    assert refused.returncode == 1
    # A server that cannot write its journal any further stops: it is out of reach then, until there is room.
    assert re.search(
        r"le disque du serveur est plein ; libérez de la place|base relances_db injoignable", refused.stderr
    )
    assert "Traceback" not in refused.stdout + refused.stderr
    assert faults(installation, _FULL, _MANY) == NO_FAULT


def stand_still(installation: Installation) -> int:
    """Wait until no message leaves any more; returns how many there were."""
    seen: list[int] = []

    def is_still() -> bool:
        with installation.simulators() as simulators:
            seen.append(count(simulators))
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    wait_until(is_still, RUN_SECONDS, "Les envois ne s'arrêtent pas.", every=1)
    return seen[-1]
