"""The body of an answer: whole and unpacked, or an error; packed and unpacked, it is read up to a limit."""

import zlib
from collections.abc import Sequence
from typing import Final

import aiohttp

_CHUNK: Final = 65_536
_PLAIN: Final = frozenset({"", "identity"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})


class UnreadableBody(Exception):
    """A body that is too large, or is not packed as it says; the message has nothing of it."""


async def read_body(response: aiohttp.ClientResponse, most: int) -> tuple[bytes, Sequence[tuple[bytes, bytes]]]:
    """The whole body, unpacked, and the headers that fit it. Raises UnreadableBody, and what aiohttp does."""
    packed = bytearray()
    while chunk := await response.content.read(_CHUNK):
        packed += chunk
        if len(packed) > most:
            raise UnreadableBody(f"the answer is larger than {most} bytes")
    if "Content-Encoding" not in response.headers:
        return bytes(packed), response.raw_headers
    ways = [way.strip().lower() for way in ",".join(response.headers.getall("Content-Encoding")).split(",")]
    headers = [(name, value) for name, value in response.raw_headers if name.lower() != b"content-encoding"]
    return unpacked(bytes(packed), [way for way in ways if way not in _PLAIN], most), headers


def unpacked(body: bytes, ways: Sequence[str], most: int) -> bytes:
    """The body decompressed; the encodings are given in the order in which they were applied."""
    if len(ways) > 2:
        raise UnreadableBody("the answer is packed again and again")
    for way in reversed(ways):
        body = _unpacked(body, way, most)
    return body


def _unpacked(body: bytes, way: str, most: int) -> bytes:
    if not body:
        return body
    if way in _GZIP:
        return _inflated(body, zlib.MAX_WBITS | 16, most)
    if way != "deflate":
        raise UnreadableBody("the answer is packed in a way that was not asked for")
    try:
        return _inflated(body, zlib.MAX_WBITS, most)
    except zlib.error:
        return _inflated(body, -zlib.MAX_WBITS, most)  # as some servers understand the name


def _inflated(body: bytes, window: int, most: int) -> bytes:
    """Raises zlib.error."""
    unpacker = zlib.decompressobj(window)
    found = unpacker.decompress(body, most + 1)
    if len(found) > most:
        raise UnreadableBody(f"the answer is larger than {most} bytes once unpacked")
    if not unpacker.eof:
        raise UnreadableBody("the answer ends before its packing does")
    return found
