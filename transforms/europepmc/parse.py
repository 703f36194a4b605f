"""Europe PMC JSON (search answers, dumps of records) -> documents, rejected; the shape of `transforms.pubmed.parse`.

A payload holds one JSON document or several behind each other: answers of the search service, lists of answers or of
records, or a dump of the older getpapers tool ({"papers": {id: record}}). Rejected, with its reason:

    no_id                     a record without a source or an id
    no_text                   a record with neither title nor abstract (results of type idlist)
    not_a_record              something else where a record should be
    malformed_json            no readable JSON from here on; what stands before is loaded
    truncated_file, damaged_gzip    the payload ends early or is damaged; what stands before is loaded
    too_large                 one document of more than 256 million characters
    source_error              the service answered with an error instead of records
    not_europepmc_json        something else from here on, or nothing at all
"""

import codecs
import datetime as dt
import json
from collections.abc import Iterator
from typing import BinaryIO

from transforms.europepmc.record import Json, read, sound
from transforms.payloads import record_versions as eutils
from transforms.payloads.decompress import DamagedPayload, pieces
from transforms.payloads.parsed import DELETIONS, DOCUMENTS, REJECTED, Parsed

LARGEST_DOCUMENT = 256 << 20
_FIRST_TRY = 1 << 16
_EXCERPT = 2000


def parse(stream: BinaryIO, name: str, *, batch_records: int = 2000) -> Iterator[Parsed]:
    """The records of a payload, plain or gzip'ed, some `batch_records` at a time; at least one `Parsed`, be it empty.

    Versions follow the time of the request in the payload's `name` (`transforms.payloads.record_versions`); in any
    other payload the day the record was revised (else first indexed), then its position.
    """
    loading = _Loading(name)
    first = empty = True
    try:
        for document in _documents(stream):
            empty = False
            records = records_in(document)
            if records is None:
                loading.reject(None, *_no_answer(document), document)
            for record in records or []:
                loading.add(record)
                if loading.size >= batch_records:
                    yield loading.take()
                    first = False
        if empty:
            loading.reject(None, "not_europepmc_json", "the payload holds nothing", "")
    except DamagedPayload as damage:
        loading.reject(None, damage.reason, sound(str(damage)), "")
    if loading.size or first:
        yield loading.take()


class _Loading:
    """Collects rows and numbers them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._requested = eutils.request_version(name)
        self._position = 0
        self._documents: list[dict[str, object]] = []
        self._rejected: list[dict[str, object]] = []

    @property
    def size(self) -> int:
        """How many rows there are to take."""
        return len(self._documents) + len(self._rejected)

    def take(self) -> Parsed:
        """The rows so far, as tables."""
        taken = Parsed(DOCUMENTS.from_rows(self._documents), DELETIONS.empty(), REJECTED.from_rows(self._rejected))
        self._documents, self._rejected = [], []
        return taken

    def add(self, record: Json) -> None:
        """A row for a record, or why there is none."""
        position = self._position
        self._position += 1
        if not isinstance(record, dict):
            self.reject(position, "not_a_record", f"a {type(record).__name__} instead of a record", record)
            return
        row = read(record)
        if row["document_id"] is None:
            self.reject(position, "no_id", "the record has no source or no id", record)
        elif not row["title"] and not row["abstract"]:
            self.reject(position, "no_text", "the record has neither title nor abstract", record, row["document_id"])
        else:
            row["version"] = self._requested or self._dated(row["revised_on"] or row["entered_on"])
            self._documents.append({**row, "raw_file": self._name, "raw_position": position})

    def _dated(self, day: dt.date | None) -> int:
        position = min(self._position, 99_999_999)
        return eutils.version(day.year, 0, day.timetuple().tm_yday, position) if day else position

    def reject(
        self, position: int | None, reason: str, detail: str, told: Json, document_id: str | None = None
    ) -> None:
        """A row for what is not loaded."""
        self._rejected.append({
            "source": "europepmc",
            "raw_file": self._name,
            "raw_position": position,
            "document_id": document_id,
            "reason": reason,
            "detail": detail,
            "excerpt": sound((told if isinstance(told, str) else json.dumps(told, ensure_ascii=False))[:_EXCERPT]),
        })  # fmt: skip


def records_in(document: Json) -> list[Json] | None:
    """The records in a JSON document of one of the known shapes; None for anything else."""
    if isinstance(document, list):
        found = [(inner, records_in(inner) if isinstance(inner, dict) else None) for inner in document]
        return [one for inner, listed in found for one in ([inner] if listed is None else listed)]
    if not isinstance(document, dict):
        return None
    results, papers = document.get("resultList"), document.get("papers")
    if isinstance(results, dict):
        listed = results.get("result")
        return listed if isinstance(listed, list) else [listed] if listed else []
    if isinstance(papers, dict):
        return list(papers.values())
    return [document] if document.keys() >= {"id", "source"} else None


def service_error(document: Json) -> str | None:
    """What went wrong, in the service's words."""
    if not isinstance(document, dict) or "resultList" in document:
        return None
    for name in ("errMsg", "error", "message"):
        if isinstance(document.get(name), str):
            return str(document[name])[:200]
    return None


def _no_answer(document: Json) -> tuple[str, str]:
    """Why a JSON document holds no records: reason and detail."""
    error = service_error(document)
    return ("source_error", f"the service answered: {error}") if error else ("not_europepmc_json", "no search result")


def _documents(stream: BinaryIO) -> Iterator[Json]:
    """The JSON documents in a payload; raises `DamagedPayload` where they end in something else."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="strict")
    text, wanted, damage = "", _FIRST_TRY, None
    source = pieces(stream)
    ended = False
    while not ended:
        gathered = [text]
        size = len(text)
        try:
            while size < wanted and not ended:
                piece = next(source, None)
                ended = piece is None
                gathered.append(decoder.decode(piece or b"", final=ended))
                size += len(gathered[-1])
        except DamagedPayload as damaged:
            ended, damage = True, damaged
        except UnicodeDecodeError as error:
            ended, damage = True, DamagedPayload("malformed_json", f"not UTF-8: {error.reason}")
        text, found, problem = _read_off("".join(gathered))
        yield from found
        wanted = max(_FIRST_TRY, 2 * len(text))
        if wanted > 2 * LARGEST_DOCUMENT:
            raise DamagedPayload("too_large", f"a document of more than {LARGEST_DOCUMENT:,} characters")
        if problem and problem.reason == "not_europepmc_json":
            raise problem
    if damage or problem:
        raise damage or problem or AssertionError


def _read_off(text: str) -> tuple[str, list[Json], DamagedPayload | None]:
    """What is left of a text after the whole documents at its beginning, those, and what ails the rest."""
    decoder = json.JSONDecoder()
    found: list[Json] = []
    text = text.lstrip()
    while text:
        if not text.startswith(("{", "[")):
            return text, found, DamagedPayload("not_europepmc_json", f"neither object nor list: {text[:40]!r}")
        try:
            document, end = decoder.raw_decode(text)
        except RecursionError:
            return text, found, DamagedPayload("malformed_json", "nested too deeply")
        except json.JSONDecodeError as error:
            early = error.pos >= len(text) - 1 or error.msg.startswith("Unterminated")
            return text, found, DamagedPayload("truncated_file" if early else "malformed_json", str(error))
        except ValueError as error:
            return text, found, DamagedPayload("malformed_json", str(error))
        found.append(document)
        text = text[end:].lstrip()
    return text, found, None
