"""Tables of source records: their versions, sightings and deletions, and what was rejected."""

import pyarrow as pa

from transforms.schema.table import BATCH, RELATIONS, SPANS, STRINGS, Table, columns

_SUBJECTS = (
    (
        "subjects",
        pa.string(),
        "About whom its own data are: 'human', 'animal' or 'cells', by its headings, else by its text; NULL where it"
        " has none of its own, as a review, or does not say. In rows that earlier code wrote, this and the next four"
        " columns are NULL.",
    ),
    (
        "is_case_report",
        pa.bool_(),
        "Whether its publication types or its text say that it reports individual patients.",
    ),
    ("cases", pa.int32(), "Number of patients a case report itself reports; NULL where it does not say."),
    ("patient_age", pa.float64(), "Age of the patient of a report of one case, in years; NULL where it does not say."),
    ("patient_sex", pa.string(), "Sex of that patient: 'female' or 'male'; NULL where the report does not say."),
)

DOCUMENTS = Table(
    "documents",
    "one version of one record of one source",
    columns(
        ("document_id", pa.string(), "The record: its source and the source's own id, e.g. 'pubmed:12345'."),
        (
            "version",
            pa.int64(),
            "Orders the versions of one record: release year, file number, part, position as decimal digits"
            " YYYYNNNNFFFPPPPPPPP; for a record from an API request: the last file release before it, day, millisecond."
            " The greatest is the current one.",
        ),
        ("source", pa.string(), "Where the record comes from: 'pubmed', 'europepmc', 'web'."),
        ("article_id", pa.int64(), "The distinct article this record describes (articles.article_id)."),
        ("pmid", pa.int64(), "PubMed identifier."),
        ("doi", pa.string(), "DOI, lower case, without a resolver's address."),
        ("pmcid", pa.string(), "PubMed Central identifier, 'PMC' and digits."),
        ("title", pa.string(), "The source's title, white space collapsed; '' where there is none."),
        (
            "abstract",
            pa.string(),
            "The source's abstract, its parts joined by one space, white space collapsed; NULL where there is none.",
        ),
        (
            "sections",
            SPANS,
            "Labelled parts of the abstract: label, start, end (exclusive) in code points of title || ' ' || abstract.",
        ),
        ("vernacular_title", pa.string(), "The title in the article's own language where the source gives both."),
        ("authors", STRINGS, "Authors in order, 'Family, Given'; a group by its name."),
        ("journal", pa.string(), "The journal's full title as the source gives it."),
        ("journal_abbreviation", pa.string(), "The journal's ISO or MEDLINE abbreviation."),
        ("issn", pa.string(), "The journal's linking ISSN, else the ISSN of the record."),
        ("year", pa.int32(), "Publication year; NULL where unknown."),
        ("volume", pa.string(), "Volume as printed."),
        ("issue", pa.string(), "Issue as printed."),
        ("pages", pa.string(), "Pages or article number as printed."),
        ("languages", STRINGS, "Languages of the article, ISO 639-2 codes as in PubMed ('eng')."),
        ("publication_types", STRINGS, "Publication types by name, e.g. 'Case Reports'."),
        ("headings", STRINGS, "The record's own subject headings as CURIEs, in order, e.g. 'MESH:D006411'."),
        ("major_headings", STRINGS, "Those headings that are the main topic (a star in PubMed)."),
        ("keywords", STRINGS, "Author keywords."),
        *_SUBJECTS,
        ("relations", RELATIONS, "Relations the record states to other records: kind, document_id, citation."),
        ("published_on", pa.date32(), "Publication date; its first day where only month, season or year is known."),
        ("published_precision", pa.string(), "'day', 'month', 'season' or 'year': the precision of published_on."),
        ("received_on", pa.date32(), "Day the publisher received the manuscript, where stated."),
        (
            "entered_on",
            pa.date32(),
            "Day the record was first available from the source (PubMed: PubMedPubDate 'entrez').",
        ),
        ("revised_on", pa.date32(), "Day the source last revised the record."),
        (
            "retracted_on",
            pa.date32(),
            "Day the article was retracted: the date of the notice where stated, else the day the source revised the"
            " record; NULL for an article that is not retracted.",
        ),
        ("raw_file", pa.string(), "The payload the record was read from (windows.name)."),
        ("raw_position", pa.int64(), "The record's position in that payload, counted from 0."),
        ("digest", pa.string(), "BLAKE2b-128 over the record's content; equal digests mean an unchanged record."),
        (
            "is_current",
            pa.bool_(),
            "Whether this is the record's latest version by release and has not been deleted since.",
        ),
        (
            "own_article_id",
            pa.int64(),
            "The article_id this record has as long as no other record describes the same article. Former ids are"
            " resolved by it.",
        ),
        BATCH,
    ),
    ("article_id", "document_id", "version"),
)

DOCUMENT_SUBJECTS = Table("subjects", "whom one document reports about", columns(*_SUBJECTS))
SUBJECT_COLUMNS = DOCUMENT_SUBJECTS.column_names
PREPARED_DOCUMENTS = DOCUMENTS.without("article_id", "is_current", "own_article_id", "batch")
"""The columns of `documents` that a prepared unit holds; a commit adds the others."""

PARSED_DOCUMENTS = PREPARED_DOCUMENTS.without(*SUBJECT_COLUMNS)
"""The columns of `documents` that a payload gives; preparing it adds those of its subjects."""

SIGHTINGS = Table(
    "sightings",
    "one version of one record as received, even if its content was unchanged",
    columns(
        ("document_id", pa.string(), "The record."),
        ("version", pa.int64(), "The version, which orders the states of the record (documents.version)."),
        ("digest", pa.string(), "Digest of the content (documents.digest)."),
        ("raw_file", pa.string(), "The payload that contains it."),
        ("raw_position", pa.int64(), "Its position in that payload, counted from 0."),
        BATCH,
    ),
    ("document_id", "version"),
)

DELETIONS = Table(
    "deletions",
    "one deletion of one record by its source",
    columns(
        ("document_id", pa.string(), "The record the source deleted."),
        (
            "version",
            pa.int64(),
            "The deletion's version, in the same order as the record's versions (documents.version).",
        ),
        ("raw_file", pa.string(), "The payload that lists the deletion."),
        BATCH,
    ),
    ("document_id", "version"),
)

PARSED_DELETIONS = DELETIONS.without("batch")

REJECTED = Table(
    "rejected",
    "one record or payload that was not loaded, and why",
    columns(
        ("source", pa.string(), "The source it came from."),
        ("raw_file", pa.string(), "The payload that contains it."),
        (
            "raw_position",
            pa.int64(),
            "The record's position in the payload, counted from 0; NULL for the payload as a whole.",
        ),
        ("byte_offset", pa.int64(), "Byte offset of its beginning in the uncompressed payload; NULL where unknown."),
        ("document_id", pa.string(), "The record's id where it could be read."),
        ("reason", pa.string(), "The reason as a fixed word, e.g. 'malformed_xml'."),
        ("detail", pa.string(), "The reason in full."),
        ("excerpt", pa.string(), "The first 2,000 characters of what was rejected."),
        BATCH,
    ),
)

PARSED_REJECTED = REJECTED.without("batch")
