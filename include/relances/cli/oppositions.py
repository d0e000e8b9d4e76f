"""``relances opposition``: who is reminded no more."""

import argparse
import sys

from relances.cli.commande import DONE, REFUSED
from relances.cli.installation import installation
from relances.cli.questions import NUMERO, ask, ask_if
from relances.rendering import oppositions as words
from relances.rendering.json_sur import document
from relances.rendering.line_log import line_log, told
from relances.rendering.tableau_csv import open_csv
from relances.services import oppositions
from relances.services.imports import open_table


def add(given: argparse.Namespace) -> int:
    """Silence a contribuable, or a number that is asked for."""
    telephone, motif = ask_if(given.telephone, NUMERO), ask_if(given.motif, "Motif")
    if telephone is None:
        print(words.added(oppositions.add_contribuable(installation(), given.contribuable, motif)))
    else:
        print(words.numbers_added(oppositions.add_numbers(installation(), telephone, motif)))
    return DONE


def remove(given: argparse.Namespace) -> int:
    """Take a contribuable, or a number that is asked for, off the list."""
    if given.contribuable is not None:
        print(words.removed(oppositions.remove_contribuable(installation(), given.contribuable)))
    else:
        print(words.numbers_removed(oppositions.remove_numbers(installation(), ask(NUMERO))))
    return DONE


def list_all(given: argparse.Namespace) -> int:
    """Print the whole list, numbers masked, or write it whole."""
    if given.csv is None:
        liste = oppositions.listing(installation())
        if given.json:
            numbers = map(words.number_record, liste.numeros)
            people = map(words.record, liste.contribuables)
            sys.stdout.writelines(document({}, contribuables=people, numeros=numbers))
        else:
            print(words.lines(liste.contribuables, liste.numeros))
        return DONE
    with open_csv(given.csv, words.HEADER) as write:
        liste = oppositions.listing(installation())
        rows = write(words.rows(liste.contribuables, liste.numeros))
    print(words.written(rows, given.csv))
    return DONE


def import_file(given: argparse.Namespace) -> int:
    """Add a file to the list, or say what prevents it."""
    with open_table(given.fichier, given.encodage) as table, line_log(given.fichier, "erreurs") as erreurs:
        listed = oppositions.import_oppositions(installation(), table, erreurs, ignorer_erreurs=given.ignorer_erreurs)
    print(told(words.imported(listed), erreurs, fait=listed.fait))
    return DONE if listed.fait else REFUSED
