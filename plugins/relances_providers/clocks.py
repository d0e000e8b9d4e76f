"""How far a provider's clock may be from ours."""

from datetime import timedelta
from typing import Final

# Ours is the database's, on a server that may have lost its time source; a provider dates a message by any of its
# machines, once it gets to it. A window too wide shows messages that are known or say something else, and costs little;
# one too narrow hides the message sought, which is then sent again.
CLOCKS_APART: Final = timedelta(minutes=15)
