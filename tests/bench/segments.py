"""Our count of segments beside two independent libraries: ``python -m tests.bench.segments [--textes 100000]``.

Where one of them departs from 3GPP TS 23.038, it is given another text of the same length, in characters it knows.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Final

import smsutil
from smpplib.consts import SMPP_ENCODING_DEFAULT
from smpplib.gsm import make_parts

from relances.rules.redaction import count_segments

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = "\f^{}\\[~]|€"
_FRENCH: Final = "aeiourstln éèàùçêîœ’«»–…€\u00a0"
_ASTRAL: Final = "abcê😀𝔸🇬🇦"

TEXTES: Final = 100_000

# Both libraries take the escape itself for a letter. smpplib writes ` where the table has §, and lacks the form feed.
_FOR_SMSUTIL: Final = str.maketrans("\x1b", "ê")
_FOR_SMPPLIB: Final = str.maketrans("\x1b`§\f", "êêS^")


def by_smsutil(text: str) -> int:
    return len(smsutil.split(text.translate(_FOR_SMSUTIL)).parts)


def by_smpplib(text: str) -> tuple[int, bool]:
    """Its count, and whether each part ends with a whole character: it cuts an escape from what it escapes.

    Such a part can be read on no telephone, and the right count may then be higher.
    """
    parts, encoding, _ = make_parts(text.translate(_FOR_SMPPLIB))
    if encoding == SMPP_ENCODING_DEFAULT:
        cut = any(part.endswith(b"\x1b") for part in parts)
    else:
        cut = len(parts) > 1 and any(0xD8 <= part[-2] <= 0xDB for part in parts)
    return len(parts), not cut


def texts(count: int, seed: int = 0) -> Iterator[str]:
    """GSM-7 of every kind, extension characters where parts end, accents, characters of two units."""
    random = Random(seed)  # noqa: S311 - the same texts each time, not a secret

    def some(alphabet: str, least: int, most: int) -> str:
        return "".join(random.choices(alphabet, k=random.randint(least, most)))

    kinds = (
        lambda: some(BASIC, 0, 330),
        lambda: some(BASIC + EXTENDED * 3, 0, 330),
        lambda: some(BASIC, 149, 153) + some(EXTENDED, 1, 4) + some(BASIC + EXTENDED, 0, 160),
        lambda: some(BASIC, 302, 306) + some(EXTENDED, 1, 4) + some(BASIC, 0, 20),
        lambda: some(_FRENCH, 0, 220),
        lambda: some("aê", 62, 67) + some(_ASTRAL, 1, 80),
        lambda: some(_ASTRAL, 0, 150),
    )
    for _ in range(count):
        yield random.choice(kinds)()


def compare(count: int) -> int:
    """Print where we differ from the libraries on so many texts; returns how many times."""
    started, cut, differences = time.perf_counter(), 0, 0
    for text in texts(count):
        ours = count_segments(text)
        theirs, whole = by_smpplib(text)
        right = ours == by_smsutil(text) and (ours == theirs if whole else ours >= theirs)
        cut += not whole
        if not right:
            differences += 1
            print(f"{ours} ≠ {by_smsutil(text)} (smsutil), {theirs} (smpplib) : {text!r}")
    print(
        f"{count} textes en {time.perf_counter() - started:.0f} s : {differences} différences avec smsutil et smpplib"
    )
    print(f"{cut} d'entre eux sont coupés par smpplib au milieu d'un caractère : son compte n'y est qu'un minimum")
    return differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--textes", type=int, default=TEXTES)
    sys.exit(compare(parser.parse_args().textes) > 0)


if __name__ == "__main__":
    main()
