"""What becomes of one contribuable's overdue creances: one relance, by which way to which number, or a reason each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from relances.rules.codes import Exclu
from relances.rules.models import Canal, Chemin, Creance, Exclusion, NouvelleRelance, NumeroLu
from relances.rules.numeros import Numero, Refus, Verdict, destination, lire, reach
from relances.rules.politique import Politique
from relances.rules.redaction import Plume, Sujet


class Destination(NamedTuple):
    """A number, and the way to it."""

    chemin: Chemin
    numero: Numero


@dataclass(frozen=True, slots=True)
class Routage:
    """The ways of a run on one canal, the preferred first. ``imposee``: the only one, which a person named.

    ``signales``: numbers that are not to be written to on this canal, and why.
    """

    canal: Canal
    chemins: tuple[Chemin, ...]
    imposee: bool
    accepter_format_guide: bool
    signales: Mapping[str, Refus]

    def best(self, lectures: Iterable[tuple[str, Verdict]]) -> Destination | Refus:
        """The first usable number of a contribuable, else the reason of the first that is not merely absent.

        ``lectures``: each number as typed and as read, the best first. Who asked for silence under one of them is
        not written to under another.
        """
        numbers = tuple(lectures)
        if len(numbers) > 1 and any(self._is_silenced(saisie, lecture) for saisie, lecture in numbers):
            return Refus.OPPOSITION
        refus = Refus.ABSENT
        for saisie, lecture in numbers:
            verdict = self._route(saisie, lecture)
            if not isinstance(verdict, Refus):
                return verdict
            if refus is Refus.ABSENT:
                refus = verdict
        return refus

    def _is_silenced(self, saisie: str, lecture: Verdict) -> bool:
        """Whether a number asked for silence, be it one that no way of this run reaches."""
        # Only what has no country may be read otherwise by a way.
        read = (
            [lecture] if isinstance(lecture, Numero) else [destination(saisie, chemin.pays) for chemin in self.chemins]
        )
        return any(isinstance(each, Numero) and self._flag(each) is Refus.OPPOSITION for each in read)

    def _route(self, saisie: str, lecture: Verdict) -> Destination | Refus:
        """The first way that reaches the number, else the reason of the preferred one."""
        refus: Refus | None = None
        for chemin in self.chemins:
            verdict = destination(saisie, chemin.pays) if self.imposee else reach(lecture, chemin.pays)
            if isinstance(verdict, Numero):
                return self._refusal(verdict) or Destination(chemin, verdict)
            refus = refus or verdict
        return refus or Refus.HORS_REGION

    def _refusal(self, numero: Numero) -> Refus | None:
        if numero.format_guide and not self.accepter_format_guide:
            return Refus.FORMAT_GUIDE
        return self._flag(numero)

    def _flag(self, numero: Numero) -> Refus | None:
        return self.signales.get(numero.chiffres)


class Decision(NamedTuple):
    """At most one relance, and the creances that are not in it."""

    relance: NouvelleRelance | None
    exclusions: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Regles:
    """What a decision depends on beside the creances themselves. ``routages``: the ways out of each niveau."""

    politique: Politique
    plume: Plume
    date_relance: date
    routages: Mapping[int, Routage]

    def decide(self, creances: Sequence[Creance]) -> Decision:
        """Decide for all undecided creances of one contribuable, oldest échéance first."""
        left: list[Creance] = []
        excluded: list[Exclusion] = []
        for creance in creances:
            code = self._set_aside(creance)
            if code is None and left and not self.politique.selection.regrouper:
                code = Exclu.UNE_PAR_MESSAGE
            if code is None:
                left.append(creance)
            else:
                excluded.append(Exclusion(creance.rang, code))
        outcome = self._compose(left) if left else None
        if isinstance(outcome, str):
            excluded += [Exclusion(c.rang, outcome) for c in left]
            outcome = None
        return Decision(outcome, tuple(excluded))

    def _set_aside(self, creance: Creance) -> Exclu | Refus | None:
        """The code that excludes a creance whatever the others are."""
        if creance.opposition:
            return Refus.OPPOSITION
        if creance.categorie in self.politique.selection.categories_exclues:
            return Exclu.CATEGORIE_EXCLUE
        if creance.relance_du_jour:
            return Exclu.DEJA_RELANCE if self.politique.selection.regrouper else Exclu.UNE_PAR_MESSAGE
        if creance.derniere_relance is not None:
            delai = self.politique.niveau(creance.jours_retard).delai_jours
            if creance.derniere_relance > self.date_relance - timedelta(days=delai):
                return Exclu.DEJA_RELANCE
        if not self.politique.selection.regrouper and creance.montant_du < self.politique.selection.montant_minimum:
            return Exclu.MONTANT_MINIMUM  # alone in its message, it would hide a greater one for ever
        return None

    def _compose(self, creances: Sequence[Creance]) -> NouvelleRelance | Exclu | Refus:
        """The relance, or the code that excludes all these creances."""
        first, selection = creances[0], self.politique.selection
        montant = sum((c.montant_du for c in creances), Decimal(0))
        if montant < selection.montant_minimum:
            return Exclu.MONTANT_MINIMUM
        if first.relances_semaine >= selection.maximum_par_semaine:
            return Exclu.MAXIMUM_SEMAINE
        retard = max(c.jours_retard for c in creances)
        niveau = self.politique.niveau(retard)
        routage = self.routages[niveau.numero]
        destination = routage.best(lectures(first))
        if isinstance(destination, Refus):
            return destination
        libelles = [c.libelle for c in creances]
        sujet = Sujet(first.nom, first.prenom, first.langue, montant, libelles, first.echeance)
        redaction = self.plume.write(sujet, routage.canal, niveau, destination.chemin)
        if redaction is None:
            return Exclu.MESSAGE_TROP_LONG
        return NouvelleRelance(
            contribuable_id=first.contribuable_id,
            niveau=niveau.numero,
            canal=routage.canal,
            fournisseur=destination.chemin.fournisseur,
            telephone=destination.numero.chiffres,
            telephone_migre=destination.numero.migre,
            redaction=redaction,
            montant_du=montant,
            echeance=first.echeance,
            creances=tuple(creances),
        )


def lectures(creance: Creance) -> list[tuple[str, Verdict]]:
    """Its telephones as typed and as read, the best first."""
    c, read = creance, creance.numeros
    if read is None:
        if c.saisie is None:
            return []
        read = [(c.saisie, c.chiffres, c.pays, c.migre, c.format_guide, c.attribue, c.refus)]
    return [(numero[0], _verdict(numero)) for numero in read]


def _verdict(numero: NumeroLu) -> Verdict:
    saisie, chiffres, pays, migre, format_guide, attribue, refus = numero
    if chiffres is not None and pays is not None:
        return Numero(chiffres, pays, migre, format_guide, attribue)
    # What the memory lost meanwhile, or never keeps, is read again.
    return lire(saisie) if refus is None else Refus(refus)
