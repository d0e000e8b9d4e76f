"""Stopping and resuming all sending, for the task of a Dag."""

import logging

from airflow.sdk import get_current_context

from relances.orchestration.installation import installation
from relances.rendering.arret import lines
from relances.rules.arret import Action
from relances.services.arret import act

logger = logging.getLogger(__name__)


def run_action() -> None:
    """Do what the run asks, and log the state of every voie."""
    params = get_current_context()["params"]
    action = Action(params["action"])
    for line in lines(action, act(installation(), action, params["fournisseur"])):
        logger.info("%s", line)
