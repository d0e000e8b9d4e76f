"""The shape of the providers' error tables: for each code what it means, what to do, what happens next.

Each provider has a module of rows (``keycloak_errors``, ``ventis_errors`` …); ``ERREURS.md`` is made of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from relances_providers.errors import NumberState, ProviderError, Rejected, TryLater


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One code of a provider.

    ``kind``: what happens next, one of the four errors. ``meaning`` and ``cure`` are for officers and operators, in
    French, then in English; ``{conn_id}`` in them stands for the connection. ``wording``: the words under which
    people search for it, those of the guides or of the server, whether they are right or not. ``number``: what the
    code says of the recipient's number. ``other_channel``: where this recipient may still be reached.
    ``retry_after``: seconds, for a TryLater that says nothing itself.
    """

    code: str
    kind: type[ProviderError]
    meaning: str
    cure: str
    english: str
    english_cure: str
    wording: str = ""
    number: NumberState = NumberState.FINE
    other_channel: str | None = None
    retry_after: float | None = None

    def error(self, conn_id: str, *, detail: str = "", retry_after: float | None = None) -> ProviderError:
        """The error of this row. ``detail``: what the provider said, without numbers; ``retry_after``: in seconds."""
        message = self._sentence(conn_id, detail)
        if issubclass(self.kind, TryLater):
            asked = self.retry_after if retry_after is None else retry_after
            return TryLater(message, code=self.code, retry_after=asked)
        if issubclass(self.kind, Rejected):
            return Rejected(message, code=self.code, number=self.number, other_channel=self.other_channel)
        return self.kind(message, code=self.code)

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
