"""From staged creances to relances: reads them by contribuable, asks the rules, stores what they say."""

import logging
from itertools import islice
from typing import Final

import psycopg

from relances.rules.selection import Regles
from relances.services.numeros import read_numbers
from relances.store.creation import Created, open_creation
from relances.store.executions import Execution

logger = logging.getLogger(__name__)

_DECIDED_AT_ONCE: Final = 5_000  # contribuables


def create_relances(relances: psycopg.Connection, execution: Execution, regles: Regles, limite: int | None) -> Created:
    """Create the relances of an execution, all or none; a second time adds nothing.

    Blocked where its extraction was not checked.
    """
    politique = regles.politique
    read_numbers(relances, execution)  # those that a crash of the server made it forget since they were checked
    opened = open_creation(relances, execution, politique.devise)
    with opened as creation:
        contribuables = creation.contribuables(politique.delai_max_jours)
        while group := list(islice(contribuables, _DECIDED_AT_ONCE)):
            creation.add(map(regles.decide, group))
        created = creation.finish(limite, politique.plafonds)
    logger.info("%s relances créées, %s créances exclues", created.relances, created.exclusions)
    return created
