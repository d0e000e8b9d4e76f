"""What a restored database learnt, in words."""

from relances.rendering.markdown import quantite
from relances.rules.fenetre import in_words
from relances.rules.restauration import Restauration


def said(found: Restauration) -> str:
    """What the database learnt, and what is left to do."""
    proved = found.prouvees
    lines = [
        f"La base porte maintenant le nom {found.marque}. Elle se souvenait de tout jusqu'au "
        f"{in_words(found.connu_jusqu_au)} ; pour la suite :",
        f"- l'application fiscale prouve {quantite(proved.envoyees, 'envoi', 'envois')} et "
        f"{quantite(proved.echecs, 'échec', 'échecs')} ;",
        f"- {_doubts(found)} ;",
    ]
    if found.dernier_jour is not None:
        lines.append(
            f"- jusqu'au {found.dernier_jour:%d/%m/%Y} compris, aucune relance nouvelle n'est créée : qui n'en a pas "
            "dans cette base en a peut-être reçu une (code peut_etre_relance) ;"
        )
    lines += [
        "- oppositions, réactivations et contacts importés depuis sont à ressaisir, sous un autre nom de campagne si "
        "celle-ci avait été lancée.",
        "Les envois reprennent. — The database has a new name; sending goes on.",
    ]
    return "\n".join(lines)


def _doubts(found: Restauration) -> str:
    if not found.douteuses:
        return "aucune relance n'est incertaine"
    by = ", ".join(f"{fournisseur} {nombre}" for fournisseur, nombre in found.douteuses.items())
    return (
        f"incertaines, car peut-être parties : {by} ; la réconciliation le demande à qui peut le dire, les autres "
        "finissent en échec, code 408, sans être renvoyées"
    )
