"""Payloads of every kind, damaged at random: each reader ends in its own errors, and soon; whole records survive."""

import io
import json
import random
import time

import pytest

from tests.support import made_pages
from tests.support.pubmed_samples import article, parse_bytes, payload
from transforms.europepmc.parse import parse as parse_europepmc
from transforms.payloads.detect import detect_source
from transforms.vocabulary.files import read_vocabulary
from transforms.vocabulary.tables import VocabularyError
from transforms.web_page import extract

LIMIT_S = 5.0
"""For one small payload, on a loaded machine."""

OBO = b"""format-version: 1.2
ontology: made

[Term]
id: M:1
name: anemia
synonym: "paleness" EXACT []

[Term]
id: M:2
name: iron deficiency anemia
is_a: M:1 ! anemia
"""
MESH = b"""<DescriptorRecordSet LanguageCode="eng"><DescriptorRecord DescriptorClass="1">
<DescriptorUI>D000001</DescriptorUI>
<DescriptorName><String>Anemia</String></DescriptorName><TreeNumberList><TreeNumber>C15.1</TreeNumber></TreeNumberList>
<ConceptList><Concept PreferredConceptYN="Y"><TermList><Term><String>Anemias</String></Term></TermList></Concept>
</ConceptList></DescriptorRecord></DescriptorRecordSet>"""
CSV = b"concept_id,name,synonyms,category\nM:1,anemia,paleness|pallor,C\nM:2,asthma,,C\n"
JSON = json.dumps(
    {
        "hitCount": 2,
        "resultList": {
            "result": [
                {"id": "1", "source": "PPR", "title": "A horse.", "abstractText": "<h4>Aim</h4>We saw hoofs."},
                {"id": "2", "source": "PPR", "title": "A zebra.", "firstIndexDate": "2020-01-02"},
            ]
        },
    }
).encode()


def read_pubmed(content):
    return parse_bytes(content)


def read_europepmc(content):
    return list(parse_europepmc(io.BytesIO(content), "search.json"))


def read_page(content):
    return extract(content, "https://journal.example/article/1")


def vocabulary_reader(name):
    def read(content):
        try:
            return read_vocabulary(io.BytesIO(content), name)
        except VocabularyError as error:
            return error

    return read


ZEBRA = "<ArticleTitle>A <i>zebra</i>.</ArticleTitle>"
KINDS = {
    "pubmed": (
        payload(article(1), article(2, "<ArticleTitle>A <i>zebra</i>.</ArticleTitle>"), article(3)),
        read_pubmed,
    ),
    "europepmc": (JSON, read_europepmc),
    "page": (made_pages.plos(made_pages.article("plain")).encode(), read_page),
    "obo": (OBO, vocabulary_reader("made.obo")),
    "mesh": (MESH, vocabulary_reader("desc.xml")),
    "csv": (CSV, vocabulary_reader("own.csv")),
}
INSERTED = (
    b"<", b">", b"&", b'"', b"\0", b"\x1b[31m", b"\xff\xfe", b"<![CDATA[", b"]]>", b"<!--", b"&#x0;", b"&lol;",
    b"<!ENTITY a 'b'>", b" " * 5000, b"<i>" * 300, b"(" * 3000, b"9" * 5000, b"\n[Term]\n", b"{" * 500, b"[" * 500,
    b"\\u0000", b"\r", b"\xc2", "\u202e\u0301".encode() * 50,
)  # fmt: skip


def mutated(content, chance):
    """A payload with one to four changes: bytes flipped, cut out, repeated or inserted, or the end cut off."""
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(content) + 1), chance.choice((1, 1, 5, 40))
        kind = chance.randrange(5)
        if kind == 0:
            flipped = bytes(byte ^ chance.randrange(1, 256) for byte in content[at : at + length])
            content = content[:at] + flipped + content[at + length :]
        elif kind == 1:
            content = content[:at] + content[at + length :]
        elif kind == 2:
            content = content[:at] + content[at : at + length] * chance.choice((2, 50)) + content[at + length :]
        elif kind == 3:
            content = content[:at] + chance.choice(INSERTED) + content[at:]
        else:
            content = content[:at]
    return content


def check_mutations(count, seed):
    chance = random.Random(seed)
    for number in range(count):
        name = chance.choice(list(KINDS))
        content, read = KINDS[name]
        damaged = mutated(content, chance)
        began = time.monotonic()
        detect_source(damaged)
        read(damaged)  # any exception is a failure: readers reject, they do not raise
        assert time.monotonic() - began < LIMIT_S, (name, seed, number)


def test_sixty_mutated_payloads():
    check_mutations(60, seed=1)


@pytest.mark.soak
def test_a_thousand_mutated_payloads():
    check_mutations(1000, seed=2)


@pytest.mark.parametrize("seed", range(20))
def test_damage_in_one_record_leaves_the_others(seed):
    """Bytes inside the second of three records change, but none of its tags: the first and the third are read."""
    chance = random.Random(seed)
    title = "".join(chr(chance.randrange(33, 0x3000)) for _ in range(40)).replace("<", "").replace(">", "")
    hurt = article(2, f"<ArticleTitle>{title}&bad</ArticleTitle>")
    rows = parse_bytes(payload(article(1), hurt, article(3)))
    assert {row["pmid"] for row in rows.documents} >= {1, 3}
    assert len(rows.documents) + len(rows.rejected) == 3
