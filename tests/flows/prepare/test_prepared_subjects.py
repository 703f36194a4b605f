"""What a record says of its subjects reaches the article and its concepts."""

from tests.support.loading import load_files, query
from tests.support.pubmed_samples import article, payload

CASE = "<ArticleTitle>Leukemia: report of two cases.</ArticleTitle><Abstract><AbstractText>Two men had leukemia."
CASE += "</AbstractText></Abstract>"


def test_an_article_is_known_as_a_case_report_of_its_patients(lake, tmp_path):
    path = tmp_path / "records.xml"
    path.write_bytes(payload(article(1, CASE)))
    load_files(lake, path)
    assert query(lake, "SELECT subjects, is_case_report, cases FROM articles") == [("human", True, 2)]
    assert query(lake, "SELECT DISTINCT subjects, is_case_report FROM article_concepts") == [("human", True)]
    assert query(lake, "SELECT articles FROM population(only_humans := true)") == [(1,)]
