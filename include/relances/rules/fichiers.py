"""Why the system refuses a file or a folder, in French: what it says itself is English."""

import errno
from collections.abc import Mapping
from typing import Final

_REFUSALS: Final[Mapping[int, str]] = {
    errno.ENOENT: "absent",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EEXIST: "ce nom est déjà pris",
    errno.EROFS: "disque en lecture seule",
    errno.ENOSPC: "plus de place sur le disque",
    errno.EDQUOT: "plus de place : quota atteint",
    errno.EFBIG: "fichier trop grand",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ELOOP: "liens en boucle",
    errno.EMFILE: "trop de fichiers ouverts",
    errno.ENFILE: "trop de fichiers ouverts",
    errno.EIO: "erreur du disque",
}


def refusal(error: OSError) -> str:
    """The refusal of a file or a folder, to stand in a sentence that names it."""
    number = error.errno or 0
    return _REFUSALS.get(number) or f"erreur {errno.errorcode.get(number, type(error).__name__)} du système"
