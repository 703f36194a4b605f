"""PubMed XML -> documents, deletions, rejected: what a record's columns hold."""

import datetime
import io

import pytest

from tests.support.pubmed_samples import (
    JOURNAL,
    article,
    date_xml,
    gzipped,
    history,
    parse_bytes,
    parse_one,
    payload,
)  # fmt: skip
from transforms.pubmed.parse import parse
from transforms.schema.records import PARSED_DELETIONS, PARSED_DOCUMENTS, PARSED_REJECTED

BOOK = (
    "<PubmedBookArticle><BookDocument><PMID Version='1'>77</PMID><ArticleIdList><ArticleId IdType='bookaccession'>NBK1"
    "</ArticleId></ArticleIdList><Book><BookTitle book='b'>Care of <i>Equus</i></BookTitle><PubDate><Year>2009</Year>"
    "<Month>02</Month></PubDate><AuthorList Type='authors'><Author><CollectiveName>Hoof group</CollectiveName></Author>"
    "</AuthorList></Book>{chapter}<Language>eng</Language><PublicationType UI='D016454'>Review</PublicationType>"
    "<Abstract><AbstractText>A book.</AbstractText></Abstract></BookDocument><PubmedBookData>"
    + history(entrez="2011-03-18")
    + "</PubmedBookData></PubmedBookArticle>"
)


def date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def text_of(row: dict) -> str:
    return f"{row['title']} {row['abstract']}"


def test_all_columns_of_a_record() -> None:
    inside = (
        "<ArticleTitle>Laminitis in a pony.</ArticleTitle><Pagination><MedlinePgn>10-2</MedlinePgn></Pagination>"
        '<ELocationID EIdType="doi" ValidYN="Y">10.1000/other</ELocationID>'
        "<Abstract><AbstractText>We saw one.</AbstractText><CopyrightInformation>(c)</CopyrightInformation></Abstract>"
        "<AuthorList><Author><LastName>Roe</LastName><ForeName>Jane A</ForeName><Initials>JA</Initials>"
        "<AffiliationInfo><Affiliation>Stable</Affiliation></AffiliationInfo></Author><Author><LastName>Doe</LastName>"
        "<Initials>J</Initials></Author><Author><LastName>Solo</LastName></Author><Author>"
        "<CollectiveName>Hoof <i>group</i></CollectiveName></Author></AuthorList>"
        "<Language>eng</Language><Language>fre</Language>"
        "<PublicationTypeList>"
        '<PublicationType UI="D002363">Case Reports</PublicationType><PublicationType UI="D016428">Journal Article'
        "</PublicationType></PublicationTypeList><VernacularTitle>Fourbure.</VernacularTitle>"
    )
    tail = (
        "<MedlineJournalInfo><MedlineTA>Ann Hoof</MedlineTA><ISSNLinking>3333-4444</ISSNLinking></MedlineJournalInfo>"
        '<MeshHeadingList><MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">Horses</DescriptorName>'
        '<QualifierName UI="Q1" MajorTopicYN="Y">injuries</QualifierName></MeshHeading><MeshHeading>'
        '<DescriptorName UI="D2" MajorTopicYN="N">Animals</DescriptorName></MeshHeading><MeshHeading>'
        '<DescriptorName UI="D3" MajorTopicYN="Y">Hoof</DescriptorName></MeshHeading><MeshHeading>'
        '<DescriptorName UI="D1" MajorTopicYN="N">Horses</DescriptorName></MeshHeading></MeshHeadingList>'
        '<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">pony</Keyword><Keyword>foot <i>pain</i></Keyword>'
        "<Keyword> </Keyword></KeywordList><KeywordList><Keyword>gait</Keyword></KeywordList>"
    )
    data = history(received="2019-12-24", entrez="2020-03-02") + (
        '<ArticleIdList><ArticleId IdType="pubmed">12</ArticleId><ArticleId IdType="doi">10.1000/ABC</ArticleId>'
        '<ArticleId IdType="pmc">PMC99</ArticleId></ArticleIdList>'
    )
    row = parse_one(article(12, inside, head=date_xml("DateRevised", "2021-06-07"), tail=tail, data=data))
    assert len(row.pop("digest")) == 32
    assert row == {
        "document_id": "pubmed:12", "version": 2021_0007_000_00000000, "source": "pubmed", "pmid": 12,
        "doi": "10.1000/abc", "pmcid": "PMC99", "title": "Laminitis in a pony.", "abstract": "We saw one.",
        "sections": [], "vernacular_title": "Fourbure.",
        "authors": ["Roe, Jane A", "Doe, J", "Solo", "Hoof group"], "journal": "Annals of hoof care",
        "journal_abbreviation": "Ann Hoof Care", "issn": "3333-4444", "year": 2020, "volume": "7", "issue": "2",
        "pages": "10-2", "languages": ["eng", "fre"], "publication_types": ["Case Reports", "Journal Article"],
        "headings": ["MESH:D1", "MESH:D2", "MESH:D3"], "major_headings": ["MESH:D1", "MESH:D3"],
        "keywords": ["pony", "foot pain", "gait"], "relations": [], "published_on": date("2020-03-01"),
        "published_precision": "month", "received_on": date("2019-12-24"), "entered_on": date("2020-03-02"),
        "revised_on": date("2021-06-07"), "retracted_on": None, "raw_file": "pubmed21n0007.xml.gz", "raw_position": 0,
    }  # fmt: skip


def test_an_empty_record_has_every_column() -> None:
    row = parse_one("<PubmedArticle><MedlineCitation><PMID>5</PMID></MedlineCitation></PubmedArticle>")
    filled = {name: value for name, value in row.items() if value not in (None, [])}
    assert filled.pop("digest")
    assert filled == {
        "document_id": "pubmed:5", "version": 2021_0007_000_00000000, "source": "pubmed", "pmid": 5, "title": "",
        "raw_file": "pubmed21n0007.xml.gz", "raw_position": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("a <i>b<sub>2</sub></i>c", "a b2c"),
        ("a\n   b\u00a0\u2009c", "a b c"),
        ("&lt;5 &amp;lt; x &#38; &#x3b1;&#160;&quot;&apos;&gt;", "<5 &lt; x & \u03b1 \"'>"),
        (
            '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:math>',
            "x2",
        ),
        ("x<undeclared:i>y</undeclared:i>", "xy"),
        ("a<!-- no -->b<?no no?>c<![CDATA[<d> & ]]>e", "abc<d> & e"),
        ("<![CDATA[]]>", ""),
        ('<i a="x>y" b=\'<!-- "\'>a</i>'.replace("<!--", "!--"), "a"),
        ("&#128;x\u0081", "\u20acx"),
    ],
)
def test_text_of_an_element(xml: str, expected: str) -> None:
    row = parse_one(
        article(1, f"<ArticleTitle>{xml}</ArticleTitle><Abstract><AbstractText>{xml}</AbstractText></Abstract>")
    )
    assert row["title"] == expected
    assert row["abstract"] == (expected or None)


def test_labels_become_sections_and_are_not_in_the_abstract() -> None:
    row = parse_one(
        article(
            1,
            "<ArticleTitle>\u00c9t\u00e9 \U0001f40e.</ArticleTitle><Abstract>"
            '<AbstractText Label="AIM &gt; 1" NlmCategory="OBJECTIVE">See \U0001d6fc <b>hooves</b>.</AbstractText>'
            '<AbstractText Label="EMPTY"> </AbstractText><AbstractText/><AbstractText>Plain part.</AbstractText>'
            "<AbstractText\n NlmCategory='RESULTS' Label = 'A>B'>One\nhoof.</AbstractText></Abstract>",
        )
    )
    assert row["abstract"] == "See \U0001d6fc hooves. Plain part. One hoof."
    spans = [(s["label"], text_of(row)[s["start"] : s["end"]]) for s in row["sections"]]
    assert spans == [("AIM > 1", "See \U0001d6fc hooves."), ("A>B", "One hoof.")]


def other_abstract(kind: str, text: str, language: str = ' Language="eng"') -> str:
    return f'<OtherAbstract Type="{kind}"{language}><AbstractText Label="AIM">{text}</AbstractText></OtherAbstract>'


EMPTY_ABSTRACT = "<ArticleTitle>T</ArticleTitle><Abstract><AbstractText/></Abstract>"
WITH_ABSTRACT = "<ArticleTitle>T</ArticleTitle><Abstract><AbstractText>Main.</AbstractText></Abstract>"


@pytest.mark.parametrize(
    ("inside", "others", "expected"),
    [
        ("<ArticleTitle>T</ArticleTitle>", [other_abstract("PIP", "Other.")], "Other."),
        ("<ArticleTitle>T</ArticleTitle>", [other_abstract("Publisher", "Other.", "")], "Other."),
        (EMPTY_ABSTRACT, [other_abstract("PIP", "Other.")], "Other."),
        (WITH_ABSTRACT, [other_abstract("PIP", "Other.")], "Main."),
        ("", [other_abstract("Publisher", "Otro.", ' Language="spa"')], None),
        ("", [other_abstract("Publisher", "Otro.", ' Language="spa"'), other_abstract("PIP", "Other.")], "Other."),
        ("", [other_abstract("plain-language-summary", "Plain."), other_abstract("PIP", "Other.")], "Other."),
        ("", [other_abstract("plain-language-summary", "Plain.")], "Plain."),
    ],
)
def test_an_english_other_abstract_is_read_where_there_is_no_abstract(inside, others, expected) -> None:
    row = parse_one(article(1, inside, tail="".join(others)))
    assert row["abstract"] == expected
    labelled = [text_of(row)[s["start"] : s["end"]] for s in row["sections"]]
    assert labelled == ([expected] if expected not in ("Main.", None) else [])


def test_values_in_capitals_are_spelled_as_pubmed_spells_them() -> None:
    types = "".join(f"<PublicationType>{name}</PublicationType>" for name in ("CASE REPORTS", "REVIEW, TUTORIAL"))
    row = parse_one(article(1, f"<Language>ENG</Language><PublicationTypeList>{types}</PublicationTypeList>"))
    assert (row["languages"], row["publication_types"]) == (["eng"], ["Case Reports", "Review, Tutorial"])


def test_control_characters_are_removed() -> None:
    row = parse_one(article(1, "<ArticleTitle>Red\x9b31m \x7fh&#x9b;orse&#133;1\x85 2</ArticleTitle>"))
    assert row["title"] == "Red\u203a31m h\u203aorse 1 2"


def test_the_only_record_that_cannot_be_read_is_rejected(monkeypatch) -> None:
    read = parse.__globals__["read_columns"]

    def fail_at_two(records):
        if any(b">2</PMID>" in record for record in records):
            raise RecursionError("too deep")
        return read(records)

    monkeypatch.setitem(parse.__globals__, "read_columns", fail_at_two)
    rows = parse_bytes(payload(article(1), article(2), article(3)))
    assert (rows.pmids, rows.reasons) == ([1, 3], ["unreadable_record"])
    assert rows.rejected[0]["raw_position"] == 1
    assert rows.rejected[0]["detail"] == "the reader failed: RecursionError: too deep"


def test_a_month_of_thousands_of_digits_is_no_month() -> None:
    head = f"<DateRevised><Year>2020</Year><Month>{'1' * 5000}</Month><Day>2</Day></DateRevised>"
    assert parse_one(article(1, head=head))["revised_on"] == datetime.date(2020, 1, 1)


def test_identifiers_of_references_are_not_read() -> None:
    references = (
        "<ReferenceList><Reference><Citation>C</Citation><ArticleIdList>"
        '<ArticleId IdType="doi">10.1000/cited</ArticleId><ArticleId IdType="pmc">PMC1</ArticleId></ArticleIdList>'
        "</Reference><ReferenceList><Title>Nested</Title></ReferenceList></ReferenceList>"
    )
    row = parse_one(article(1, data=history(entrez="2020-03-01") + references))
    assert (row["doi"], row["pmcid"]) == (None, None)


def test_a_doi_only_in_the_article_is_read() -> None:
    locations = '<ELocationID EIdType="pii">x</ELocationID><ELocationID EIdType="doi">10.1000/E</ELocationID>'
    assert parse_one(article(1, locations))["doi"] == "10.1000/e"


@pytest.mark.parametrize(
    ("xml", "on", "precision"),
    [
        ("<Year>2020</Year><Month>Mar</Month><Day>09</Day>", "2020-03-09", "day"),
        ("<Year>2020</Year><Month>3</Month>", "2020-03-01", "month"),
        ("<Year>2020</Year><Month>June</Month>", "2020-06-01", "month"),
        ("<Year>2021</Year><Month>Feb</Month><Day>30</Day>", "2021-02-01", "month"),
        ("<Year>2021</Year><Month>13</Month><Day>1</Day>", "2021-01-01", "year"),
        ("<Year>2021</Year>", "2021-01-01", "year"),
        ("<Year>2021</Year><Season>Autumn</Season>", "2021-10-01", "season"),
        ("<Year>2021</Year><Season>Fall</Season>", "2021-10-01", "season"),
        ("<Year>2021</Year><Season>Jul-Sep</Season>", "2021-07-01", "month"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12-01", "month"),
        ("<MedlineDate>Winter 2001</MedlineDate>", "2001-01-01", "season"),
        ("<MedlineDate>2001 Spring-Summer</MedlineDate>", "2001-04-01", "season"),
        ("<MedlineDate>1977-1978</MedlineDate>", "1977-01-01", "year"),
        ("<MedlineDate>2021 3rd Quarter</MedlineDate>", "2021-07-01", "season"),
        ("<MedlineDate>1978 Apr 15-30</MedlineDate>", "1978-04-15", "day"),
        ("<MedlineDate>0000 Apr</MedlineDate>", None, None),
        ("<MedlineDate>no date</MedlineDate>", None, None),
        ("<Year>MMXX</Year>", None, None),
        ("", None, None),
    ],
)
def test_publication_dates(xml: str, on: str | None, precision: str | None) -> None:
    journal = f"<Journal><JournalIssue><PubDate>{xml}</PubDate></JournalIssue></Journal>"
    row = parse_one(article(1, journal=journal))
    assert row["published_on"] == (date(on) if on else None)
    assert row["published_precision"] == precision
    assert row["year"] == (int(on[:4]) if on else None)


def test_the_online_date_is_used_if_the_issue_has_none() -> None:
    inside = "<ArticleTitle>T</ArticleTitle>" + date_xml("ArticleDate", "2019-11-30")
    row = parse_one(article(1, inside, journal="<Journal/>"))
    assert (row["year"], row["published_on"]) == (2019, date("2019-11-30"))
    assert parse_one(article(1, inside))["year"] == 2020


def correction(kind: str, source: str, pmid: int | None = None) -> str:
    number = f"<PMID>{pmid}</PMID>" if pmid else ""
    listed = f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource>{number}</CommentsCorrections>'
    return f"<CommentsCorrectionsList>{listed}</CommentsCorrectionsList>"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ErratumFor", "erratum_for"), ("CommentIn", "comment_in"), ("RetractionOf", "retraction_of"),
        ("ExpressionOfConcernIn", "expression_of_concern_in"), ("RepublishedFrom", "republished_from"),
        ("Cites", "cites"),
    ],
)  # fmt: skip
def test_relations(kind: str, expected: str) -> None:
    row = parse_one(article(1, tail=correction(kind, "J Foo. 2020;1:2 &amp; 3", 9) + correction(kind, "J Bar")))
    assert row["pmid"] == 1
    assert row["relations"] == [
        {"kind": expected, "document_id": "pubmed:9", "citation": "J Foo. 2020;1:2 & 3"},
        {"kind": expected, "document_id": None, "citation": "J Bar"},
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("J Foo. 2021 Jun 5;12(3):44", "2021-06-05"),
        ("J Foo (1999). 2021 Jun;12", "2021-06-01"),
        ("Roe J. J Foo. 1980 Nov;51(5):1201", "1980-11-01"),
        ("J Foo. 2021 Feb 30;1", "2021-02-01"),
        ("J Foo. 2021;12:1", "2021-01-01"),
        ("no date here", "2022-01-02"),
    ],
)
def test_the_date_of_a_retraction(source: str, expected: str) -> None:
    head = date_xml("DateRevised", "2022-01-02")
    row = parse_one(article(1, head=head, tail=correction("RetractionIn", source)))
    assert row["retracted_on"] == date(expected)


def test_a_retracted_article_always_has_a_date() -> None:
    types = "<PublicationTypeList><PublicationType>Retracted Publication</PublicationType></PublicationTypeList>"
    inside = "<ArticleTitle>T</ArticleTitle>" + types
    assert parse_one(article(1, inside))["retracted_on"] == date("2020-03-01")
    assert parse_one(article(1, inside, data=""))["retracted_on"] == date("2020-03-01")
    assert parse_one(article(1, inside, data="", journal=""))["retracted_on"] == date("1900-01-01")
    assert parse_one(article(1, tail=correction("RetractionOf", "J Foo. 2021 Jun 5")))["retracted_on"] is None


def test_books() -> None:
    row = parse_one(BOOK.format(chapter=""))
    assert (row["pmid"], row["title"], row["abstract"]) == (77, "Care of Equus", "A book.")
    assert (row["authors"], row["year"], row["published_precision"]) == (["Hoof group"], 2009, "month")
    assert (row["languages"], row["publication_types"], row["journal"]) == (["eng"], ["Review"], None)
    assert row["entered_on"] == date("2011-03-18")
    chapter = (
        "<ArticleTitle>A chapter</ArticleTitle><AuthorList><Author><LastName>Roe</LastName></Author></AuthorList>"
        "<Pagination><StartPage>1</StartPage><EndPage>9</EndPage></Pagination>"
    )
    row = parse_one(BOOK.format(chapter=chapter))
    assert (row["title"], row["authors"], row["pages"]) == ("A chapter", ["Roe"], "1-9")


def test_unusual_but_well_formed_xml_gives_the_same_row() -> None:
    usual = article(
        3,
        "<ArticleTitle>T</ArticleTitle><PublicationTypeList><PublicationType>Letter</PublicationType></PublicationTypeList>",
        tail='<MeshHeadingList><MeshHeading><DescriptorName UI="D1" MajorTopicYN="Y">H</DescriptorName></MeshHeading>'
        "</MeshHeadingList><New><Unknown/></New>",
        data=history(entrez="2020-03-01")
        + '<ArticleIdList><ArticleId IdType="doi">10.1000/x</ArticleId></ArticleIdList>',
    )
    unusual = [
        usual.replace('"', "'"),
        usual.replace("=", " = "),
        usual.replace('="', '=\n"').replace("'", '"'),
        usual.replace("</", "<!-- </PubmedArticle> --></"),
        usual.replace("</", "</").replace("Title>", "Title\n>").replace("</PubmedArticle>", "</PubmedArticle >"),
        usual.replace("<New>", '<New a=">" b=\'"\'>'),
        usual.replace("><", ">\n   <"),
        usual.replace("<Article ", '<Article note="a > b" '),
    ]
    expected = parse_one(usual)
    for record in unusual:
        assert parse_one(record) == expected


def test_the_digest_depends_on_the_content_only() -> None:
    def digest(record: str, name: str = "pubmed21n0007.xml.gz") -> object:
        return parse_bytes(payload(record), name).documents[0]["digest"]

    original = digest(article(1))
    assert digest(article(1, head=date_xml("DateRevised", "2022-02-02")), "pubmed22n0001.xml") == original
    assert digest(article(1).replace("><", ">\n<"), "other.xml") == original
    assert digest(article(2)) != original
    assert digest(article(1, "<ArticleTitle>Another horse.</ArticleTitle>")) != original
    assert digest(article(1, tail=correction("RetractionIn", "J"))) != original
    assert digest(article(1, "<ArticleTitle>A horse.</ArticleTitle><Language>eng</Language>")) != original


def test_the_digest_of_a_record_never_changes() -> None:
    assert parse_one(article(1))["digest"] == "9e303fdc3a45839223bc519d05f257a3"


def test_versions_order_releases_then_positions() -> None:
    def versions(name: str, *records: str) -> list[object]:
        return [row["version"] for row in parse_bytes(payload(*records), name).documents]

    assert versions("pubmed21n1298.xml.gz", article(1), article(1)) == [2021_1298_000_00000000, 2021_1298_000_00000001]
    assert versions("a/b/pubmed20n0014.xml", article(1)) == [2020_0014_000_00000000]
    revised = date_xml("DateCompleted", "2019-01-01") + date_xml("DateRevised", "2021-02-01")
    assert versions("efetch.xml", article(1, head=revised)) == [2021_0000_032_00000000]
    assert versions("efetch.xml", article(1, head=date_xml("DateCompleted", "2019-01-01"))) == [2019_0000_001_00000000]
    assert versions("efetch.xml", article(1)) == [2020_0000_061_00000000]
    assert versions("efetch.xml", article(1, data="")) == [0]
    assert versions("efetch.xml", article(1, head=date_xml("DateRevised", "9999-12-31"))) == [2020_0000_061_00000000]


def test_deletions_take_positions() -> None:
    deleted = "<DeleteCitation><PMID Version='1'>8</PMID><PMID>x</PMID><PMID>9</PMID></DeleteCitation>"
    read = parse_bytes(payload(article(1), deleted, article(2)), "pubmed21n0007.xml.gz")
    start = 2021_0007_000_00000000
    assert [(row["document_id"], row["version"]) for row in read.deletions] == [
        ("pubmed:8", start + 2), ("pubmed:9", start + 4),
    ]  # fmt: skip
    assert [(row["reason"], row["raw_position"]) for row in read.rejected] == [("no_pmid", 3)]
    assert [row["raw_position"] for row in read.documents] == [0, 5]
    assert read.deletions[0]["raw_file"] == "pubmed21n0007.xml.gz"


def test_a_deletion_without_a_release_follows_the_records_before_it() -> None:
    deleted = "<DeleteDocument><PMID>8</PMID></DeleteDocument>"
    records = [article(1, head=date_xml("DateRevised", d)) for d in ("2021-01-02", "2020-01-01")]
    read = parse_bytes(payload(*records, deleted), "efetch.xml")
    assert [row["version"] for row in read.deletions] == [2021_0000_002_00000003]


def test_all_versions_of_a_record_are_kept() -> None:
    twice = article(4).replace('Version="1"', 'Version="2"')
    assert parse_bytes(payload(article(4), twice)).pmids == [4, 4]


def test_tables_have_their_schemas_in_every_batch() -> None:
    records = [article(n) for n in range(1, 8)]
    parsed = list(parse(io.BytesIO(gzipped(payload(*records))), "x.xml.gz", batch_records=3))
    assert [p.documents.num_rows for p in parsed] == [3, 3, 1]
    for part in parsed:
        PARSED_DOCUMENTS.conform(part.documents)
        PARSED_DELETIONS.conform(part.deletions)
        PARSED_REJECTED.conform(part.rejected)


def test_a_record_without_a_journal() -> None:
    row = parse_one(article(1, journal=JOURNAL.replace("Annals of hoof care", "A &amp; B")))
    assert row["journal"] == "A & B"
    assert parse_one(article(1, journal=""))["journal"] is None
