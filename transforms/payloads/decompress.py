"""The bytes of a payload, plain or gzip'ed, in pieces; of a damaged one all that stand before the damage."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from isal import igzip_lib, isal_zlib

_PIECE = 1 << 13  # of gzip data at most a thousandfold when decompressed
_GZIP = b"\x1f\x8b"
_IsalError = cast("type[Exception]", igzip_lib.IsalError)  # its stub declares the class as an instance


class DamagedPayload(ValueError):
    """The payload's compression is damaged (`reason` 'damaged_gzip') or ends too early ('truncated_file')."""

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
        """What `data` decompresses to; raises `IsalError`."""
        inflated = []
        while data:
            if self.between_members:
                data = data.lstrip(b"\0")  # tape and disk blocks are filled with zeros
                self.between_members = not data
            inflated.append(self._member.decompress(data))
            data = self._member.unused_data
            if self._member.eof:
                self._new_member()
        return b"".join(inflated)


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of `stream` from where it stands, decompressed if they begin as gzip does; raises `DamagedPayload`.

    Damage is noticed some way behind its place: what lies between is delivered as it decompresses.
    """
    start = stream.tell() if stream.seekable() else None
    head = stream.read(1) + stream.read(1)
    if head == _GZIP:
        yield from _inflated(stream, head, start)
        return
    while head:
        yield head
        head = stream.read(_PIECE)


def _inflated(stream: BinaryIO, piece: bytes, start: int | None) -> Iterator[bytes]:
    inflater = _Inflater()
    sound = 0
    while piece:
        try:
            inflated = inflater.feed(piece)
        except _IsalError as error:
            if start is not None:
                yield _before_damage(stream, start, sound)
            raise DamagedPayload(
                "damaged_gzip", f"{error}, {sound:,} compressed bytes or more from its start"
            ) from error
        yield inflated
        sound += len(piece)
        piece = stream.read(_PIECE)
    if not inflater.between_members:
        raise DamagedPayload("truncated_file", f"the gzip data end unfinished after {sound:,} compressed bytes")


def _before_damage(stream: BinaryIO, start: int, sound: int) -> bytes:
    """What the damaged piece, `sound` bytes on, holds before its damage: the decompressor gives up a piece whole."""
    stream.seek(start)
    inflater = _Inflater()
    while sound:
        piece = stream.read(min(sound, _PIECE))
        inflater.feed(piece)
        sound -= len(piece)
    inflated = bytearray()
    try:
        for byte in stream.read(_PIECE):
            inflated += inflater.feed(bytes((byte,)))
    except _IsalError:
        return bytes(inflated)
    return bytes(inflated)
