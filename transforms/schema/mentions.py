"""Tables of mentions: concepts in documents, manual verdicts on them, and the concepts of each article."""

import pyarrow as pa

from transforms.schema.table import BATCH, Table, columns

ASSERTIONS = ("present", "negated", "other", "uncertain")
"""The values of `mentions.assertion`. Annotation returns positions in this tuple, so their order must not change."""

MENTIONS = Table(
    "mentions",
    "one mention of one concept at one position of one document",
    columns(
        ("concept_id", pa.string(), "The concept."),
        ("article_id", pa.int64(), "The article."),
        ("document_id", pa.string(), "The document whose text or headings mention the concept."),
        ("section", pa.string(), "'title', 'abstract' or 'headings'."),
        ("sentence", pa.int32(), "Sentence number: 0 the title, from 1 the abstract's; NULL for a heading."),
        ("sentence_start", pa.int32(), "First code point of that sentence (offsets as in start); NULL for a heading."),
        ("sentence_end", pa.int32(), "One past the last code point of that sentence; NULL for a heading."),
        ("start", pa.int32(), "First code point in title || ' ' || abstract; NULL for a heading."),
        ("end", pa.int32(), "One past the last code point; NULL for a heading."),
        ("text", pa.string(), "The matched words, or the heading's name."),
        ("assertion", pa.string(), "'present', 'negated', 'uncertain' or 'other'."),
        ("basis", pa.string(), "'text' or 'index' (the record's own headings)."),
        BATCH,
    ),
    ("concept_id", "article_id", "document_id", "start"),
)

CURATED_VERDICTS = Table(
    "curations",
    "one manual verdict on a mention or on a concept's name",
    columns(
        (
            "verdict",
            pa.string(),
            "'never' on a name; 'wrong' or an assertion on a mention; 'as annotated' withdraws it.",
        ),
        ("concept_id", pa.string(), "The concept; NULL for a name that must not be matched for any concept."),
        ("name", pa.string(), "The name the verdict is on; NULL for one on a mention."),
        ("document_id", pa.string(), "The document of the mention."),
        ("text", pa.string(), "The words of the mention."),
        (
            "start",
            pa.int32(),
            "Its first code point (mentions.start); NULL for every mention of these words in the document.",
        ),
        ("author", pa.string(), "The person who decided."),
        ("decided_on", pa.date32(), "Day of the decision."),
        ("note", pa.string(), "Reason, in the author's words."),
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
        ("entered_on", pa.date32(), "Day the article was first available from one of its sources."),
        ("affirmed", pa.bool_(), "Whether at least one mention affirms it; only affirmed concepts are counted."),
        ("sentences", pa.list_(pa.int32()), "Numbers of the sentences with an affirmed mention, ascending."),
        ("is_case_report", pa.bool_(), "Whether the article is a case report by its publication types or its text."),
        (
            "subjects",
            pa.string(),
            "About whom the article's own data are: 'human', 'animal' or 'cells'; NULL where that is not known.",
        ),
        ("retracted_on", pa.date32(), "Day the article was retracted; NULL if it is not retracted."),
        ("is_notice", pa.bool_(), "Whether it is a retraction notice or an erratum rather than an article."),
        BATCH,
    ),
    ("concept_id", "article_id"),
)
