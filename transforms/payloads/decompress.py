"""Reads a payload, plain or gzipped, in chunks; of a damaged one everything that stands before the damage."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from isal import igzip_lib, isal_zlib

_CHUNK = 1 << 13  # compressed bytes; gzip expands them at most a thousandfold, so a chunk stays under about 8 MB
_GZIP = b"\x1f\x8b"
_IsalError = cast("type[Exception]", igzip_lib.IsalError)  # its stub declares the class as an instance


class DamagedPayload(ValueError):
    """A payload cannot be read any further.

    `reason` is a word of `rejected.reason`: 'damaged_gzip' or 'truncated_file' from this module; readers of a source
    raise it with reasons of their own.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class _Inflater:
    """Decompresses gzip members that follow each other."""

    def __init__(self) -> None:
        self._new_member()

    def _new_member(self) -> None:
        self._member = isal_zlib.decompressobj(16 + isal_zlib.MAX_WBITS)
        self.between_members = True

    def feed(self, data: bytes) -> bytes:
        """Return what `data` decompresses to; raises `IsalError` if it is damaged, and then returns nothing of it."""
        inflated = []
        while data:
            if self.between_members:
                data = data.lstrip(b"\0")  # tapes and disks pad their blocks with zeros
                self.between_members = not data
            inflated.append(self._member.decompress(data))
            data = self._member.unused_data
            if self._member.eof:
                self._new_member()
        return b"".join(inflated)


def read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of `stream` from its current position, decompressed if they begin with gzip's magic number.

    Raises `DamagedPayload` after everything that could be decompressed has been yielded. From a stream that cannot
    seek, up to 8 kB of compressed data before the damage are lost.
    """
    start = stream.tell() if stream.seekable() else None
    head = stream.read(1) + stream.read(1)
    if head == _GZIP:
        yield from _inflated(stream, head, start)
        return
    while head:
        yield head
        head = stream.read(_CHUNK)


def _inflated(stream: BinaryIO, chunk: bytes, start: int | None) -> Iterator[bytes]:
    inflater = _Inflater()
    undamaged = 0  # compressed bytes
    while chunk:
        try:
            inflated = inflater.feed(chunk)
        except _IsalError as error:
            if start is not None:
                yield _before_damage(stream, start, undamaged)
            raise DamagedPayload(
                "damaged_gzip", f"{error}, {undamaged:,} compressed bytes or more from its start"
            ) from error
        yield inflated
        undamaged += len(chunk)
        chunk = stream.read(_CHUNK)
    if not inflater.between_members:
        raise DamagedPayload("truncated_file", f"the gzip data end unfinished after {undamaged:,} compressed bytes")


def _before_damage(stream: BinaryIO, start: int, undamaged: int) -> bytes:
    """Return what the damaged chunk, `undamaged` bytes after `start`, decompresses to before its damage.

    The decompressor discards the output of a chunk in which it finds damage. So everything is decompressed again from
    the start, and the damaged chunk byte by byte.
    """
    stream.seek(start)
    inflater = _Inflater()
    while undamaged:
        chunk = stream.read(min(undamaged, _CHUNK))
        inflater.feed(chunk)
        undamaged -= len(chunk)
    inflated = bytearray()
    try:
        for byte in stream.read(_CHUNK):
            inflated += inflater.feed(bytes((byte,)))
    except _IsalError:
        return bytes(inflated)
    return bytes(inflated)
