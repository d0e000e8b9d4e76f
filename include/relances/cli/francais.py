"""What argparse says of wrong words, in French."""

import re
from collections.abc import Sequence
from typing import Final

from relances_providers.discretion import without_numbers

_KNOWN: Final[Sequence[tuple[str, str]]] = (
    (r"the following arguments are required: commande", "il manque la commande"),
    (r"the following arguments are required: action", "il manque l'action"),
    (r"the following arguments are required: FICHIER.csv", "il manque le fichier (FICHIER.csv)"),
    (r"the following arguments are required: (.+)", "il manque {0}"),
    (r"one of the arguments (.+) is required", "il manque l'une des options {0}"),
    (r"unrecognized arguments: (.+)", "{0}"),
    (r"ambiguous option: (.+?) could match (.+)", "{0} peut être {1} : écrivez l'option entière"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", "{0} : {1} n'est pas l'un de {2}"),
    (r"argument (.+?): invalid int value: (.+)", "{0} : {1} n'est pas un nombre entier"),
    (r"argument (.+?): not allowed with argument (.+)", "{0} ne va pas avec {1}"),
    (r"argument (.+?): ignored explicit argument .+", "{0} ne prend pas de valeur"),
    (r"argument (.+?): expected at least one argument", "{0} attend au moins une valeur"),
    (r"argument (.+?): expected (?:one|\d+) arguments?", "{0} attend une valeur"),
    (r"argument (.+?): expected at most one argument", "{0} attend une valeur au plus"),
    (r"argument (.+?): (.+)", "{0} : {1}"),  # what our own types say, in French already
)
EXPECTED: Final = "attendu "  # what begins a sentence that quotes nobody's word
_OPTION: Final = re.compile(r"--[a-z]+(?:-[a-z]+)*")


def in_french(message: str) -> str:
    """The message in French, or nothing where it is not known: better no word than one of another language."""
    for english, french in _KNOWN:
        found = re.fullmatch(english, message, re.DOTALL)
        if found is not None:
            words = found.groups()
            return french.format(*([_unknown(words[0])] if english.startswith("unrec") else map(_discreet, words)))
    return ""


def _discreet(words: str) -> str:
    """Without a number that somebody typed; the bounds that our own types expect stay."""
    return words if words.startswith(EXPECTED) else without_numbers(words)


def _unknown(words: str) -> str:
    """The options among them; the rest may be a number, a name or a piece of an address, and is only counted."""
    every = words.split()
    options = [found.group() for word in every if (found := _OPTION.match(word)) is not None]
    if options:
        return f"option inconnue : {', '.join(options)}"
    return "1 mot de trop" if len(every) == 1 else f"{len(every)} mots de trop"
