"""An invented Europe PMC record, and answers of the search service that hold such records."""

import io
import json

from transforms.europepmc.parse import parse
from transforms.schema.records import PARSED_DOCUMENTS
from transforms.schema.table import Table

RECORD = {
    "id": "123", "source": "MED", "pmid": "123", "pmcid": "PMC77", "doi": "10.5555/ABC.1",
    "title": "On <i>x</i> &amp; H<sub>2</sub>O when p &lt; 0.05 < 1.",
    "authorList": {"author": [
        {"fullName": "Moe JD", "firstName": "Jane D", "lastName": "Moe", "initials": "JD"},
        {"collectiveName": "The Group"}, {"fullName": "Onlyname"},
    ]},
    "journalInfo": {
        "issue": "2", "volume": "60", "dateOfPublication": "2019 Mar", "yearOfPublication": 2019,
        "journal": {
            "title": "Journal of Things", "isoabbreviation": "J Things", "issn": "1111-2222", "essn": "3333-4444",
        },
    },
    "pubYear": "2019", "pageInfo": "61-63", "language": "eng",
    "abstractText": "<h4>Background</h4>One  <b>two</b>.<h4>Results: </h4><p>Three</p><p>four < .05</p>",
    "pubTypeList": {"pubType": ["case-report", "Case Reports", "Journal Article"]},
    "keywordList": {"keyword": ["alpha", "beta"]},
    "firstIndexDate": "2019-03-07", "dateOfRevision": "2019-06-19", "firstPublicationDate": "2019-02-20",
    "commentCorrectionList": {"commentCorrection": [
        {"id": "31318360", "source": "MED", "reference": "J Things. 2019 Jun 06;6(4):781", "type": "Retraction in"},
        {"id": "PPR9", "source": "PPR", "type": "Preprint in"}, {"type": "Comment on", "reference": "Lost."},
    ]},
}  # fmt: skip


def search_answer(*records, **fields):
    """Return the body of a search answer with these records."""
    return json.dumps({"hitCount": len(records), **fields, "resultList": {"result": list(records)}}).encode()


def parse_rows(content, name="x.json"):
    """Return the rows of documents and of rejected in a payload."""
    batches = list(parse(io.BytesIO(content), name, batch_records=3))
    for batch in batches:
        assert isinstance(PARSED_DOCUMENTS, Table)
        PARSED_DOCUMENTS.conform(batch.documents)
    documents = [row for batch in batches for row in batch.documents.to_pylist()]
    return documents, [row for batch in batches for row in batch.rejected.to_pylist()]
