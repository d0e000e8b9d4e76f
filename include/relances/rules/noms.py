"""Names that somebody writes and that become a part of a path: none of them leads out of its folder."""

from typing import Final

SOURCE_NAME: Final = "[a-z][a-z0-9_]{0,62}"
"""Of a tax system, which is a folder of ``store/sources``."""
GABARIT_NAME: Final = r"\w[\w.-]{0,62}"
"""Of a template, which is a file in the folder of its canal."""
