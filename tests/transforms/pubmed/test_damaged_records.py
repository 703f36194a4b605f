"""Damaged, foreign and hostile payloads: what can be read is loaded, the rest is rejected with its reason."""

import gzip
import io
import os
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.pubmed_samples import ParsedRows, article, date_xml, gzipped, parse_bytes, payload
from transforms.pubmed import slices as pubmed_slices
from transforms.pubmed.parse import parse

FIVE = [article(n, f"<ArticleTitle>Horse {n}.</ArticleTitle>") for n in range(1, 6)]


def with_third(record: str) -> ParsedRows:
    """Five records, the third replaced."""
    return parse_bytes(payload(*FIVE[:2], record, *FIVE[3:]))


@pytest.mark.parametrize(
    ("old", "new", "reason", "document_id"),
    [
        ("</MedlineCitation>", "", "malformed_xml", "pubmed:3"),
        ("<ArticleTitle>", "<ArticleTitle", "malformed_xml", "pubmed:3"),
        ("Horse", "Horse & foal", "malformed_xml", "pubmed:3"),
        ("Horse", "Horse \x01", "malformed_xml", "pubmed:3"),
        ("Horse", "<Horse", "malformed_xml", "pubmed:3"),
        ("Horse", "Horse&nbsp;", "undefined_entity", "pubmed:3"),
        ("Horse", "<!-- Horse", "malformed_xml", "pubmed:3"),
        ("Horse", "<![CDATA[ Horse", "malformed_xml", "pubmed:3"),
        ("Horse", "<? Horse", "malformed_xml", "pubmed:3"),
        ("Horse", '<!DOCTYPE x [<!ENTITY e "x">]>', "entity_declaration", "pubmed:3"),
        ("</PubmedArticle>", "", "malformed_xml", "pubmed:3"),
        ("<PubmedArticle>", "", "malformed_xml", "pubmed:3"),
        ("<PubmedArticle>", "<PubmedArticl>", "malformed_xml", "pubmed:3"),
        ("3</PMID>", "</PMID>", "no_pmid", None),
        ("3</PMID>", "99999999999999999999</PMID>", "no_pmid", None),
        ('<PMID Version="1">3</PMID>', "", "no_pmid", None),
        ("<ArticleTitle>", "<AffiliationInfo><ArticleTitle>", "malformed_xml", "pubmed:3"),
        ("<ArticleTitle>", "</AffiliationInfo><ArticleTitle>", "malformed_xml", "pubmed:3"),
        ("<ArticleTitle>", "<ReferenceList><ArticleTitle>", "malformed_xml", "pubmed:3"),
        ("Horse", "<a>" * 300 + "</a>" * 300, "malformed_xml", "pubmed:3"),
    ],
)
def test_only_the_damaged_record_is_rejected(old: str, new: str, reason: str, document_id: str | None) -> None:
    read = with_third(FIVE[2].replace(old, new, 1))
    assert read.pmids == [1, 2, 4, 5]
    assert [row["raw_position"] for row in read.documents] == [0, 1, 3, 4]
    [row] = read.rejected
    assert (row["reason"], row["raw_position"], row["document_id"]) == (reason, 2, document_id)
    assert (row["source"], row["raw_file"]) == ("pubmed", "pubmed21n0007.xml.gz")
    assert row["detail"]


def test_damage_in_the_references_does_not_reject_a_record() -> None:
    cited = article(3, data="<ReferenceList><Reference><Citation>A & B</Citation></ReferenceList>")
    assert parse_bytes(payload(FIVE[0], cited)).pmids == [1, 3]
    read = parse_bytes(payload(FIVE[0], FIVE[1].replace("Horse", "&"), cited))
    assert (read.pmids, read.reasons) == ([1, 3], ["malformed_xml"])


def test_a_rejected_record_has_its_position_and_offset() -> None:
    data = payload(*FIVE[:2], FIVE[2].replace("Horse", "&" + "\u00e9" * 5000), *FIVE[3:])
    [row] = parse_bytes(data).rejected
    assert data[row["byte_offset"] :].startswith(FIVE[2][:80].encode())
    assert len(row["excerpt"]) == 2000
    assert row["excerpt"].startswith("<PubmedArticle>")


def test_a_comment_may_span_two_records() -> None:
    opened, closed = FIVE[1].replace("Horse", "<!--"), FIVE[3].replace("Horse", "-->")
    read = parse_bytes(payload(FIVE[0], opened, FIVE[2], closed, FIVE[4]))
    assert (read.pmids, read.reasons) == ([1, 2, 5], [])
    assert read.documents[1]["title"] == "4."


def test_many_comments_without_an_end_take_linear_time() -> None:
    endless = FIVE[2].replace("Horse", "<!-- <? <![CDATA[ " * 50_000)
    read = parse_bytes(payload(*FIVE[:2], endless, *FIVE[3:], "<!-- <? <![CDATA[ " * 50_000))
    assert (read.pmids, read.reasons) == ([1, 2, 4, 5], ["malformed_xml", "not_pubmed_xml"])


@pytest.mark.parametrize("hidden", ["</PubmedArticle>", "<PubmedArticle>", "<AffiliationInfo>", "</ReferenceList>"])
@pytest.mark.parametrize("around", ["<!-- {} -->", "<!-- a --><!-- <!-- {} -->", "<![CDATA[{}]]>"])
def test_tags_in_comments_and_cdata_are_ignored(around: str, hidden: str) -> None:
    read = with_third(FIVE[2].replace("Horse", around.format(hidden)))
    assert (read.pmids, read.reasons) == ([1, 2, 3, 4, 5], [])
    assert read.documents[2]["title"] == (f"{hidden} 3." if "CDATA" in around else "3.")


def test_a_record_in_a_comment_is_ignored() -> None:
    assert parse_bytes(payload(FIVE[0], f"<!-- {FIVE[1]} -->", FIVE[2])).pmids == [1, 3]


@pytest.mark.parametrize("between", ["<!-- a -->", "<?x y?>", "\n \t", "</PubmedArticleSet><PubmedArticleSet>"])
def test_white_space_and_comments_between_records_are_skipped(between: str) -> None:
    read = parse_bytes(payload(FIVE[0], between, FIVE[1]))
    assert (read.pmids, read.reasons) == ([1, 2], [])


@pytest.mark.parametrize("between", ["junk", "<New>thing</New>", "<!-- never closed", "<![CDATA[x]]>"])
def test_anything_else_between_records_is_rejected(between: str) -> None:
    read = parse_bytes(payload(FIVE[0], between, FIVE[1]))
    assert (read.pmids, read.reasons) == ([1, 2], ["not_pubmed_xml"])
    assert read.rejected[0]["raw_position"] is None
    assert [row["raw_position"] for row in read.documents] == [0, 1]


def test_concatenated_files() -> None:
    both = payload(*FIVE[:2]) + payload(*FIVE[2:])
    assert parse_bytes(both).pmids == [1, 2, 3, 4, 5]
    members = gzipped(payload(*FIVE[:2])) + gzipped(payload(*FIVE[2:])) + b"\0" * 512
    read = parse_bytes(members)
    assert (read.pmids, read.reasons) == ([1, 2, 3, 4, 5], [])


@pytest.mark.parametrize(
    "data", [payload(), b"<PubmedArticleSet/>", b"\xef\xbb\xbf<PubmedArticleSet></PubmedArticleSet>"]
)
def test_an_empty_set_is_not_rejected(data: bytes) -> None:
    assert parse_bytes(data) == ParsedRows([], [], [])


def test_records_without_a_set_are_read() -> None:
    assert parse_bytes(FIVE[0].encode()).pmids == [1]
    assert parse_bytes("\n".join(FIVE).encode()).reasons == []


@pytest.mark.parametrize(
    "data",
    [
        b"", b" \n", b"<?xml version='1.0'?>", b"plain text", b"\x89PNG\r\n\x1a\n\0\0",
        b"<!DOCTYPE html><html><body><!-- x --><h1>502 Bad Gateway</h1></body></html>",
        b"<eSearchResult><Count>0</Count></eSearchResult>", b"<!-- never closed", b"<!DOCTYPE x [ never closed",
        b"\x1f", gzip.compress(b"<html/>", mtime=0), gzip.compress(b"", mtime=0),
    ],
)  # fmt: skip
def test_other_payloads_are_not_pubmed_xml(data: bytes) -> None:
    read = parse_bytes(data)
    assert (read.documents, read.deletions, read.reasons) == ([], [], ["not_pubmed_xml"])
    assert read.rejected[0]["raw_position"] is None


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><eFetchResult>\n<ERROR>Too busy</ERROR>\n</eFetchResult>',
        b"<PubmedArticleSet><ERROR>Too busy</ERROR></PubmedArticleSet>",
        b'{"error":"Too busy","count":"5"}',
        b"<eFetchResult><ERROR>Too busy",
    ],
)
def test_an_error_of_the_service(data: bytes) -> None:
    read = parse_bytes(data)
    assert (read.documents, read.reasons) == ([], ["source_error"])
    assert "Too busy" in read.rejected[0]["detail"]


def test_an_error_after_the_first_records() -> None:
    read = parse_bytes(payload(*FIVE)[:-21] + b"<ERROR>Too busy</ERROR>")
    assert (read.pmids, read.reasons) == ([1, 2, 3, 4, 5], ["source_error", "truncated_file"])


@pytest.mark.parametrize("zip_it", [False, True])
def test_a_truncated_file(zip_it: bool) -> None:
    whole = payload(*FIVE)
    for cut in range(0, len(whole) - 3, 50 if zip_it else 1):
        data = gzipped(whole[:cut]) if zip_it else whole[:cut]
        read = parse_bytes(data)
        assert read.pmids == [n for n in range(1, 6) if whole.find(FIVE[n - 1].encode()) + len(FIVE[n - 1]) <= cut]
        expected = "truncated_file" if cut >= whole.find(b"Set>") + 4 else "not_pubmed_xml"
        assert read.reasons == [expected], cut


def test_a_truncated_record_takes_a_position() -> None:
    whole = payload(*FIVE)
    [row] = parse_bytes(whole[: whole.index(b"Horse 3")]).rejected
    assert (row["raw_position"], row["document_id"]) == (2, "pubmed:3")
    assert whole[row["byte_offset"] :].startswith(FIVE[2].encode())


def many(count: int) -> list[str]:
    """Records that do not compress well."""
    return [article(n, f"<ArticleTitle>{os.urandom(400).hex()}</ArticleTitle>") for n in range(1, count + 1)]


def test_a_truncated_gzip_file() -> None:
    data = gzipped(payload(*many(300)))
    read = parse_bytes(data[: len(data) // 2])
    assert read.reasons == ["truncated_file"]
    assert 145 <= len(read.pmids) <= 155
    assert read.pmids == list(range(1, len(read.pmids) + 1))
    assert parse_bytes(data[:-4]).reasons == ["truncated_file"]


class NotSeekable(io.BytesIO):
    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("stream_type", [io.BytesIO, NotSeekable])
def test_a_damaged_gzip_file(stream_type: type[io.BytesIO]) -> None:
    data = bytearray(gzipped(payload(*many(300))))
    middle = len(data) // 2
    data[middle : middle + 2000] = b"\xff" * 2000
    documents = [p.documents for p in parse(stream_type(bytes(data)), "x.xml.gz")]
    rejected = [row for p in parse(stream_type(bytes(data)), "x.xml.gz") for row in p.rejected.to_pylist()]
    loaded = sum(table.num_rows for table in documents)
    assert 145 <= loaded <= 152 if stream_type is io.BytesIO else loaded > 60
    assert rejected[-1]["reason"] == "damaged_gzip"
    assert [row["reason"] for row in rejected].count("damaged_gzip") == 1


def test_a_small_damaged_gzip_file_loses_nothing_before_the_damage() -> None:
    data = bytearray(gzipped(payload(*FIVE)))
    data[-8] ^= 1  # the checksum
    read = parse_bytes(bytes(data))
    assert (read.pmids, read.reasons) == ([1, 2, 3, 4, 5], ["damaged_gzip"])


def test_bytes_after_gzip_data_are_reported() -> None:
    read = parse_bytes(gzipped(payload(*FIVE)) + b"this is rubbish")
    assert (read.pmids, read.reasons) == ([1, 2, 3, 4, 5], ["damaged_gzip"])


@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE PubmedArticleSet [<!ENTITY e "x">]>',
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "x.dtd" [\n<!-- c --> <!ENTITY % p SYSTEM "file:///x"> %p;\n]  >',
        b'<!DOCTYPE PubmedArticleSet [<!-- ]> --><!ENTITY e "x">]>',
    ],
)
def test_entity_declarations_refuse_the_payload(prolog: bytes) -> None:
    read = parse_bytes(prolog + b"<PubmedArticleSet>" + "".join(FIVE).encode() + b"</PubmedArticleSet>")
    assert (read.documents, read.reasons) == ([], ["entity_declaration"])


def test_an_internal_subset_without_entities_is_accepted() -> None:
    prolog = b"<!DOCTYPE PubmedArticleSet [<!ELEMENT x ANY>]>"
    assert parse_bytes(prolog + b"<PubmedArticleSet>" + FIVE[0].encode() + b"</PubmedArticleSet>").pmids == [1]


ACCENTED = payload(article(1, "<ArticleTitle>S\u00e9zary syndrome.</ArticleTitle>")).decode()


@pytest.mark.parametrize("declared", ["ISO-8859-1", "iso-8859-15", "windows-1252", "utf-16", "UTF-16LE", "utf-32"])
@pytest.mark.parametrize("packed", [False, True])
def test_other_encodings_are_read(declared: str, packed: bool) -> None:
    data = ACCENTED.replace('"utf-8"', f'"{declared}"').encode(declared)
    read = parse_bytes(gzipped(data) if packed else data)
    assert ([row["title"] for row in read.documents], read.reasons) == (["S\u00e9zary syndrome."], [])


def test_what_an_encoding_cannot_hold_ends_the_payload_after_the_records_before() -> None:
    data = payload(*FIVE[:2], "\u20ac" * 3000).decode().replace('"utf-8"', '"gb2312"').encode("gb2312", "replace")
    read = parse_bytes(data.replace(b"?" * 3000, b"\xff" * 3000))
    assert (len(read.documents) <= 2, read.reasons[-1]) == (True, "unsupported_encoding")


@pytest.mark.parametrize("name", ["EBCDIC-CP-US", "utf-7", "nonsense"])
def test_an_unknown_encoding_is_refused(name: str) -> None:
    read = parse_bytes(payload(FIVE[0]).replace(b'"utf-8"', f'"{name}"'.encode()))
    assert (read.documents, read.reasons) == ([], ["unsupported_encoding"])


def test_answers_of_two_encodings_after_each_other_are_not_mixed() -> None:
    latin = ACCENTED.replace('"utf-8"', '"ISO-8859-1"').encode("iso-8859-1")
    assert len(parse_bytes(latin + latin).documents) == 2
    assert parse_bytes(payload(FIVE[0]) + latin).reasons == ["unsupported_encoding"]


def test_a_set_of_medline_citations_is_read() -> None:
    citations = [
        record[record.index("<MedlineCitation ") : record.index("<PubmedData>")].replace(
            "<Article ", f"{date_xml('DateCreated', '1999-02-03')}<Article "
        )
        for record in FIVE[:3]
    ]
    deleted = "<DeleteCitation><PMID>9</PMID></DeleteCitation>"
    content = "\n".join([*citations[:2], citations[2].replace("</Article>", ""), deleted])
    read = parse_bytes(f"<MedlineCitationSet>{content}</MedlineCitationSet>".encode(), "medline14n0001.xml.gz")
    assert (read.pmids, read.reasons) == ([1, 2], ["malformed_xml"])
    assert [row["document_id"] for row in read.deletions] == ["pubmed:9"]
    assert read.documents[0]["title"] == "Horse 1."
    assert str(read.documents[0]["entered_on"]) == "1999-02-03"


def test_invalid_utf8_rejects_only_its_record() -> None:
    data = payload(*FIVE).replace(b"Horse 3", b"Horse \xe9 3")
    read = parse_bytes(data)
    assert (read.pmids, read.reasons) == ([1, 2, 4, 5], ["malformed_xml"])


def test_a_record_that_is_too_large_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubmed_slices, "LARGEST_RECORD", 100_000)
    large = FIVE[2].replace("Horse", "x" * 200_000)
    for record in (large, large.replace("</PubmedArticle>", ""), large.replace("Horse", "<!--")):
        read = with_third(record)
        assert (read.pmids, read.reasons) == ([1, 2, 4, 5], ["too_large"])
        assert (read.rejected[0]["raw_position"], read.rejected[0]["document_id"]) == (2, "pubmed:3")
        assert [row["raw_position"] for row in read.documents] == [0, 1, 3, 4]


class Endless(io.RawIOBase):
    """`start`, then `filling` until `size` bytes were read."""

    def __init__(self, start: bytes, filling: bytes, size: int) -> None:
        self.left, self.start, self.filling = size, start, filling

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = (self.start + self.filling * (size // len(self.filling) + 1))[: min(size, self.left)]
        self.start, self.left = self.start[len(chunk) :], self.left - len(chunk)
        return chunk


UNFINISHED = payload(FIVE[0])[: -len("</PubmedArticleSet>\n")]


@pytest.mark.parametrize(
    ("start", "filling", "reason"),
    [
        (UNFINISHED + FIVE[1][:120].encode(), b"x" * 1000, "too_large"),
        (UNFINISHED + FIVE[1][:120].encode(), b"<!-- ", "too_large"),
        (UNFINISHED + FIVE[1][:120].encode(), b"<!-- --> <? ", "too_large"),
        (UNFINISHED + b"<!-- ", b"x" * 1000, "truncated_file"),
        (UNFINISHED, b"<PubmedArticleSet ", "truncated_file"),
        (b"", b"<!DOCTYPE x [", "not_pubmed_xml"),
        (b"<html>", b"<p>no end</p>", "not_pubmed_xml"),
    ],
)
def test_an_endless_payload_needs_little_memory(
    monkeypatch: pytest.MonkeyPatch, start: bytes, filling: bytes, reason: str
) -> None:
    monkeypatch.setattr(pubmed_slices, "LARGEST_RECORD", 1 << 20)
    stream = Endless(start, filling, 20 << 20)
    tracemalloc.start()
    rejected = [row for p in parse(stream, "x.xml") for row in p.rejected.to_pylist()]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rejected[0]["reason"] == reason
    assert len(rejected) <= 2
    assert peak < 12 << 20


def test_a_gzip_bomb_needs_little_memory() -> None:
    bomb = gzip.compress(UNFINISHED + b"<PubmedArticle>" + b" " * (100 << 20), compresslevel=6)
    tracemalloc.start()
    [parsed] = parse(io.BytesIO(bomb), "x.xml.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert parsed.rejected["reason"].to_pylist() == ["too_large", "truncated_file"]
    assert peak < 128 << 20


def test_deletions_survive_a_damaged_record_before_them() -> None:
    deleted = "<DeleteCitation><PMID Version='1'>8</PMID></DeleteCitation>"
    read = parse_bytes(payload(FIVE[0], FIVE[1].replace("</PubmedArticle>", ""), deleted))
    assert (read.pmids, read.reasons) == ([1], ["malformed_xml"])
    assert [row["document_id"] for row in read.deletions] == ["pubmed:8"]


def test_empty_records() -> None:
    read = parse_bytes(payload(FIVE[0], "<PubmedArticle/>", FIVE[1], "<PubmedArticle></PubmedArticle>"))
    assert (read.pmids, read.reasons) == ([1, 2], ["no_pmid", "no_pmid"])


def test_an_impossible_revision_date_does_not_reject_a_record() -> None:
    read = with_third(article(3, head=date_xml("DateRevised", "2021-02-31")))
    assert read.reasons == []
    assert str(read.documents[2]["revised_on"]) == "2021-02-01"


NAMES = st.sampled_from(
    """MedlineCitation PMID Article BookDocument Book Journal PubDate Year ArticleTitle BookTitle Abstract AbstractText
    AuthorList Author LastName ForeName Initials CollectiveName Language PublicationType KeywordList Keyword RefSource
    CommentsCorrections MeshHeadingList PubmedData PubMedPubDate ArticleIdList ArticleId ELocationID ReferenceList i
    DateRevised Day AbstractTexts Articl""".split()  # noqa: SIM905
)
ATTRIBUTES = st.sampled_from(
    ["", ' IdType="doi"', " EIdType='doi'", ' Label="A>B"', ' PubStatus = "entrez"', " a='\"'", "\n RefType='Cites'"]
)
TEXTS = st.sampled_from(
    ["", "12", " ", "a > b", "]]", "&gt;", "\u2009x", "<!-- <PMID> > -->", "<?x > y?>", "<![CDATA[<i>]]>"]
)


def elements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, parts, end: f"<{name}{attributes}>{''.join(parts)}</{name}{end}>",
        NAMES,
        ATTRIBUTES,
        st.lists(inner, max_size=5),
        st.sampled_from(["", " ", "\n"]),
    )


EMPTY = st.builds(lambda name, attributes: f"<{name}{attributes}/>", NAMES, ATTRIBUTES)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.recursive(TEXTS | EMPTY, elements, max_leaves=30), max_size=5))
def test_any_well_formed_record_is_read_or_rejected_without_affecting_others(inside: list[str]) -> None:
    record = f"<PubmedArticle>{''.join(inside)}</PubmedArticle>"
    read = parse_bytes(payload(*FIVE[:2], record, *FIVE[3:]))
    assert len(read.documents) + len(read.rejected) == 5
    assert set(read.reasons) <= {"no_pmid"}
    usual = parse_bytes(payload(*FIVE)).documents
    others = [row for row in read.documents if row["raw_position"] != 2]
    assert others == [row for row in usual if row["raw_position"] != 2]


def test_a_short_payload_that_ends_early_keeps_what_it_holds() -> None:
    read = parse_bytes(gzipped(b"<PubmedArticleSet>" + article(1).encode())[:-4])
    assert (read.pmids, read.reasons) == ([1], ["truncated_file"])
