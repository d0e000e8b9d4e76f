"""Words that others wrote, within ours: on one line, and nothing that a chat, a page or a terminal obeys."""

import re
from typing import Final

_LONGEST: Final = 600  # characters: more than any of our own sentences has of others
_OBEYED: Final = str.maketrans("<>@`", "‹›＠´")
"""What mentions everybody (``<!channel>``, ``@here``, ``<users/all>``), opens a tag, or a piece of code."""
_LINK: Final = re.compile(r"\](?=[(\[])")
_ADDRESS: Final = re.compile(r"(?<=[A-Za-z])://")
_HOST: Final = re.compile(r"(?<![\w.])(www)\.", re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"[*~|]+|(?<!\w)_+|_+(?!\w)|(?<!\S)#+(?=\s)")
"""What Slack, Teams, Mattermost, Google Chat and Markdown take for a format, within a line."""


def cite(text: str) -> str:
    """The text on one line, where nothing acts as a mention, a link or a format in a chat or a page."""
    line = "".join(each if each.isprintable() else " " for each in text[: 4 * _LONGEST])
    line = _LINK.sub("] ", " ".join(line.split()).translate(_OBEYED))
    line = _EMPHASIS.sub("·", _HOST.sub(r"\1 .", _ADDRESS.sub(":∕∕", line)))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
