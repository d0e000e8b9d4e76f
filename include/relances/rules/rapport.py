"""What the report of a run tells, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relances.rules.apercu import Exemple
from relances.rules.bilan import Bilan
from relances.rules.volumes import Comparaison


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of the policy and of the texts decided a run. ``changee``: the files say something else now."""

    nom: str
    changee: bool


@dataclass(frozen=True, slots=True)
class Rapport:
    """Everything a report tells of a run.

    ``a_corriger``: contribuables whose number is wrong, by code. ``depuis``: against the previous run, where there is
    one. ``exemples``: texts of a simulation. ``tenues``: fournisseurs by which its relances wait until their account is
    mended, and what to mend. ``sans_effet``: what the policy says in vain, a sentence for each. ``version``: None of a
    run of before versions were kept. ``faute``: why the policy in force cannot be read, where it cannot.
    """

    run_id: str
    bilan: Bilan
    a_corriger: Mapping[str, int]
    depuis: Comparaison | None
    exemples: Sequence[Exemple]
    tenues: Mapping[str, str] = field(default_factory=dict)
    sans_effet: Sequence[str] = ()
    version: Version | None = None
    faute: str | None = None
