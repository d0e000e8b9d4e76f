"""The errors of the providers, from their tables."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Final

from relances_providers.error_table import ErrorRow, Table
from relances_providers.errors import (
    Fault,
    Misconfigured,
    NumberState,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TryLater,
)
from relances_providers.http.errors import TABLE as NETWORK
from relances_providers.provider_info import PROVIDERS

_INTRODUCTION: Final = """\
# Les erreurs des fournisseurs

Cherchez ici le code ou les mots d'une erreur. — Look up the code or the words of an error here.

Page faite des tables par `python -m documentation` : ne la modifiez pas à la main. — Made from the tables by that
command: do not edit it.
"""
_NEXT: Final[Mapping[type[ProviderError], str]] = {
    TryLater: "le message n'a pas été remis et repart de lui-même — not delivered, sent again by itself",
    Rejected: "ce message est abandonné, les autres continuent — this message is over, the others go on",
    Misconfigured: "l'envoi s'arrête jusqu'à correction de la connexion — sending stops until the connection is mended",
    OutcomeUnknown: "le message reste incertain et n'est jamais renvoyé — it stays in doubt, and is never sent again",
}
_FAULT: Final[Mapping[Fault, str]] = {
    Fault.NUMBER: "du destinataire — the recipient's",
    Fault.TEXT: "de ce message — this message's",
    Fault.ACCOUNT: "du compte ou de ses réglages — the account's or its settings'",
    Fault.PROVIDER: "du fournisseur ou du réseau — the provider's or the network's",
    Fault.NOBODY: "inconnue, personne n'est mis en cause — unknown, nobody is blamed",
}
_NUMBER: Final[Mapping[NumberState, str]] = {
    NumberState.FINE: "reste bon — stays good",
    NumberState.UNREACHABLE: "marqué injoignable sur ce canal — marked unreachable on this channel",
    NumberState.OPTED_OUT: "opposition enregistrée sur ce canal — opted out of this channel",
}


def page() -> str:
    """The whole page: a section per provider, then what can happen at any of them."""
    sections = [(provider.title, map(_table, provider.error_tables)) for provider in PROVIDERS]
    return "\n".join([_INTRODUCTION, *_sections([*sections, ("Réseau, chez tous les fournisseurs", [NETWORK])])])


def _table(name: str) -> Table:
    module, _, attribute = name.partition(":")
    found: Table = getattr(import_module(module), attribute)
    return found


def _sections(sections: Iterable[tuple[str, Iterable[Table]]]) -> Iterator[str]:
    for title, tables in sections:
        yield f"## {title}\n"
        for table in tables:
            yield from map(_row, table.values())


def _row(row: ErrorRow) -> str:
    facts = {
        "Mots": row.wording,
        "Sens": f"{row.meaning} — {row.english}",
        "Remède": f"{row.cure} — {row.english_cure}",
        "Faute": _FAULT[row.blames],
        "Ensuite": _NEXT[row.kind],
        "Délai": None if row.retry_after is None else f"{row.retry_after / 3600:g} h",
        "Numéro": _NUMBER[row.number] if row.kind is Rejected else None,
        "Autre canal": row.other_channel,
    }
    lines = [f"- {name} : {_general(fact)}\n" for name, fact in facts.items() if fact]
    return f"### `{row.code}`\n\n{''.join(lines)}"


def _general(text: str) -> str:
    """The text for any connection."""
    return text.replace(" {conn_id}", "").replace("{adresses}", "les adresses")
