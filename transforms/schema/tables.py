"""The Arrow schema of every table, declared once: column, type, unit and meaning.

Everything else derives from here: Parquet segments are written with these schemas, the catalog's views name these
columns, and the comments an analyst reads in DuckDB and in the data dictionary are these sentences.
"""

import pyarrow as pa

from transforms.schema.claims import CLAIM_AUDIT, CLAIM_MATCHES, CLAIMS
from transforms.schema.table import BATCH, RELATIONS, SPANS, STRINGS, Table, columns

DOCUMENTS = Table(
    "documents",
    "one version of one record of one source",
    columns(
        ("document_id", pa.string(), "The record: its source and the source's own id, e.g. 'pubmed:12345'."),
        (
            "version",
            pa.int64(),
            "Orders the versions of one record by release: release year, file number, part, position as decimal digits"
            " YYYYNNNNFFFPPPPPPPP; of a record that was asked for: the file release before, the day, the millisecond."
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
        ("relations", RELATIONS, "What the record says of other records: kind, document_id, citation."),
        ("published_on", pa.date32(), "Publication date; its first day where only month, season or year is known."),
        ("published_precision", pa.string(), "'day', 'month', 'season' or 'year': how exact published_on is."),
        ("received_on", pa.date32(), "When the publisher received the manuscript, where stated."),
        ("entered_on", pa.date32(), "When the source could first show the record (PubMed: PubMedPubDate 'entrez')."),
        ("revised_on", pa.date32(), "When the source last revised the record."),
        (
            "retracted_on",
            pa.date32(),
            "When the article was retracted: the notice's date where stated, else the day the source revised the"
            " record; NULL for an article that stands.",
        ),
        ("raw_file", pa.string(), "The payload the record was read from (windows.name)."),
        ("raw_position", pa.int64(), "The record's position in that payload, counted from 0."),
        ("digest", pa.string(), "BLAKE2b-128 over the record's content; equal digests mean an unchanged record."),
        ("is_current", pa.bool_(), "Whether it counts: the record's latest version by release, and not deleted since."),
        (
            "own_article_id",
            pa.int64(),
            "The article_id this record has while no other tells of the same article; former ids are found by it.",
        ),
        BATCH,
    ),
    ("article_id", "document_id", "version"),
)

RECORDS = DOCUMENTS.without("article_id", "is_current", "own_article_id", "batch")
"""What a payload says of its records; the rest is found when it is committed."""

DOCUMENT_KEYS = Table(
    "document_keys",
    "one blocking key of one content of a record: records of one article are likely to share some",
    columns(
        ("document_id", pa.string(), "The record."),
        ("digest", pa.string(), "The content the key was made of (documents.digest)."),
        ("kind", pa.string(), "What it is made of, e.g. 'doi', 'title', 'abstract' (a band of MinHash values)."),
        ("value", pa.int64(), "63 bits of a hash, comparable for ever within one keys_version."),
        ("keys_version", pa.string(), "The rules it was made by; only keys of one version can be compared."),
        BATCH,
    ),
)

PAIR_DECISIONS = Table(
    "pair_decisions",
    "what the rules say of two contents; of one pair of contents the latest decision counts",
    columns(
        ("document_a", pa.string(), "The record whose document_id sorts first."),
        ("document_b", pa.string(), "The other record."),
        ("digest_a", pa.string(), "The content of document_a that was judged (documents.digest)."),
        ("digest_b", pa.string(), "The content of document_b that was judged."),
        (
            "verdict",
            pa.string(),
            "'same' article; 'different' though much alike; 'not compared': what was said before no longer counts,"
            " because so many records share their keys by now that finer ones are asked for.",
        ),
        ("rule", pa.string(), "The rule that speaks, by name (transforms/duplicates/rules.py)."),
        ("evidence", pa.string(), "What each field said, as JSON."),
        (
            "link",
            pa.string(),
            "For 'different': what document link_from is of the other: 'preprint_of', 'erratum_for', 'comment_on',"
            " 'retraction_of', 'translation_of' or 'version_of'; NULL for none.",
        ),
        ("link_from", pa.string(), "The record that is the link of the other; NULL for none."),
        BATCH,
    ),
    ("document_a", "document_b"),
)

SIGHTINGS = Table(
    "sightings",
    "one version of one record as received, also where it brought nothing new",
    columns(
        ("document_id", pa.string(), "The record."),
        ("version", pa.int64(), "Its place among the record's versions (documents.version)."),
        ("digest", pa.string(), "Digest of its content (documents.digest)."),
        ("raw_file", pa.string(), "The payload it stands in."),
        ("raw_position", pa.int64(), "Its position in that payload, from 0."),
        BATCH,
    ),
    ("document_id", "version"),
)

DELETIONS = Table(
    "deletions",
    "one deletion of one record by its source",
    columns(
        ("document_id", pa.string(), "The record the source deleted."),
        ("version", pa.int64(), "The deletion's place among the record's versions (documents.version)."),
        ("raw_file", pa.string(), "The payload that said so."),
        BATCH,
    ),
    ("document_id", "version"),
)

REJECTED = Table(
    "rejected",
    "one record or payload that was not loaded, and why",
    columns(
        ("source", pa.string(), "The source it came from."),
        ("raw_file", pa.string(), "The payload it stands in."),
        ("raw_position", pa.int64(), "The record's position in the payload, from 0; NULL: the payload as a whole."),
        ("byte_offset", pa.int64(), "Where it begins in the uncompressed payload, in bytes; NULL where unknown."),
        ("document_id", pa.string(), "The record's id where it could still be read."),
        ("reason", pa.string(), "A short fixed word for the reason, e.g. 'malformed_xml'."),
        ("detail", pa.string(), "The reason in full."),
        ("excerpt", pa.string(), "The first 2,000 characters of what was rejected."),
        BATCH,
    ),
)

CONCEPTS = Table(
    "concepts",
    "one concept of the vocabulary",
    columns(
        ("concept_id", pa.string(), "A CURIE, e.g. 'MESH:D006411'."),
        ("name", pa.string(), "The preferred name."),
        ("categories", STRINGS, "Top branches it stands in; for MeSH the tree letters, e.g. ['C'] for diseases."),
        ("tree_numbers", STRINGS, "Its places in the vocabulary's tree."),
        ("counted", pa.bool_(), "Whether its co-occurrences are counted (a setting by category)."),
        ("vocabulary", pa.string(), "The vocabulary it belongs to, e.g. 'MeSH 2024'."),
    ),
    ("concept_id",),
)

CONCEPT_NAMES = Table(
    "concept_names",
    "one name of one concept",
    columns(
        ("concept_id", pa.string(), "The concept."),
        ("name", pa.string(), "A name it goes by, as the vocabulary spells it."),
        ("kind", pa.string(), "'preferred' or 'synonym'."),
    ),
    ("concept_id", "name"),
)

CONCEPT_ANCESTORS = Table(
    "concept_ancestors",
    "one ancestor of one concept, at any distance",
    columns(
        ("concept_id", pa.string(), "The concept."),
        ("ancestor_id", pa.string(), "A concept above it (never itself)."),
    ),
    ("ancestor_id", "concept_id"),
)

MENTIONS = Table(
    "mentions",
    "one concept in one place of one document",
    columns(
        ("concept_id", pa.string(), "The concept."),
        ("article_id", pa.int64(), "The article."),
        ("document_id", pa.string(), "The document whose text or headings mention it."),
        ("section", pa.string(), "'title', 'abstract' or 'headings'."),
        ("sentence", pa.int32(), "Sentence number: 0 the title, from 1 the abstract's; NULL for a heading."),
        ("sentence_start", pa.int32(), "First code point of that sentence (offsets as in start); NULL for a heading."),
        ("sentence_end", pa.int32(), "One past the last code point of that sentence; NULL for a heading."),
        ("start", pa.int32(), "First code point in title || ' ' || abstract; NULL for a heading."),
        ("end", pa.int32(), "One past the last code point; NULL for a heading."),
        ("text", pa.string(), "The words matched, or the heading's name."),
        ("assertion", pa.string(), "'present', 'negated', 'uncertain' or 'other'."),
        ("basis", pa.string(), "'text' or 'index' (the record's own headings)."),
        BATCH,
    ),
    ("concept_id", "article_id", "document_id", "start"),
)

VERDICTS = Table(
    "curations",
    "one person's verdict on a mention or on a concept's name",
    columns(
        ("verdict", pa.string(), "'never' on a name; 'wrong' or an assertion on a mention; 'as annotated' takes back."),
        ("concept_id", pa.string(), "The concept; NULL for a name that is to be matched for none."),
        ("name", pa.string(), "The name the verdict is on; NULL for one on a mention."),
        ("document_id", pa.string(), "The document of the mention."),
        ("text", pa.string(), "The words of the mention."),
        ("start", pa.int32(), "Its first code point (mentions.start); NULL: every mention by these words in it."),
        ("author", pa.string(), "Who decided."),
        ("decided_on", pa.date32(), "When."),
        ("note", pa.string(), "Why, in the author's words."),
    ),
    ("decided_on",),
)

ARTICLE_CONCEPTS = Table(
    "article_concepts",
    "one concept in one article on one basis",
    columns(
        ("concept_id", pa.string(), "The concept."),
        ("article_id", pa.int64(), "The article."),
        ("basis", pa.string(), "'index' (headings) or 'text' (the article's title and abstract)."),
        ("year", pa.int32(), "Publication year of the article; NULL where unknown."),
        ("entered_on", pa.date32(), "When its first source could show the article."),
        ("affirmed", pa.bool_(), "Whether it is affirmed at least once; only affirmed concepts are counted."),
        ("sentences", pa.list_(pa.int32()), "Numbers of the sentences with an affirmed mention, ascending."),
        ("is_case_report", pa.bool_(), "Whether the article is a case report by its publication types."),
        ("retracted_on", pa.date32(), "When the article was retracted; NULL for one that stands."),
        ("is_notice", pa.bool_(), "Whether it is a retraction notice or an erratum rather than an article."),
        BATCH,
    ),
    ("concept_id", "article_id"),
)

ARTICLE_KEYS = Table(
    "article_keys",
    "one article, with what counting needs of it",
    columns(
        ("article_id", pa.int64(), "The article: its smallest PMID, else a number of 2^62 or more."),
        ("document_id", pa.string(), "Its preferred document, whose text and metadata stand for the article."),
        ("version", pa.int64(), "The version of that document."),
        ("sources", STRINGS, "The sources that have it."),
        ("documents", pa.int64(), "How many records tell of it."),
        ("year", pa.int32(), "Publication year; NULL where unknown."),
        ("entered_on", pa.date32(), "When its first source could show it."),
        ("revised_on", pa.date32(), "When a source last revised one of its records."),
        ("in_index", pa.bool_(), "In the population of basis 'index': it has at least one heading."),
        ("in_text", pa.bool_(), "In the population of basis 'text': a title in a language the vocabulary covers."),
        ("has_abstract", pa.bool_(), "Whether an abstract is at hand."),
        ("is_case_report", pa.bool_(), "Whether it is a case report by its publication types."),
        ("retracted_on", pa.date32(), "When it was retracted; NULL for one that stands."),
        ("is_notice", pa.bool_(), "Whether it is a retraction notice or an erratum rather than an article."),
        BATCH,
    ),
    ("article_id",),
)

_COUNT_COLUMNS = columns(
    ("articles", pa.int64(), "Distinct articles, those outside the counts (retracted, notices, errata) apart."),
    ("retracted_articles", pa.int64(), "Further articles that are retracted, retraction notices or errata."),
)

COOCCURRENCES = Table(
    "cooccurrences",
    "an unordered pair of concepts, a publication year and a basis",
    (
        *columns(
            ("concept_a", pa.string(), "The concept whose CURIE sorts first."),
            ("concept_b", pa.string(), "The other concept."),
            ("year", pa.int32(), "Publication year; NULL where unknown."),
            ("basis", pa.string(), "'index', 'text' or 'any' (their union, stored, never a sum)."),
        ),
        *_COUNT_COLUMNS,
        *columns(
            (
                "sentence_articles",
                pa.int64(),
                "Of articles, those that affirm both in one sentence; 0 for 'index', which has no sentences.",
            ),
            BATCH,
        ),
    ),
    ("concept_a", "concept_b", "year", "basis"),
)

COOCCURRENCES_BY_B = Table(
    "cooccurrences_by_b",
    "a row of cooccurrences, stored again in the order of concept_b: partners of a concept are found fast either way",
    COOCCURRENCES.columns,
    ("concept_b", "concept_a", "year", "basis"),
)

CONCEPT_COUNTS = Table(
    "concept_counts",
    "a concept, a publication year and a basis",
    (
        *columns(
            ("concept_id", pa.string(), "The concept."),
            ("year", pa.int32(), "Publication year; NULL where unknown."),
            ("basis", pa.string(), "'index', 'text' or 'any'."),
        ),
        *_COUNT_COLUMNS,
        *columns(BATCH),
    ),
    ("concept_id", "basis", "year"),
)

CORPUS_COUNTS = Table(
    "corpus_counts",
    "a publication year and a basis: the population",
    (
        *columns(
            ("year", pa.int32(), "Publication year; NULL where unknown."),
            ("basis", pa.string(), "'index', 'text' or 'any'."),
        ),
        *_COUNT_COLUMNS,
        *columns(("with_abstract", pa.int64(), "Of articles, those with an abstract at hand."), BATCH),
    ),
    ("basis", "year"),
)

RARE_TESTS = Table(
    "rare_tests",
    "a rare pair and a basis, tested among all rare pairs of that basis; the 100,000 most surprising of each, as of the"
    " version in batch: `hoofbeats rare` and `hoofbeats maintain` bring it up to date",
    columns(
        ("concept_a", pa.string(), "As in cooccurrences."),
        ("concept_b", pa.string(), "As in cooccurrences."),
        ("basis", pa.string(), "As in cooccurrences."),
        ("articles", pa.int64(), "Articles with both, over all years."),
        ("population", pa.int64(), "N: articles of that basis."),
        ("p_value", pa.float64(), "P(as many or more) if the two were independent (Poisson)."),
        ("q_value", pa.float64(), "The same adjusted for the family (Benjamini-Hochberg)."),
        ("family_size", pa.int64(), "The family: the rare pairs of that basis."),
        (
            "articles_with_descendants",
            pa.int64(),
            "Articles with both, the concepts below each included; NULL beyond the 10,000 most surprising pairs.",
        ),
        BATCH,
    ),
    ("concept_a", "concept_b", "basis"),
)

SEGMENT_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DOCUMENTS, DOCUMENT_KEYS, PAIR_DECISIONS, SIGHTINGS, DELETIONS, REJECTED, CONCEPTS, CONCEPT_NAMES,
        CONCEPT_ANCESTORS, MENTIONS, ARTICLE_CONCEPTS, ARTICLE_KEYS, COOCCURRENCES, COOCCURRENCES_BY_B,
        CONCEPT_COUNTS, CORPUS_COUNTS, CLAIMS, CLAIM_AUDIT, CLAIM_MATCHES,
        RARE_TESTS,
    )
}  # fmt: skip
"""Every table that is stored as immutable Parquet segments."""
