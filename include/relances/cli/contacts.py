"""``relances importer-contacts``: the people of a campaign, who are not in the tax application."""

import argparse
from datetime import datetime

from relances.cli.commande import DONE, REFUSED
from relances.cli.installation import installation
from relances.rendering.contacts import said
from relances.rendering.line_log import line_log, told
from relances.rules.fenetre import LIBREVILLE
from relances.services.contacts import import_contacts
from relances.services.imports import open_table


def run(given: argparse.Namespace) -> int:
    """Import the file, or say what prevents it."""
    with (
        open_table(given.fichier, given.encodage) as table,
        line_log(given.fichier, "erreurs") as erreurs,
        line_log(given.fichier, "remarques") as remarques,
    ):
        imported = import_contacts(
            installation(),
            table,
            given.campagne,
            erreurs=erreurs,
            remarques=remarques,
            today=datetime.now(LIBREVILLE).date(),
            ignorer_erreurs=given.ignorer_erreurs,
        )
    print(told(said(imported), erreurs, remarques, fait=imported.fait))
    return DONE if imported.fait else REFUSED
