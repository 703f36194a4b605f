-- One row per article: what belongs to the article as a whole, and the text of the document that represents it.
CREATE VIEW articles AS
SELECT
    article_keys.article_id,
    documents.document_id,
    documents.pmid,
    documents.doi,
    documents.pmcid,
    documents.title,
    documents.abstract,
    documents.sections,
    documents.vernacular_title,
    documents.authors,
    documents.journal,
    documents.journal_abbreviation,
    documents.issn,
    documents.volume,
    documents.issue,
    documents.pages,
    documents.languages,
    documents.publication_types,
    documents.headings,
    documents.major_headings,
    documents.keywords,
    documents.published_on,
    documents.published_precision,
    documents.received_on,
    article_keys.year,
    article_keys.entered_on,
    article_keys.retracted_on,
    article_keys.is_notice,
    article_keys.is_case_report,
    article_keys.subjects,
    article_keys.cases,
    CASE WHEN article_keys.cases = 1 THEN documents.patient_age END AS patient_age,
    CASE WHEN article_keys.cases = 1 THEN documents.patient_sex END AS patient_sex,
    article_keys.in_index,
    article_keys.in_text,
    article_keys.has_abstract,
    article_keys.sources,
    article_keys.documents
FROM article_keys
INNER JOIN documents
    ON
        documents.article_id = article_keys.article_id
        AND documents.document_id = article_keys.document_id
        AND documents.is_current
