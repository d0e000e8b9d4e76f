"""The shape of the providers' error tables: for each code what it means, what to do, what happens next.

Each provider has a module of rows (``keycloak.errors``, ``ventis.errors`` …); ``docs/reference/erreurs.md`` is made of
them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from relances_providers.errors import (
    Fault,
    Misconfigured,
    NumberState,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TryLater,
)

# Whose fault a kind is where a row does not say. A refusal has none: each row says what it blames.
_USUAL: Final[Mapping[type[ProviderError], Fault]] = {
    TryLater: Fault.PROVIDER,
    OutcomeUnknown: Fault.PROVIDER,
    Misconfigured: Fault.ACCOUNT,
}


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One code of a provider.

    ``kind``: what happens next, one of the four errors. ``meaning`` and ``cure`` are for officers and operators, in
    French, then in English; ``{conn_id}`` in them stands for the connection. ``wording``: the words under which
    people search for it, those of the guides or of the server, whether they are right or not. ``fault``: whose; None:
    the usual one of its kind, which a refusal has not. ``number``: what the code says of the recipient's number.
    ``other_channel``: where this recipient may still be reached. ``retry_after``: seconds, for a TryLater that says
    nothing itself.
    """

    code: str
    kind: type[ProviderError]
    meaning: str
    cure: str
    english: str
    english_cure: str
    wording: str = ""
    fault: Fault | None = None
    number: NumberState = NumberState.FINE
    other_channel: str | None = None
    retry_after: float | None = None

    @property
    def blames(self) -> Fault:
        """Who has to mend it."""
        return self.fault or _USUAL.get(self.kind, Fault.NOBODY)

    def error(self, conn_id: str, *, detail: str = "", retry_after: float | None = None) -> ProviderError:
        """The error of this row. ``detail``: what the provider said, without numbers; ``retry_after``: in seconds."""
        message, fault = self._sentence(conn_id, detail), self.blames
        if issubclass(self.kind, TryLater):
            asked = self.retry_after if retry_after is None else retry_after
            return TryLater(message, code=self.code, fault=fault, retry_after=asked)
        if issubclass(self.kind, Rejected):
            number, other = self.number, self.other_channel
            return Rejected(message, code=self.code, fault=fault, number=number, other_channel=other)
        if issubclass(self.kind, OutcomeUnknown):
            return OutcomeUnknown(message, code=self.code, fault=fault)
        return Misconfigured(message, code=self.code)

    def known_words(self, error: str, description: str) -> str:
        """What the server said, if it is in ``wording``, else nothing: another server could repeat what it was sent.

        ``description``: in small letters.
        """
        words = (each for each in self.wording.split(" ; ") if each.lower() in description or each == error)
        return next(words, "")

    def _sentence(self, conn_id: str, detail: str) -> str:
        said = f" ({self.code} : {detail})" if detail else f" ({self.code})"
        french = f"{self.meaning}{said} : {self.cure}"
        return f"{french} — {self.english}: {self.english_cure}".replace("{conn_id}", conn_id)


Table = Mapping[str, ErrorRow]


def table(rows: Iterable[ErrorRow]) -> Table:
    """The rows by their code; a code that is there twice is a defect (ValueError)."""
    made: dict[str, ErrorRow] = {}
    for row in rows:
        if row.code in made:
            raise ValueError(f"{row.code} is in the table twice")
        made[row.code] = row
    return made


class Said(NamedTuple):
    """A sentence that several rows share, in French and English."""

    french: str
    english: str


def alike(codes: str, row: ErrorRow) -> Iterator[ErrorRow]:
    """A row like this one for each of these codes, separated by spaces."""
    return (replace(row, code=code) for code in codes.split())


def unexplained(provider: str, where: Said) -> ErrorRow:
    """The row of what a provider refuses for a reason that no table has. ``where``: to look the code up.

    It blames nobody and is no end: nothing was accepted, so it may be sent again, as often as any other trouble.
    """
    return ErrorRow(
        code="inconnu",
        kind=TryLater,
        meaning=f"refusé par {provider} pour une raison que ce programme ne connaît pas (code inconnu)",
        cure=f"nouvel essai de lui-même, quelques fois ; {where.french}, et dites ce code au développeur ; rien ne met "
        "en cause le numéro",
        english=f"refused by {provider} for a reason that this program does not know (unknown code)",
        english_cure=f"tried again by itself, a few times; {where.english}, and tell the developer this code; the "
        "number is not in question",
        wording="code inconnu ; unknown code",
        fault=Fault.NOBODY,
    )
