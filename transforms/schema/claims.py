"""The tables of claims: what texts say of how often their finding was reported before, and how that compares."""

import pyarrow as pa

from transforms.schema.table import BATCH, STRINGS, Table, columns

CLAIMS = Table(
    "claims",
    "one statement of a text about how often what it reports was reported before",
    columns(
        ("article_id", pa.int64(), "The article."),
        ("document_id", pa.string(), "The document."),
        ("start", pa.int32(), "First code point of its sentence in title || ' ' || abstract."),
        ("end", pa.int32(), "One past the last code point of its sentence."),
        ("number", pa.int32(), "Which claim of its sentence it is, from 1: the first is about the paper's own case."),
        (
            "kind",
            pa.string(),
            "'first_report', 'nth_report', 'only_report', 'prior_count' (so many were reported before) or"
            " 'rare_qualitative' (few, rare: no number).",
        ),
        (
            "ordinal",
            pa.int32(),
            "Which report it says it is: 1 for every first_report, n for an nth_report; else NULL.",
        ),
        ("prior_count", pa.int32(), "How many earlier ones a prior_count states; else NULL."),
        ("bound", pa.string(), "'exact', 'at_most', 'at_least' or 'about': what prior_count is; else NULL."),
        ("hedged", pa.bool_(), "Whether it is made with a reservation, such as 'to our knowledge'."),
        (
            "scope",
            pa.string(),
            "What it is restricted to: 'country/region', 'language', 'age/sex subgroup', 'species/other'; 'world' where"
            " it says so; else 'unspecified'.",
        ),
        (
            "scope_start",
            pa.int32(),
            "First code point of the words that name what is claimed; NULL where there are none.",
        ),
        ("scope_end", pa.int32(), "One past the last code point of these words."),
        (
            "ordered",
            pa.bool_(),
            "Whether these words put one event after another ('X after Y'): counting articles does not see the order.",
        ),
        BATCH,
    ),
    ("article_id", "document_id", "start", "number"),
)

FOUND_CLAIMS = CLAIMS.without("article_id", "number", "batch")
"""What is found in a text; a text's claims are in order, so that their numbers follow."""

_VERDICT = columns(
    ("article_id", pa.int64(), "The article that makes the claim."),
    ("document_id", pa.string(), "Its document (claims.document_id)."),
    ("start", pa.int32(), "The claim's sentence (claims.start)."),
    ("number", pa.int32(), "The claim of that sentence (claims.number)."),
)

CLAIM_AUDIT = Table(
    "claim_audit",
    "one claim of an article's preferred document beside the earlier articles found; a lower bound, as abstracts tell"
    " of fewer cases than there are. As of the catalog version in batch: `hoofbeats claims` and `hoofbeats maintain`"
    " bring it up to date",
    (
        *_VERDICT,
        *columns(
            ("end", pa.int32(), "As in claims."),
            ("kind", pa.string(), "As in claims."),
            ("ordinal", pa.int32(), "As in claims."),
            ("prior_count", pa.int32(), "As in claims."),
            ("bound", pa.string(), "As in claims."),
            ("scope", pa.string(), "As in claims."),
            (
                "groups",
                pa.list_(STRINGS),
                "What is claimed, as a combination: groups of alternatives; evidence(groups) shows the articles.",
            ),
            (
                "combination",
                pa.string(),
                "The same in words; '' where the vocabulary names nothing of what is claimed.",
            ),
            (
                "named_share",
                pa.float64(),
                "How much of the words that name what is claimed are names of concepts, 0 to 1.",
            ),
            (
                "known_until",
                pa.date32(),
                "The day the paper was received, else entered (a web page: was published; undated: loaded).",
            ),
            ("verdict", pa.string(), "'contradicted', 'not contradicted' or 'not decidable'."),
            ("reason", pa.string(), "Why, in words."),
            (
                "conceded",
                pa.float64(),
                "How many earlier reports the claim leaves room for; NULL where it states no limit.",
            ),
            (
                "earlier",
                pa.int32(),
                "Earlier articles that report cases, with the whole combination in one sentence or title.",
            ),
            ("scattered", pa.int32(), "Further earlier articles: with the combination in no one sentence, or no case."),
            ("too_late", pa.int32(), "Articles that entered between receipt and entry: too late to be known."),
            ("undated", pa.int32(), "Articles without a day of entry."),
            (
                "coverage_from",
                pa.int32(),
                "First publication year of the articles that had entered before known_until.",
            ),
            ("coverage_to", pa.int32(), "Last publication year of these."),
            ("coverage_articles", pa.int64(), "How many these are."),
            ("coverage_with_abstract", pa.int64(), "How many of these have an abstract at hand."),
            BATCH,
        ),
    ),
    ("article_id", "document_id", "start", "number"),
)

CLAIM_MATCHES = Table(
    "claim_matches",
    "one article that matches what a claim of claim_audit says was never or seldom reported; at most 200 a claim",
    (
        *_VERDICT,
        *columns(
            ("matched_id", pa.int64(), "The article that matches."),
            (
                "place",
                pa.string(),
                "'earlier', 'scattered', 'too_late' or 'undated': as the columns of claim_audit count it.",
            ),
            ("entered_on", pa.date32(), "When it entered."),
            (
                "matched_document_id",
                pa.string(),
                "The document with its sentence; NULL where no one sentence has it all.",
            ),
            (
                "sentence_start",
                pa.int32(),
                "First code point of the first sentence that affirms the whole combination.",
            ),
            ("sentence_end", pa.int32(), "One past its last code point."),
            BATCH,
        ),
    ),
    ("article_id", "document_id", "start", "number", "entered_on", "matched_id"),
)
