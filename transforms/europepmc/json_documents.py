"""The JSON documents in a payload, read while it arrives; damage and values nested too deeply harm only themselves.

A payload holds one JSON document or several one after the other. Python's decoder gives up at a document in which any
value is nested more than about a thousand deep, and at a number of more than 4,300 digits. Here the inner part of such
a value is replaced by null, which leaves it deeper than a record may be, so that only its record is rejected; and a
number of more than 20 digits is kept as text.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from transforms.europepmc.record import Json
from transforms.payloads.decompress import DamagedPayload, read_chunks

LARGEST_DOCUMENT = 256 << 20
"""Characters of one JSON document."""
_FIRST_READ = 1 << 16
_DEEPEST = 200  # deeper than a record may be, and within the decoder's limit
_MOST_DIGITS = 20
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
"""A string, whose brackets do not count, or a bracket. An unfinished string reaches to the end, so it is read once."""


def json_documents(stream: BinaryIO) -> Iterator[Json]:
    """Yield the JSON documents of a payload; raises `DamagedPayload` where something else follows them.

    The text is read until it holds a whole document. A document that is still incomplete is decoded again from its
    start, so twice as much is read each time: a document of n characters is scanned about 2n characters in all.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="strict")
    text, wanted, damage = "", _FIRST_READ, None
    chunks = read_chunks(stream)
    ended = False
    while not ended:
        read = [text]
        size = len(text)
        try:
            while size < wanted and not ended:
                chunk = next(chunks, None)
                ended = chunk is None
                read.append(decoder.decode(chunk or b"", final=ended))
                size += len(read[-1])
        except DamagedPayload as error:
            ended, damage = True, error
        except UnicodeDecodeError as error:
            ended, damage = True, DamagedPayload("malformed_json", f"not UTF-8: {error.reason}")
        text, documents, problem = _decode_documents("".join(read))
        yield from documents
        wanted = max(_FIRST_READ, 2 * len(text))
        if wanted > 2 * LARGEST_DOCUMENT:
            raise DamagedPayload("too_large", f"a document of more than {LARGEST_DOCUMENT:,} characters")
        # Any other problem may only mean that the rest of the document has not been read yet.
        if problem and problem.reason == "not_europepmc_json":
            raise problem
    if damage or problem:
        raise damage or problem or AssertionError


def _decode_documents(text: str) -> tuple[str, list[Json], DamagedPayload | None]:
    """Decode the whole documents at the beginning of `text`: return the text after them, them, and why it stopped.

    '{"a": 1} [2] {"b":'  ->  '{"b":', [{"a": 1}, [2]], DamagedPayload("truncated_file")
    """
    decoder = json.JSONDecoder(parse_int=_integer)
    documents: list[Json] = []
    text = text.lstrip()
    while text:
        if not text.startswith(("{", "[")):
            return text, documents, DamagedPayload("not_europepmc_json", f"neither object nor list: {text[:40]!r}")
        try:
            document, end = decoder.raw_decode(text)
        except RecursionError:
            if (shallow := _without_deep_values(text)) == text:  # the deep value has not been read to its end
                return text, documents, DamagedPayload("malformed_json", "nested too deeply")
            text = shallow
            continue
        except json.JSONDecodeError as error:
            early = error.pos >= len(text) - 1 or error.msg.startswith("Unterminated")
            return text, documents, DamagedPayload("truncated_file" if early else "malformed_json", str(error))
        documents.append(document)
        text = text[end:].lstrip()
    return text, documents, None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _without_deep_values(text: str) -> str:
    """Return the text with every complete value nested more than `_DEEPEST` deep replaced by null."""
    kept: list[str] = []
    depth = begin = cut_from = 0
    for token in _TOKEN.finditer(text):
        mark = token[0][0]
        if mark in "[{":
            depth += 1
            if depth == _DEEPEST + 1:
                cut_from = token.start()
        elif mark in "]}":
            depth -= 1
            if depth == _DEEPEST:
                kept += [text[begin:cut_from], "null"]
                begin = token.end()
    return "".join([*kept, text[begin:]])


def json_excerpt(value: Json, length: int) -> str:
    """Return the first characters of a value as JSON, without encoding the rest of it."""
    excerpt = ""
    try:
        for piece in json.JSONEncoder(ensure_ascii=False).iterencode(value):
            excerpt += piece[:length]
            if len(excerpt) >= length:
                break
    except RecursionError:
        pass  # the beginning of a value that is nested too deeply is enough
    return excerpt[:length]
