"""What one relance says, on its canal, at its niveau, and what that costs: an SMS is billed by its segments."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import category, normalize

from relances.rules.errors import Blocked
from relances.rules.gabarits import Gabarits
from relances.rules.lettres import PLAINER
from relances.rules.models import Canal, Chemin, Redaction
from relances.rules.politique import Niveau, Politique
from relances.rules.values import full_name, values

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_RUNS: Final = re.compile(f"[{re.escape(_BASIC)}]+")  # five times as fast as to look at characters one by one
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")  # an escape and a character: two septets that stay together


def is_gsm7(text: str) -> bool:
    """True where the text needs no Unicode: 160 characters a message instead of 70."""
    return _EXTENDED.issuperset(_beyond(text))


def foreign(text: str) -> frozenset[str]:
    """The characters for which the text needs Unicode."""
    return frozenset(_beyond(text)) - _EXTENDED


def count_segments(text: str) -> int:
    """Messages billed for the text; 1 for an empty one."""
    beyond = _beyond(text)
    if _EXTENDED.issuperset(beyond):
        return _count(text, frozenset(beyond), single=160, part=153)
    return _count(text, _surrogates(beyond), single=70, part=67)


def _beyond(text: str) -> str:
    """The text without the letters of the basic table."""
    return _RUNS.sub("", text)


def _count(text: str, wide: frozenset[str], *, single: int, part: int) -> int:
    """The segments of a text whose characters in ``wide`` take two places."""
    places = len(text) + sum(character in wide for character in text) if wide else len(text)
    if places <= single:
        return 1
    return -(-places // part) if places == len(text) else _pack(text, wide, part)


def _pack(text: str, wide: frozenset[str], part: int) -> int:
    """Fill parts in order; a character never straddles two."""
    parts, used = 1, 0
    for character in text:
        width = 2 if character in wide else 1
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts


def _surrogates(text: str) -> frozenset[str]:
    return frozenset(character for character in set(text) if ord(character) > 0xFFFF)


_QUOTED: Final = re.compile(r"«[^\S\n]*([^«»\n]*?)[^\S\n]*»")  # the spaces inside belong to « », not to ""


def simplify(texte: str) -> str:
    """The text in plainer letters where that makes it GSM-7 and no longer to bill; else as it was."""
    if is_gsm7(texte):
        return texte
    plain = normalize("NFC", texte)
    if "«" in plain:
        plain = _QUOTED.sub(r'"\1"', plain)
    for character in foreign(plain):
        plain = plain.replace(character, _plainer(character))
    worth = plain and is_gsm7(plain) and count_segments(plain) <= count_segments(texte)
    return plain if worth else texte


@lru_cache(maxsize=1024)
def _plainer(character: str) -> str:
    """The nearest character of GSM-7; the same one where there is none."""
    plain = PLAINER.get(character) or "".join(part for part in normalize("NFKD", character) if category(part) != "Mn")
    return plain if is_gsm7(plain) else character


class Sujet(NamedTuple):
    """What a relance is about: who owes how much, for which taxes, since when."""

    nom: str | None
    prenom: str | None
    langue: str | None
    montant: Decimal
    libelles: Sequence[str | None]
    echeance: date


@dataclass(frozen=True, slots=True)
class Plume:
    """Writes relances by one policy and its templates."""

    politique: Politique
    gabarits: Gabarits

    def check(self, canaux: Mapping[int, Canal]) -> None:
        """Read every text that may be needed, in all its languages; Blocked names the file, the line and the cure.

        ``canaux``: the one that each niveau leaves by.
        """
        for niveau in self.politique.niveaux:
            canal, default = canaux[niveau.numero], self.politique.texte.langue
            modeles = self.politique.modeles_whatsapp if canal is Canal.WHATSAPP else ()
            langues = {modele.langue for modele in modeles if modele.niveau == niveau.numero}
            if langues and default not in langues:
                raise Blocked(
                    f"politique, [[modele_whatsapp]] : le niveau {niveau.numero} n'a pas de modèle en {default}, la "
                    "langue par défaut ; déclarez-le, ou changez texte.langue",
                    f"[[modele_whatsapp]]: level {niveau.numero} has no template in the default language, {default}",
                )
            self.gabarits.check(canal, niveau.gabarit, langues)

    def knows(self, canal: Canal, fournisseur: str) -> bool:
        """Whether it has texts for this canal, and what this fournisseur bills."""
        return fournisseur in self.politique.tarifs and self.gabarits.speaks(canal)

    def write(self, sujet: Sujet, canal: Canal, niveau: Niveau, chemin: Chemin) -> Redaction | None:
        """The text and its price; None where it is longer than the fournisseur or the policy allows."""
        policy = self.politique.texte
        langue = self.gabarits.langue_of(canal, niveau.gabarit, sujet.langue)
        modele = self.politique.modele(canal, niveau.numero, langue)
        if modele is not None:
            langue = modele.langue  # the text says what the approved template says
        nom = full_name(sujet.prenom, sujet.nom)
        said = values(nom, sujet.montant, self.politique.devise, sujet.libelles, sujet.echeance, langue=langue)
        texte = self.gabarits.render(canal, niveau.gabarit, langue, said)
        segments, evites = 1, 0
        if chemin.par_segment:
            texte, segments, evites = _sms(texte, simplifier=policy.simplifier)
        # Where the provider has an approved template, it is that which travels.
        if (modele is None and len(texte) > chemin.longueur_max) or segments > policy.segments_max:
            return None
        return Redaction(
            texte=texte,
            modele=modele.content_sid if modele else None,
            variables=[getattr(said, name) for name in modele.variables] if modele else None,
            segments=segments,
            segments_evites=evites,
            cout=chemin.tarif * segments,
        )


def _sms(texte: str, *, simplifier: bool) -> tuple[str, int, int]:
    """The text as it leaves, its segments, and how many plainer letters saved."""
    plain = simplify(texte) if simplifier else texte
    segments = count_segments(plain)
    return plain, segments, 0 if plain is texte else count_segments(texte) - segments
