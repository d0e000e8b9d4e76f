"""The report of a run: the balance equation, stored and told."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from relances.policy.consignes import Consignes
from relances.rules.apercu import exemples
from relances.rules.bilan import Bilan
from relances.rules.causes import Explications
from relances.rules.corrections import codes_a_corriger
from relances.rules.errors import Blocked
from relances.rules.models import Canal, Chemin
from relances.rules.rapport import Rapport, Version
from relances.rules.redaction import Plume
from relances.services.fournisseurs import chemin_of, explications
from relances.services.installation import Installation
from relances.services.passages import has_changed, policy_in_force, short
from relances.store.apercu import Apercus
from relances.store.comptes import list_faulty
from relances.store.corrections import Corrections
from relances.store.executions import Execution, Executions
from relances.store.rapport import Rapports
from relances_providers.provider_info import PROVIDERS, provider_named


@dataclass(frozen=True, slots=True)
class Wording:
    """What a report is written with. ``explications``: what the codes of fournisseurs mean.

    ``faute``: why the policy in force cannot be read, where it cannot.
    """

    explications: Explications
    plume: Plume
    chemin_of: Callable[[str], Chemin]
    version: Version | None = None
    faute: str | None = None


def wording(installation: Installation, consignes: Consignes, *, note: bool) -> Wording:
    """The wording by the policy and texts of a run. ``note``: whether its record has them."""
    plume = consignes.plume()

    def chemin(fournisseur: str) -> Chemin:
        provider = provider_named(fournisseur)
        if provider is None:
            known = ", ".join(provider.name for provider in PROVIDERS)
            raise Blocked(
                f"fournisseur inconnu : {fournisseur} (connus : {known}) ; refaites la simulation",
                f"unknown provider (known: {known}); simulate again",
            )
        return chemin_of(installation, provider, plume.politique)

    version = Version(short(consignes.empreinte), has_changed(installation, consignes)) if note else None
    faute = policy_in_force(installation, plume.politique).faute
    return Wording(explications(installation), plume, chemin, version, faute)


def report(
    relances: psycopg.Connection, execution: Execution, wording: Wording, write: Callable[[Rapport, Explications], str]
) -> tuple[Bilan, str]:
    """Compute, store and tell where every extracted creance of the execution is. ``write``: the report in words."""
    found = look(relances, execution, wording)
    bilan, text = found.bilan, write(found, wording.explications)
    Executions(relances).close(execution, equilibre=bilan.equilibre, bilan=bilan.as_json(), rapport=text)
    return bilan, text


def look(relances: psycopg.Connection, execution: Execution, wording: Wording) -> Rapport:
    """What the report of the execution would tell now; nothing is stored."""
    with relances.transaction():
        Rapports(relances).expect_millions()
        return _rapport(relances, execution, wording)


def _rapport(relances: psycopg.Connection, execution: Execution, wording: Wording) -> Rapport:
    rapports = Rapports(relances)
    asked = rapports.asked(execution)
    bilan = Bilan(
        execution.date_relance,
        Canal(execution.canal) if execution.canal else None,
        asked.fournisseur,
        asked.campagne,
        execution.simulation,
        rapports.totals(execution),
        rapports.balance(execution),
        rapports.costs(execution),
    )
    cas = Apercus(relances).examples(execution) if execution.simulation else ()
    return Rapport(
        execution.run_id,
        bilan,
        Corrections(relances).counts(execution, codes_a_corriger(asked.fournisseur)),
        rapports.changes(execution, [niveau.a_partir_de_jours for niveau in wording.plume.politique.niveaux]),
        exemples(cas, wording.plume, wording.chemin_of),
        list_faulty(relances, execution),
        wording.plume.politique.sans_effet,
        wording.version,
        wording.faute,
    )
