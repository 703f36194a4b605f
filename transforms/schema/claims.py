"""Tables of claims: how often texts say that a finding was reported before, and the audit of that."""

import pyarrow as pa

from transforms.schema.table import BATCH, STRINGS, Table, columns

CLAIMS = Table(
    "claims",
    "one statement in a text about how often its finding was reported before",
    columns(
        ("article_id", pa.int64(), "The article."),
        ("document_id", pa.string(), "The document."),
        ("start", pa.int32(), "First code point of its sentence in title || ' ' || abstract."),
        ("end", pa.int32(), "One past the last code point of its sentence."),
        (
            "number",
            pa.int32(),
            "Number of the claim within its sentence, from 1; the first is about the paper's own case.",
        ),
        (
            "kind",
            pa.string(),
            "'first_report', 'nth_report', 'only_report', 'prior_count' (so many were reported before) or"
            " 'rare_qualitative' (few, rare: no number).",
        ),
        (
            "ordinal",
            pa.int32(),
            "Claimed rank of the report: 1 for a first_report, n for an nth_report; else NULL.",
        ),
        ("prior_count", pa.int32(), "Number of earlier reports that a prior_count states; else NULL."),
        ("bound", pa.string(), "'exact', 'at_most', 'at_least' or 'about': how prior_count is to be read; else NULL."),
        ("hedged", pa.bool_(), "Whether it is hedged, e.g. by 'to our knowledge'."),
        (
            "scope",
            pa.string(),
            "What it is restricted to: 'country/region', 'language', 'age/sex subgroup', 'species/other'; 'world' if"
            " stated; else 'unspecified'.",
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
            "Whether these words state an order of events ('X after Y'), which counting articles cannot check.",
        ),
        BATCH,
    ),
    ("article_id", "document_id", "start", "number"),
)

FOUND_CLAIMS = CLAIMS.without("article_id", "number", "batch")
"""What claim detection returns. Claims are in text order, from which a commit derives `number`."""

_VERDICT = columns(
    ("article_id", pa.int64(), "The article that makes the claim."),
    ("document_id", pa.string(), "Its document (claims.document_id)."),
    ("start", pa.int32(), "The claim's sentence (claims.start)."),
    ("number", pa.int32(), "The claim of that sentence (claims.number)."),
)

CLAIM_AUDIT = Table(
    "claim_audit",
    "one claim of an article's preferred document, compared with the earlier articles found; a lower bound, because"
    " abstracts report fewer cases than there are. As of the catalog version in batch; `hoofbeats claims` and"
    " `hoofbeats maintain` update it",
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
                "The claimed combination: groups of alternative concepts; evidence(groups) shows the articles.",
            ),
            (
                "combination",
                pa.string(),
                "The combination in words; '' if the vocabulary has no concept for what is claimed.",
            ),
            (
                "named_share",
                pa.float64(),
                "Share of the words naming what is claimed that are names of concepts, 0 to 1.",
            ),
            (
                "known_until",
                pa.date32(),
                "Day the paper was received, else entered (web page: published; undated: loaded).",
            ),
            ("verdict", pa.string(), "'contradicted', 'not contradicted' or 'not decidable'."),
            ("reason", pa.string(), "Reason for the verdict, in words."),
            (
                "conceded",
                pa.float64(),
                "Number of earlier reports compatible with the claim; NULL where it states no limit.",
            ),
            (
                "earlier",
                pa.int32(),
                "Earlier articles that report cases and have the whole combination in one sentence or title.",
            ),
            (
                "scattered",
                pa.int32(),
                "Further earlier articles: the combination is spread over sentences, or no case is reported.",
            ),
            (
                "too_late",
                pa.int32(),
                "Articles that entered between receipt and entry of the paper: too late for its authors to know.",
            ),
            ("undated", pa.int32(), "Articles without a day of entry."),
            (
                "coverage_from",
                pa.int32(),
                "First publication year of the articles that had entered before known_until.",
            ),
            ("coverage_to", pa.int32(), "Last publication year of these articles."),
            ("coverage_articles", pa.int64(), "Number of these articles."),
            ("coverage_with_abstract", pa.int64(), "Number of these articles with an abstract."),
            BATCH,
        ),
    ),
    ("article_id", "document_id", "start", "number"),
)

CLAIM_MATCHES = Table(
    "claim_matches",
    "one article that matches the combination of a claim in claim_audit; at most 200 for each claim",
    (
        *_VERDICT,
        *columns(
            ("matched_id", pa.int64(), "The article that matches."),
            (
                "place",
                pa.string(),
                "'earlier', 'scattered', 'too_late' or 'undated': the column of claim_audit that counts it.",
            ),
            ("entered_on", pa.date32(), "Day it entered."),
            (
                "matched_document_id",
                pa.string(),
                "The document whose sentence has the whole combination; NULL if no single sentence has.",
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
