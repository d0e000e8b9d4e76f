"""The words of a command line, and the sentence for those that make no sense."""

import argparse
from typing import NoReturn


class Commande(argparse.ArgumentParser):
    """A parser whose refusal is one sentence, French first; argparse's own words name the option."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with 2."""
        self.exit(2, f"{self.prog} : mot inconnu, manquant ou de trop ; voyez {self.prog} --help — {message}\n")
