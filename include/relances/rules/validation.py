"""What is checked of an extraction before anything is made of it, and what to say when it does not hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, assert_never
from urllib.parse import quote

from relances.rules.politique import Politique

PASSAGES_MIN: Final = 3
"""Runs it takes to say what is usual."""
CREANCES_MIN: Final = 20
_OF_A_RUN: Final = "passage-"
_PAGE_FOLDER: Final = re.compile(rf"{_OF_A_RUN}[\w.~=-]+", re.ASCII)
"""Creances below which a share says nothing: each of them weighs more than a twentieth. One bad number in two would
hold a run of two, and each bad number is excluded with its reason anyway."""


class Effet(StrEnum):
    """What it costs to break a check."""

    BLOQUANTE = "bloquante"  # the run stops, before anything is created
    LIGNE = "ligne"  # each row that breaks it is excluded, with its reason


class Controle(StrEnum):
    """One check, by its name in Data Docs and in the log."""

    CONTRAT = "contrat"
    IDENTIFIANT = "identifiant"
    CONTRIBUABLE = "contribuable"
    DEVISE = "devise"
    PART_TELEPHONES = "part_telephones"
    VOLUME = "volume"
    FRAICHEUR = "fraicheur"
    EXCLUSION = "exclusion"
    MONTANT = "montant"
    ECHEANCE = "echeance"
    DOUBLON = "doublon"

    @property
    def effet(self) -> Effet:
        match self:
            case Controle.EXCLUSION | Controle.MONTANT | Controle.ECHEANCE | Controle.DOUBLON:
                return Effet.LIGNE
            case (
                Controle.CONTRAT
                | Controle.IDENTIFIANT
                | Controle.CONTRIBUABLE
                | Controle.DEVISE
                | Controle.PART_TELEPHONES
                | Controle.VOLUME
                | Controle.FRAICHEUR
            ):
                return Effet.BLOQUANTE
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class VolumeExtrait:
    """How many creances were extracted, and on average by ``passages`` comparable runs; None where there are none."""

    creances: int
    passages: int
    volume_moyen: Decimal | None

    @property
    def petit(self) -> bool:
        """Whether there are too few creances for a share of them to mean anything."""
        return self.creances < CREANCES_MIN

    @property
    def comparable(self) -> bool:
        """Whether there is something to compare with, and enough of it on one side at least."""
        return self.passages >= PASSAGES_MIN and not (self.petit and (self.volume_moyen or 0) < CREANCES_MIN)

    def sans_objet(self) -> list[str]:
        """What is not checked of so few creances or runs, and why."""
        said = []
        if self.petit:
            said.append(f"{Controle.PART_TELEPHONES} : moins de {CREANCES_MIN} créances, la part ne dirait rien")
        if not self.comparable:
            said.append(
                f"{Controle.VOLUME} : {self.passages} passages comparables, il en faut {PASSAGES_MIN} et au moins "
                f"{CREANCES_MIN} créances"
            )
        return said


@dataclass(frozen=True, slots=True)
class Resultat:
    """What a check found. ``lignes``: how many rows break it; ``observe``: the number it is about, None for none."""

    controle: Controle
    attente: str
    colonne: str
    respecte: bool
    lignes: int = 0
    observe: Decimal | None = None


def phrase(resultat: Resultat, exemples: Sequence[str], volume: VolumeExtrait, politique: Politique) -> str:
    """Why a blocking check stops the run, and the cure. ``exemples``: ids of creances that break it."""
    qualite, voyez = politique.qualite, f", voyez {', '.join(exemples)}" if exemples else ""
    match resultat.controle:
        case Controle.CONTRAT:
            return f"la colonne {resultat.colonne} manque ou n'a pas son type : lancez relances migrer"
        case Controle.IDENTIFIANT:
            return f"{resultat.lignes} créances sans creance_id : corrigez overdue.sql"
        case Controle.CONTRIBUABLE:
            return f"{resultat.lignes} créances sans contribuable_id{voyez} : corrigez overdue.sql ou ces données"
        case Controle.DEVISE:
            return (
                f"{resultat.lignes} créances dans une autre devise que {politique.devise}{voyez} : corrigez "
                "overdue.sql, ou source.devise dans politique.toml"
            )
        case Controle.PART_TELEPHONES:
            return (
                f"{_percent(resultat.observe)} des {volume.creances} créances ont un numéro utilisable, il en faut "
                f"{_percent(qualite.part_telephones)}{voyez} : faites corriger les téléphones, ou changez "
                "qualite.part_telephones dans politique.toml"
            )
        case Controle.VOLUME:
            return (
                f"{volume.creances} créances au lieu de {volume.volume_moyen or 0:.0f} en moyenne sur "
                f"{volume.passages} passages, un écart de plus de {_percent(qualite.ecart_volume)} : cherchez ce qui "
                "a changé dans l'application fiscale, ou changez qualite.ecart_volume dans politique.toml"
            )
        case Controle.FRAICHEUR:
            vu = "aucun paiement n'est connu"
            if resultat.observe is not None:
                vu = f"le dernier paiement connu a {resultat.observe} jours, plus que {qualite.fraicheur_jours}"
            return (
                f"{vu} : qui a payé serait relancé ; faites saisir les paiements, ou changez qualite.fraicheur_jours "
                "dans politique.toml"
            )
        case Controle.EXCLUSION | Controle.MONTANT | Controle.ECHEANCE | Controle.DOUBLON:
            raise ValueError(f"{resultat.controle} excludes rows, it stops nothing")
        case _:
            assert_never(resultat.controle)


def page_folder(run_id: str) -> str:
    """The folder of a run's pages among those of all runs: its name, in letters that any file system takes."""
    return f"{_OF_A_RUN}{quote(run_id, safe='').replace('%', '=')}"


def is_page_folder(name: str) -> bool:
    """Whether a folder can be one of a run's pages."""
    return _PAGE_FOLDER.fullmatch(name) is not None


def _percent(share: float | Decimal | None) -> str:
    return f"{(share or 0) * 100:.1f}".removesuffix(".0").replace(".", ",") + " %"
