"""Tax databases that are not in UTF-8: what is read arrives in UTF-8, what is written is what they can hold.

The bytes of one in SQL_ASCII are taken for UTF-8, which PostgreSQL checks; whoever knows better says so in the
``client_encoding`` of the connection.
"""

import codecs
import json
import re
from collections.abc import Callable
from typing import Final, LiteralString, cast

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.string import StrDumperUnknown

from relances.rules.errors import Blocked
from relances.rules.lettres import held_by
from relances.store.database import UNKNOWN, encoding_of

_TEXT_TYPES: Final = ("text", "varchar", "bpchar", "name")
_LATIN: Final = frozenset({"LATIN1", "LATIN9"})
# In an older encoding, their two or three bytes of UTF-8 are what no French text has: Ã©, â€™. Those of a Chinese
# letter may be an é before a space and a guillemet.
_LATIN_LETTERS: Final = re.compile("[\0-\u036f\u2000-\u20cf]*")
_BACKSLASHES: Final = dict.fromkeys(map(ord, "\uff3c\ufe68"), r"\\")  # a plain one means something else to COPY
_CONTROLS: Final = re.compile(rb"\xc2([\x80-\x9f])")  # in UTF-8, what Windows-1252 has letters for


def adapt(connection: psycopg.Connection, base: str, asked: str | None = None) -> None:
    """Make a new connection read and write what its database can hold; ``base``: what to call it.

    ``asked``: the client_encoding of who knows what the bytes of a database in SQL_ASCII are. Blocked where that is
    no encoding.
    """
    if encoding_of(connection) == UNKNOWN and asked is not None:
        _speak(connection, base, asked)
        for name in _TEXT_TYPES:
            connection.adapters.register_loader(name, _UnknownLoader)
        connection.adapters.register_loader("json", _UnknownJsonLoader)  # of a plan, which quotes the statement
    if _codec(connection) is not None:
        connection.adapters.register_dumper(str, _HeldDumper)


def held_statement(connection: psycopg.Connection, statement: LiteralString) -> LiteralString:
    """The statement with a question mark for what its database has no letter for, in its comments for the most part."""
    codec = _codec(connection)
    if codec is None or statement.isascii():
        return statement
    return statement.encode(codec, "replace").decode(codec)  # no quote comes of it


def utf8_rows(connection: psycopg.Connection) -> Callable[[bytes], bytes]:
    """A function that turns the rows of a COPY in text format into UTF-8."""
    if encoding_of(connection) in _LATIN:
        return _as_windows_meant
    codec = _codec(connection)
    if encoding_of(connection) != UNKNOWN or codec is None:
        return bytes
    return lambda row: _as_windows_meant(b"\t".join(_decoded(field, codec).encode() for field in row.split(b"\t")))


def held_rows(connection: psycopg.Connection) -> Callable[[bytes], bytes]:
    """A function that turns rows in UTF-8 of a COPY in text format into what this database can hold."""
    codec = _codec(connection)
    if codec is None:
        return bytes
    spoken = connection.info.encoding
    return lambda rows: (
        rows if rows.isascii() else held_by(codec, rows.decode().translate(_BACKSLASHES)).encode(spoken, "replace")
    )


class _HeldDumper(StrDumperUnknown):
    """Writes what the database has no letter for in plainer ones: an apostrophe must not fail a whole write-back."""

    def dump(self, obj: str) -> Buffer | None:
        codec = None if self.connection is None else _codec(cast(psycopg.Connection, self.connection))
        return super().dump(obj if codec is None or obj.isascii() else held_by(codec, obj))


class _UnknownLoader(Loader):
    """Reads text of a database in SQL_ASCII."""

    def load(self, data: Buffer) -> object:
        connection = self.connection
        return _decoded(bytes(data), "utf-8" if connection is None else connection.info.encoding)


class _UnknownJsonLoader(_UnknownLoader):
    """Reads JSON of a database in SQL_ASCII."""

    def load(self, data: Buffer) -> object:
        return json.loads(str(super().load(data)))


def _codec(connection: psycopg.Connection) -> str | None:
    """The Python codec of the texts that this database can hold; None where it holds any text."""
    server = encoding_of(connection)
    try:
        codec = codecs.lookup(connection.info.encoding if server == UNKNOWN else server.replace("WIN", "cp")).name
    except LookupError:
        return "ascii"  # which all of them hold
    return None if codec == "utf-8" else codec


def _speak(connection: psycopg.Connection, base: str, asked: str) -> None:
    try:
        connection.execute("SELECT set_config('client_encoding', %s, false)", (asked,))
        codecs.lookup(connection.info.encoding)
    except (psycopg.DataError, psycopg.NotSupportedError, LookupError):
        raise Blocked(
            f"base {base}, d'encodage {UNKNOWN} : le client_encoding du champ Extra de sa connexion n'est pas un "
            "encodage qui peut se lire ; écrivez UTF8, WIN1252 ou LATIN1 dans Admin → Connections",
            "its client_encoding is no encoding that can be read: give UTF8, WIN1252 or LATIN1",
        ) from None


def _decoded(text: bytes, codec: str) -> str:
    """The text, read as UTF-8 where it can be nothing else, as some programs write it; otherwise by ``codec``."""
    try:
        found = text.decode("utf-8")
        if _LATIN_LETTERS.fullmatch(found):
            return found
    except UnicodeDecodeError:
        pass
    try:
        return text.decode(codec)
    except UnicodeDecodeError:
        # As PostgreSQL does: what a text says is nobody's business but its owner's.
        raise psycopg.errors.CharacterNotInRepertoire(f"a text is neither UTF-8 nor {codec}") from None


def _as_windows_meant(row: bytes) -> bytes:
    """The row with the œ and ’ that Windows programs left in a Latin-1 database as control characters."""
    return _CONTROLS.sub(lambda found: found[1].decode("cp1252", "ignore").encode() or found[0], row)
