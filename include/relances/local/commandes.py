"""The commands that one machine does itself. Each imports what it needs when it is asked for."""

import argparse
import os
import sys

from relances.cli.commande import DONE, INTERRUPTED, REFUSED
from relances.local.console import Console
from relances.local.errors import LocalError
from relances.local.settings import (
    World,
    current_settings,
    demo_settings,
    given_now,
    given_variables,
    read_dotenv,
    read_settings,
)
from relances.local.state import StateFolder


def demo(_: argparse.Namespace) -> int:
    """A whole run on invented data, then everything ends."""
    from relances.local.demo import demo

    try:
        return DONE if demo(demo_settings(given_now()), Console()) else REFUSED
    except KeyboardInterrupt:
        print("Interrompu ; tout est arrêté.", file=sys.stderr)
        return INTERRUPTED


def up(_: argparse.Namespace) -> int:
    """Airflow in the foreground."""
    from relances.local.up import up

    try:
        up(current_settings(), Console())
    except KeyboardInterrupt:
        print("Tout est arrêté.")
    return DONE


def down(_: argparse.Namespace) -> int:
    """End what runs, whichever its world."""
    from relances.local.supervisor import bring_down

    root = current_settings().root
    stopped = [bring_down(StateFolder(root / world)) for world in World]
    print("Tout est arrêté." if any(stopped) else "Rien ne tournait.")
    return DONE


def migrer(_: argparse.Namespace) -> int:
    """Bring the schema of a given database up to date."""
    from relances.local.surroundings import migrate_given

    url = given_now().get("RELANCES_URL")
    if url is None:
        raise LocalError("RELANCES_URL n'est pas donnée ; « make up » met à jour sa propre base.")
    migrate_given(url)
    print("Le schéma relances est à jour.")
    return DONE


def preparer_bases(_: argparse.Namespace) -> int:
    """Give each database its role."""
    from relances.local.roles import prepare_databases

    prepare_databases(os.environ)
    print("Chaque base a son rôle.")
    return DONE


def installer(_: argparse.Namespace) -> int:
    """Prepare the Airflow of this environment."""
    from relances.local.installer import install

    install(current_settings(), os.environ, Console())
    return DONE


def menage(given: argparse.Namespace) -> int:
    """Clean what Airflow keeps, now or every day."""
    from relances.local.menage import clean_every_day, read_menage

    menage = read_menage(given_now())
    if not given.chaque_jour:
        print(menage.clean())
        return DONE
    try:
        clean_every_day(menage)
    except KeyboardInterrupt:
        return DONE


def connexions(given: argparse.Namespace) -> int:
    """Make Airflow's connections of a file of variables."""
    from relances.local.guide import deliver, read_guide

    # What is odd in .env is not said here: it may be the very file, whose oddities are.
    deliver(read_guide(given.depuis_env), read_settings(given_variables(read_dotenv())), imprimer=given.imprimer)
    return DONE


def base_fictive(given: argparse.Namespace) -> int:
    """Fill an empty database with invented taxpayers."""
    import relances.local.simulated  # noqa: F401 - which says so where the invented tax base is not
    from demo.__main__ import create

    return create(given)
