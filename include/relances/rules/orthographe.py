"""How words are spelled, as far as it tells encodings apart: which signs they hold, and where these may stand."""

import re
from typing import Final

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
    """A pattern of what no word holds (``marchŽ``, ``h™tel``). ``runs``: three accents in a row count too."""
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
            rf"(?<=[{_C}aiouy])à(?!{_L})",  # Mbà, Koumbà; no mute e has a vowel after it
            rf"ô(?={_L})|(?<=\ball)ô\b|ç(?=[aouàâôûœ])|ñ(?=[{_V}])|ã(?=[oe])|õ(?=es?\b)",
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
# What French has not, and names have where a sign, or a letter of French, is no likelier in another encoding.
_OF_NAMES: Final = re.compile(
    "|".join(
        [
            rf"(?<![{_V}])è(?=[{_C}]{{1,3}}[aiouy])|\b[{_C}]{{1,3}}è\b",  # KÈBA, MBÈ
            rf"ã(?=[oe]s?\b)|\b(?-i:Á)(?=[{_C}])|(?<=[{_C}])[áó](?=[{_C}]|(?!{_L}))",  # JOÃO, Álvaro, Sá
            rf"(?<=[{_C}])[íú](?=[{_C}]{{1,2}}i[aou])|(?<=[{_C}])ú(?=s\b)",  # Nídia, Lúcio; but N’goma, Lœtitia
            rf"(?<=[{_C}])(?-i:[ÄÖ])(?!{_L})",
        ]
    ),
    re.IGNORECASE,
)


def may_be(reading: str, encodage: str) -> bool:
    """Whether somebody may have written this in that encoding."""
    if encodage == "cp1256" and _ARABIC.search(reading):
        return is_arabic(reading)
    if encodage == "cp1250":
        return bool(_SPELLED_SLAVE.fullmatch(reading)) and not _NONSENSE_SLAVE.search(reading)
    return bool(_SPELLED.fullmatch(reading)) and not _NONSENSE.search(reading)


def is_arabic(reading: str) -> bool:
    """Whether its letters are Arabic, all of them."""
    return bool(_ARABIC.search(reading)) and not _LATIN.search(reading)


def fits(reading: str) -> bool:
    """Whether each of its signs stands where French, or a name, has it."""
    return _FITS.sub("", reading.lower()).isascii()


def is_likely(reading: str) -> bool:
    """Whether it is French, or as likely a name: « HÈTEL » for « HÔTEL », which :func:`fits`, is none."""
    french = _OF_NAMES.sub("a", reading).lower()
    return fits(french) and not _HARDLY_FRENCH.search(french)
