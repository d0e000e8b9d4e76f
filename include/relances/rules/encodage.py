"""The encoding of an 8-bit file, which is written nowhere: what its words leave in no doubt, else the word in doubt.

A file that is not UTF-8 is read as Windows-1252 where all its words may be so written, and where for each other
encoding some word tells against it. Detectors by statistics were measured on such files, which have a few accents in
all: they take the French of Windows and of the Mac alike for Czech or Chinese.
"""

import codecs
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from relances.rules.errors import Blocked
from relances.rules.mojibake import damage, printed

WINDOWS: Final = "cp1252"
_AUTRES: Final = ("mac_roman", "cp850", "iso8859-15", "cp1250", "cp1256")
"""What spreadsheets write elsewhere: on a Mac, under MS-DOS, on a Windows of Central Europe or of the Arab world."""

_NOT_OF_FILES: Final = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "unicode_escape", "utf-7"}
)
"""Codecs of Python that write names or programs; and one whose texts no database holds."""

# --- what may be written ---

_BASSES: Final = "àâäáãåçéèêëíìîïñóòôöõúùûüÿœæßšžø"
_BASSES_SLAVES: Final = "čřŕęůűďńňťćěăđĺłąşľżźśţőýš"
_HAUTES: Final = _BASSES.upper().replace("SS", "").replace("Ÿ", "")
_SIGNES: Final = "’‘“”«»°€–—…•²³·º§©®™½¼¾£µ×±´¿¡\xa0\xad"
_SPELLED: Final = re.compile(rf"[\x20-\x7e{_BASSES}{_HAUTES}{_SIGNES}]*")
_SPELLED_SLAVE: Final = re.compile(rf"[\x20-\x7e{_BASSES}{_HAUTES}{_SIGNES}{_BASSES_SLAVES}{_BASSES_SLAVES.upper()}]*")
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_LATIN: Final = re.compile(rf"[A-Za-z{_BASSES}{_HAUTES}]")


def _nonsense(basses: str, *, runs: bool) -> re.Pattern[str]:
    """What no word of these letters has: ``Taxe de marchŽ``, ``h™tel``. ``runs``: nor three accents in a row."""
    hautes = basses.upper().replace("SS", "")
    lettre, accent, apart = f"[a-zA-Z{basses}{hautes}]", f"[{basses}{hautes}]", f"(?<![0-9a-zA-Z{basses}{hautes}])"
    # é, è, ç and à have keys of their own on a French keyboard, whatever the others are: « MARCHé ».
    mute = re.sub("[éèçà]", "", basses)
    rules = [
        f"[a-z{basses}][{hautes}]|[A-Z{hautes}][{hautes}][a-z{basses}]",
        f"[A-Z{hautes}]{{2}}[{mute}]|[{mute}][A-Z{hautes}]",
        f"[0-9](?![éèÉÈ]){accent}|(?<!{lettre}){accent}[0-9]",  # « 2ème »
        f"{apart}(?![àéô])[{basses}](?!{lettre}|['’])",
        f"(?<={lettre})[^\\x00-\\x7f{basses}{hautes}’‘´·–—\xa0\xad](?={lettre})",
        f"[…”»™®²³½¼¾€](?={lettre})",
        f"(?<={lettre})[“«½¼¾£¿¡]|(?<={lettre})(?<![mM])[²³]",
    ]
    if runs:
        rules += [f"{accent}{{3}}", f"(?<!{lettre})(?!çà){accent}{{2}}(?!{lettre})"]
    return re.compile("|".join(rules))


_NONSENSE: Final = _nonsense(_BASSES, runs=True)
_NONSENSE_SLAVE: Final = _nonsense("".join(dict.fromkeys(_BASSES + _BASSES_SLAVES)), runs=False)

# --- what is surely French ---

_V: Final = "aeiouàâáéèêëîïíôóöùûúüœæ"
_C: Final = "bcdfghjklmnpqrstvwxyzç"
_L: Final = r"[^\W\d_]"
# Where each sign stands in a word of French, or in a name of Gabon or São Tomé: è and ê among consonants, where č and ę
# hardly ever do, ï beside a vowel… A word of which these leave but ASCII is one.
_FITS: Final = re.compile(
    "|".join(
        [
            r"[éâîëüáíóú«»°²³º§©®½¼¾µ]",
            rf"(?<![{_V}])è(?![{_V}])|(?<=i)è(?=[{_C}]{{1,2}}e)|(?<=[gq]u)è(?=[{_C}])",
            rf"(?:(?<![{_V}])|(?<=[gq]u)|(?<=o))ê(?=[{_C}]{{1,2}}[eé]|qu|ts?\b|t[aiou])",
            r"\bà\b|(?:(?<=\bl)|(?<=\bdel)|(?<=\bdéj)|(?<=\bvoil)|(?<=\bhol)|(?<=\bç)|(?<=\bdeç)|(?<=\bcel))à\b",
            r"(?<=\bo)ù\b|(?<![aeiyé])û(?=[trlmp]|ch|s?\b)|(?<=[au])ÿ|(?<=[aeouhéè])ï",
            rf"ô(?={_L})|(?<=\ball)ô\b|ç(?=[aouàâôûœ])|ñ(?=[{_V}])|ã(?=[oe])",
            rf"(?<![{_V}])œ(?=[uitscd]|no)|(?<=[lc])æ(?=t)|\bæ(?=q)|(?<=t)æ\b",
            r"(?:(?<=\b[cdjlmst])|(?<=qu)|(?<=\baujourd))’(?=[aeiouyhàâéèêîôœ])",
            rf"(?<=\b[nmkop])’(?={_L})|(?<={_L})·(?={_L})",
            rf"(?<!{_L})[\xa0€“‘•]|[\xa0€…”](?!{_L})|(?<![^\W_])[–—](?![^\W_])|(?<=\d)[–—](?=\d)",
        ]
    )
)
_HARDLY_FRENCH: Final = re.compile(
    rf"[áíóúñã]|è(?![{_C}]{{1,3}}u?e(?:s|nt)?\b|[{_C}]{{1,3}}e[{_C}][{_V}]|s\b)"  # a mute e comes after è
)


class Lecture(NamedTuple):
    """A word, as an encoding reads it."""

    encodage: str
    mot: str


class Doute(NamedTuple):
    """A word that may not be what Windows-1252 makes of it: its line, and what it may be, that first if it may."""

    ligne: int
    mot: str
    lectures: tuple[Lecture, ...]


class _Verdict(NamedTuple):
    possible: bool
    different: frozenset[str]  # encodings that read the word otherwise
    refuted: frozenset[str]  # those that read it as nothing that is written
    beaten: frozenset[str]  # those that make of it a stranger word than Windows-1252


_WORD: Final = re.compile(r'[^ \t\r\n;,"]{1,60}')  # a longer one is judged in parts


def find_doubt(lines: Iterable[str]) -> Doute | None:
    """The first word in doubt of a file read as Windows-1252, undefined bytes escaped; None: it is surely that.

    In flat memory.
    """
    wrong: tuple[int, str] | None = None
    first = dict[str, tuple[int, str]]()  # by encoding, what it reads otherwise
    refuted, beaten = set[str](), set[str]()
    for numero, line in enumerate(lines, start=1):
        for word in () if line.isascii() else _WORD.findall(line):
            if word.isascii():
                continue
            verdict = _judge(re.sub("[0-9]", "0", word))
            refuted |= verdict.refuted
            beaten |= verdict.beaten
            for encodage in verdict.different:
                first.setdefault(encodage, (numero, word))
            if wrong is None and not verdict.possible:
                wrong = numero, word
    if wrong is not None:
        return _doubt(*wrong, [encodage for encodage in _AUTRES if encodage not in refuted])
    unsettled = {encodage: first[encodage] for encodage in _AUTRES if encodage in first.keys() - refuted - beaten}
    if not unsettled:
        return None
    numero, word = min(unsettled.values())
    return _doubt(numero, word, [WINDOWS, *(each for each, place in unsettled.items() if place[0] == numero)])


def _doubt(numero: int, word: str, encodages: Iterable[str]) -> Doute:
    """The more likely readings alone, where some are."""
    shown = _shown(word)
    readings = [Lecture(each, _as(shown, each)) for each in encodages]
    likely = [lecture for lecture in readings if _is_french(lecture.mot)] or readings
    return Doute(numero, printed(shown), tuple(Lecture(each, printed(mot)) for each, mot in likely))


@lru_cache(maxsize=10_000)
def _judge(word: str) -> _Verdict:
    readings = {encodage: _as(word, encodage) for encodage in _AUTRES}
    different = frozenset(encodage for encodage, reading in readings.items() if reading != word)
    refuted = frozenset(encodage for encodage, reading in readings.items() if not _may_be(reading, encodage))
    fits = _fits(word)
    beaten = frozenset(encodage for encodage in different if fits and not _is_french(readings[encodage]))
    return _Verdict(_may_be(word, WINDOWS) and not damage(word), different, refuted, beaten)


def _may_be(reading: str, encodage: str) -> bool:
    if encodage == "cp1256" and _ARABIC.search(reading):
        return not _LATIN.search(reading)
    if encodage == "cp1250":
        return bool(_SPELLED_SLAVE.fullmatch(reading)) and not _NONSENSE_SLAVE.search(reading)
    return bool(_SPELLED.fullmatch(reading)) and not _NONSENSE.search(reading)


def _fits(reading: str) -> bool:
    return _FITS.sub("", reading.lower()).isascii()


def _is_french(reading: str) -> bool:
    """More surely than :func:`_fits`, which takes names: « HÈTEL » for « HÔTEL » is none."""
    return _fits(reading) and not _HARDLY_FRENCH.search(reading.lower())


def _as(word: str, encodage: str) -> str:
    """What another encoding makes of a word that was read as Windows-1252."""
    return word.encode(WINDOWS, "surrogateescape").decode(encodage, "replace")


def _shown(word: str) -> str:
    """What of a word may be shown: around its first sign beyond ASCII, no figure of a number."""
    found = re.search(r"[^\d\x80-\U0010ffff]{0,20}[^\x00-\x7f][^\d]{0,20}", word)
    return found[0] if found else ""


def read_encoding(name: str) -> str:
    """An encoding that somebody names, as Python does: ``mac_roman``, ``cp1252``, ``UTF-8``… Blocked where it is none."""
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError):
        found = ""
    if not found or found in _NOT_OF_FILES:
        raise Blocked(
            f"--encodage : « {printed(name)[:40]} » n'est pas un encodage de texte ; donnez par exemple utf-8, cp1252 "
            "(Windows), mac_roman (Mac), cp850 (MS-DOS), cp1250, cp1256 ou iso8859-15",
            "this is no text encoding",
        )
    return "utf-8-sig" if found == "utf-8" else found
