"""A page that hangs or breaks the extraction affects no other page."""

import os
import threading
import time

import pytest

from flows.prepare.extraction_worker import Extractor, WorkerDidNotStart
from tests.support.made_pages import article, elsevier
from transforms.web.result import Extraction, Rejection

PAGE = elsevier(article("structured")).encode()


def behave(html, url, mode):
    """Behaves as the page demands."""
    if html == b"hang":
        while True:
            pass
    if html == b"die":
        os._exit(3)
    if html == b"raise":
        raise ValueError("no such page")
    if html == b"swallow memory":
        return Rejection("ate", str(len(bytearray(8 << 30))))
    return Rejection("done", f"{html.decode()} {url} {mode}")


class Unloadable:
    """Ends the worker that unpickles it."""

    def __reduce__(self):
        return os._exit, (4,)


def is_running(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def extractor():
    with Extractor(timeout_s=1.0, memory_mb=4096, extract=behave) as extractor:
        yield extractor


@pytest.mark.timeout(120)
def test_a_hanging_page_is_rejected_and_the_next_one_extracted(extractor):
    extractor.extract(b"a", "u")
    worker = extractor.process_id
    begun = time.monotonic()
    assert extractor.extract(b"hang", "u") == Rejection("timed_out", "not done after 1 s")
    assert time.monotonic() - begun < 10
    assert not is_running(worker)
    assert extractor.extract(b"next", "u", "article") == Rejection("done", "next u article")
    assert extractor.process_id != worker


def test_one_worker_serves_page_after_page(extractor):
    extractor.extract(b"a", "u")
    worker = extractor.process_id
    assert extractor.extract(b"b", "u") == Rejection("done", "b u abstract")
    assert extractor.process_id == worker


def test_a_worker_that_dies_is_reported_and_replaced(extractor):
    assert extractor.extract(b"die", "u") == Rejection("crashed", "the worker died over the page (exit code 3)")
    assert extractor.extract(b"next", "u").reason == "done"


def test_an_error_is_the_reason_of_the_rejection(extractor):
    assert extractor.extract(b"raise", "u") == Rejection("failed", "ValueError: no such page")


def test_memory_is_limited(extractor):
    assert extractor.extract(b"swallow memory", "u").reason == "failed"


def test_threads_get_their_own_results(extractor):
    answers = {}

    def ask(name):
        answers[name] = extractor.extract(name.encode(), "u").detail

    threads = [threading.Thread(target=ask, args=(f"page{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {f"page{number}": f"page{number} u abstract" for number in range(20)}


def test_closing_ends_the_worker():
    with Extractor(extract=behave) as extractor:
        extractor.extract(b"a", "u")
        worker = extractor.process_id
        assert is_running(worker)
    assert not is_running(worker)
    assert extractor.process_id is None


def test_a_worker_that_cannot_start_is_an_error():
    with Extractor(extract=Unloadable()) as extractor, pytest.raises(WorkerDidNotStart, match="exit code 4"):
        extractor.extract(b"a", "u")


def test_the_worker_extracts_like_a_direct_call():
    with Extractor() as extractor:
        found = extractor.extract(PAGE, "https://example.org/made")
    assert isinstance(found, Extraction)
    assert found.abstract == article("structured").plain
