"""The fournisseurs: which of them a run may use, the ways to them, and what their codes mean."""

import pkgutil
from collections.abc import Iterable
from typing import Final

from relances.rules.causes import Explications
from relances.rules.errors import Blocked
from relances.rules.exclusions import Raison
from relances.rules.models import Canal, Chemin
from relances.rules.politique import Politique
from relances.services.installation import Installation
from relances_providers.error_table import ErrorRow, Table
from relances_providers.errors import ProviderError
from relances_providers.provider_info import PROVIDERS, Provider, provider_named

_OTHER_CHANNEL: Final = {"sms": "SMS", "whatsapp": "WhatsApp"}


def known_provider(fournisseur: str) -> Provider:
    """The provider of that name; Blocked where there is none."""
    provider = provider_named(fournisseur)
    if provider is None:
        known = _names(PROVIDERS)
        raise Blocked(f"fournisseur inconnu : {fournisseur} ; connus : {known}", f"unknown provider; known: {known}")
    return provider


def chemins(
    installation: Installation, canal: Canal, fournisseur: str | None, politique: Politique
) -> tuple[Chemin, ...]:
    """The fournisseurs that may send on a canal, the preferred first: the one that is named, else the policy's.

    The first is required, the others count where their connection exists. Blocked where one does not serve the
    canal.
    """
    if fournisseur is not None:
        return (_chemin(installation, fournisseur, canal, politique, "fournisseur"),)
    field = f"politique.toml, envoi.fournisseurs_{canal}"
    first, *others = (
        _chemin(installation, name, canal, politique, field) for name in politique.envoi.fournisseurs(canal)
    )
    return (first, *(way for way in others if installation.hook(way.fournisseur).is_connected))


def chemin_of(installation: Installation, provider: Provider, politique: Politique) -> Chemin:
    """The way of a provider: the countries it reaches, the texts its connection takes, what it bills.

    Blocked where the policy does not say what it bills.
    """
    hook = installation.hook(provider.name)
    try:
        longest = hook.max_characters
    except ProviderError:  # a connection to mend: its check and its voie say so
        longest = hook.capabilities.max_characters
    tarif = politique.tarifs.get(provider.name)
    if tarif is None:
        raise Blocked(
            f"politique.toml ne dit pas ce que facture {provider.name} ; ajoutez-le à [envoi] et à [tarif]",
            f"the policy does not say what {provider.name} bills: add it to [envoi] and to [tarif]",
        )
    return Chemin(provider.name, provider.countries, longest, hook.capabilities.billed_by_segment, tarif)


def explications(installation: Installation) -> Explications:
    """What the codes of each fournisseur mean, from its own tables."""
    return {
        (provider.name, code): _raison(row, installation.hook(provider.name).conn_id)
        for provider in PROVIDERS
        for name in provider.error_tables
        for code, row in _table(name).items()
    }


def elsewhere() -> dict[tuple[str, Canal], list[str]]:
    """The codes of each fournisseur for a number that another canal may reach, by fournisseur and that canal."""
    found: dict[tuple[str, Canal], list[str]] = {}
    for provider in PROVIDERS:
        for row in (row for name in provider.error_tables for row in _table(name).values()):
            if row.other_channel is not None and row.other_channel != provider.channel:
                found.setdefault((provider.name, Canal(row.other_channel)), []).append(row.code)
    return found


def _chemin(installation: Installation, name: str, canal: Canal, politique: Politique, where: str) -> Chemin:
    provider = provider_named(name)
    if provider is None or provider.channel != canal:
        of_canal = _names(provider for provider in PROVIDERS if provider.channel == canal)
        raise Blocked(
            f"{where} : {name} n'envoie pas de {canal} ; choisissez {of_canal}",
            f"{where}: {name} does not send {canal}; choose {of_canal}",
        )
    return chemin_of(installation, provider, politique)


def _raison(row: ErrorRow, conn_id: str) -> Raison:
    """The meaning of a row for an officer; its cure names the other channel that may be tried, where there is one."""
    que_faire = row.cure.replace("{conn_id}", conn_id)
    other = _OTHER_CHANNEL.get(row.other_channel or "")
    if other is not None and other not in que_faire:
        que_faire += f" ; ou relancer par {other}"
    return Raison(row.meaning, que_faire)


def _table(name: str) -> Table:
    table: Table = pkgutil.resolve_name(name)
    return table


def _names(providers: Iterable[Provider]) -> str:
    return ", ".join(provider.name for provider in providers)
