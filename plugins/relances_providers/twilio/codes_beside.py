"""Twilio's codes of the 30xxx that tell of something else than a message we send: registrations, links, what comes in.

Should one come with a message all the same, this is what to do.
"""

from collections.abc import Iterator
from typing import Final

from relances_providers.error_table import ErrorRow, Said, alike
from relances_providers.errors import Fault
from relances_providers.twilio.rows import later, ours

_REGISTRATION: Final = Said(
    "terminez l'inscription de l'expéditeur de la connexion {conn_id} dans la console Twilio (Trust Hub)",
    "complete the registration of the connection's sender in Twilio's console (Trust Hub)",
)
_LINKS: Final = Said(
    "corrigez le domaine des liens raccourcis dans la console Twilio, ou retirez les liens du gabarit",
    "mend the domain of shortened links in Twilio's console, or take the links out of the template",
)
_LOG: Final = Said(
    "nouvel essai de lui-même ; si cela dure, voyez le message dans la console Twilio",
    "tried again by itself; if it lasts, see the message in Twilio's console",
)


# fmt: off
def _groups() -> Iterator[ErrorRow]:
    yield from alike(
        "30436 30437 30440 30441 30442 30443 30444 30445 30446 30447 30448 30449 30451 30452 30455 30456 30457 30458 "
        "30459 30460 30461 30462 30463 30464 30465 30466 30467 30468 30469 30470 30471 30472 30473 30474 30475 30476 "
        "30477 30478 30479 30480", ours(
            "", "numéro gratuit (toll-free) dont la vérification est refusée",
            "the verification of the toll-free number was rejected", _REGISTRATION,
            "Toll Free verification rejection"))
    yield from alike(
        "30125 30126 30701 30702 30703 30712 30729 30734 30747 30748 30749 30750 30751 30752 30753 30754 30755 30756 "
        "30757 30758 30790 30791 30792 30793 30794 30795 30796 30797 30798 30799", ours(
            "", "la marque de l'expéditeur n'est pas inscrite", "the brand of the sender is not registered",
            _REGISTRATION, "Brand Registration Failure"))
    yield from alike(
        "30880 30881 30882 30883 30884 30885 30886 30887 30888 30889 30890 30891 30892 30893 30894 30895 30896 30897 "
        "30898 30899 30900 30901 30902 30903 30904 30905 30906 30907 30908 30909 30990 30991 30992 30993 30994", ours(
            "", "la campagne de l'expéditeur n'est pas approuvée", "the campaign of the sender is not approved",
            _REGISTRATION, "Campaign vetting rejection ; Campaign Suspension"))
    yield from alike(
        "30100 30101 30102 30103 30104 30105 30106 30107 30108 30109 30110 30111 30112 30113 30114 30115 30116 30117 "
        "30118 30119 30120 30121 30122 30123 30124 30127 30128 30129 30130 30131 30132 30133 30134 30135 30136", ours(
            "", "les liens raccourcis sont mal réglés", "link shortening is not in order", _LINKS,
            "Domain ; Certificate ; Shortened link"))
    yield from alike("30009 30038 30039", later(
        "", "avis sur un message reçu", "a notice about a message that came in", _LOG,
        "Missing inbound segment ; OTP Message Body Filtered", fault=Fault.NOBODY))
# fmt: on


CODES: Final = tuple(_groups())
