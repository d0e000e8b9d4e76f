"""One reader of balances at work: what waits is compared with what is owed now, and what shrank is written again."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg

from relances.rules.causes import CAUSES
from relances.rules.errors import Blocked, TryAgain
from relances.rules.soldes import EnAttente, Reecriture, Relecture, Reste
from relances.store.database import explained
from relances.store.lectures import Etendue, Lecture, Lectures, NonLues
from relances.store.soldes import call_off, debiteurs, rewrite
from relances.store.sources import Changes, Source

logger = logging.getLogger(__name__)

_RELANCES_AT_ONCE: Final = 100_000  # a source may look through all its payments each time that it is asked
_ALL_AGAIN: Final = 600.0  # seconds after which all balances are read, whatever the source says of what has changed
_MANY: Final = 10_000  # creances that changed, from which on all are read as soon


@dataclass(slots=True)
class Pointage:
    """For the lots of an occasion. Whatever cuts it short, what was read so far is right: another takes it up.

    ``relecture_of``: by what a relance is written again. ``wanted``: whether to go on.
    """

    occasion: str
    source: Source
    lectures: Lectures
    etaxe: psycopg.Connection
    relances: psycopg.Connection
    relecture_of: Callable[[EnAttente], Relecture]
    wanted: Callable[[], bool]
    annulees: Counter[str] = field(default_factory=Counter)
    recrites: int = 0

    def renew(self, lecture: Lecture | None) -> int:
        """Bring the reading to now, by what has changed since where that can be told; else read all balances."""
        if lecture is not None and lecture.complete < _ALL_AGAIN and self._follow(lecture.numero, lecture.repere):
            return lecture.numero
        numero, moment = (0 if lecture is None else lecture.numero) + 1, self.lectures.begin()
        repere = self._changed(None).repere
        self.complete(numero, Etendue(self.occasion))
        self.lectures.put_forward(numero, moment, repere)
        self._follow(numero, repere)  # it took a while
        return numero

    def complete(self, numero: int, etendue: Etendue) -> None:
        """Read what waits and the reading does not have. Nothing counts as read until it is left unchanged."""
        premier, changed = 0, list[int]()
        while parts := self.lectures.unread(numero, etendue, premier, _RELANCES_AT_ONCE):
            for part in parts:
                if not self.wanted():
                    raise TryAgain("la lecture des soldes est interrompue", "the reading of the balances was cut short")
                changed += self._read(numero, part)
            premier = max(part.dernier for part in parts) + 1
        if changed:
            self.complete(numero, Etendue(self.occasion, changed))

    def tell(self) -> None:
        """Say in the log what the balances changed."""
        if self.annulees or self.recrites:
            called_off = ", ".join(f"{code} {count}" for code, count in sorted(self.annulees.items())) or "aucune"
            logger.info("soldes relus : relances annulées : %s ; récrites : %s", called_off, self.recrites)

    def _follow(self, numero: int, repere: str | None) -> bool:
        """Read what has changed since; False where that cannot be told."""
        if repere is None:
            return False
        moment, changes = self.lectures.begin(), self._changed(repere)
        if changes.repere is None or len(changes.creances) > _MANY:
            return False
        waiting = self.lectures.forget(numero, changes.creances)
        self.complete(numero, Etendue(self.occasion, waiting))
        self.lectures.bring_forward(moment, changes.repere)
        return True

    def _changed(self, repere: str | None) -> Changes:
        """What the source says; what it cannot say, a right that it lacks above all, all balances do."""
        if not self.source.has("changed.sql"):
            return Changes([], None)
        try:
            with explained(self.source.connexion, self.etaxe):
                return self.source.changed(self.etaxe, repere)
        except Blocked as error:
            logger.warning("tous les soldes sont relus chaque fois : changed.sql : %s", error)
            return Changes([], None)

    def _read(self, numero: int, part: NonLues) -> list[int]:
        """Returns who waits still and says something else now."""
        with explained(self.source.connexion, self.etaxe):
            lower = self.source.lower(self.etaxe, part.creances, part.montants, part.date_relance)
        balances = {creance_id: solde for creance_id, solde in lower.items() if solde is not None}
        if missing := len(lower) - len(balances):
            raise Blocked(
                f"store/sources/{self.source.name}/balances.sql ne dit rien de {missing} créances sur {part.nombre} : "
                "rien n'est envoyé ; la requête doit rendre une ligne par créance demandée, à zéro si elle n'est plus "
                "due",
                "balances.sql must give one row for each creance it is asked of",
            )
        changed = list[tuple[bool, EnAttente, tuple[Reste, ...]]]()
        for waits, relance in self.lectures.touched(part, list(balances)) if balances else ():
            left = relance.left({creance.creance_id: creance.montant_du for creance in relance.creances} | balances)
            if left != relance.creances:
                changed.append((waits, relance, left))
        waiting = [(relance, left) for waits, relance, left in changed if waits]
        if waiting:
            self._write(waiting)
        self.lectures.mark(numero, part, [relance.id for _, relance, _ in changed])
        return [relance.id for relance, _ in waiting]

    def _write(self, changed: Sequence[tuple[EnAttente, tuple[Reste, ...]]]) -> None:
        """Store what became of these relances. Blocked where the text of one fails: all wait until it is mended."""
        known = debiteurs(self.relances, [relance for relance, rest in changed if rest])
        called_off: list[tuple[int, str, str]] = []
        written: list[tuple[EnAttente, tuple[Reste, ...], Reecriture]] = []
        for relance, rest in changed:
            verdict = self.relecture_of(relance).again(relance, rest, known.get(relance.id))
            if isinstance(verdict, Reecriture):
                written.append((relance, rest, verdict))
            else:
                called_off.append((relance.id, verdict, CAUSES[verdict].libelle))
        call_off(self.relances, called_off)
        rewrite(self.relances, written)
        self.annulees.update(code for _, code, _ in called_off)
        self.recrites += len(written)
