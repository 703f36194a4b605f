"""The first page of this project: its claim, and the result of the audit once an earlier case is loaded."""

import pytest

from flows.demo_literature.literature import mesh
from tests.support.loading import lake_with_vocabulary, load_files, query
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.refresh import refresh

pytestmark = pytest.mark.data
THREE = {"MESH:D007938", "MESH:D006411", "MESH:D008198"}
CLAIMS = (
    "SELECT kind, ordinal, prior_count, flatten(groups) FROM claim_audit"
    " WHERE kind IN ('nth_report', 'prior_count') ORDER BY kind"
)
VERDICTS = "SELECT kind, verdict, earlier FROM claim_audit WHERE kind IN ('nth_report', 'prior_count') ORDER BY kind"
EARLIER_CASE = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID>
<Article><Journal><JournalIssue><PubDate><Year>1990</Year></PubDate></JournalIssue></Journal>
<ArticleTitle>A planted case.</ArticleTitle><Abstract><AbstractText>Leukemic infiltration and extramedullary
hematopoiesis were found in one of the lymph nodes.</AbstractText></Abstract><Language>eng</Language>
<PublicationTypeList><PublicationType>Case Reports</PublicationType></PublicationTypeList></Article></MedlineCitation>
<PubmedData><History><PubMedPubDate PubStatus="entrez"><Year>1990</Year><Month>5</Month><Day>1</Day></PubMedPubDate>
</History></PubmedData></PubmedArticle></PubmedArticleSet>"""


def test_the_audit_names_a_planted_earlier_case(data_dir, tmp_path):
    (tmp_path / "mesh.xml").write_bytes(mesh())
    lake = lake_with_vocabulary(tmp_path / "lake", tmp_path / "mesh.xml")
    load_files(lake, data_dir / "seed" / "read-by-qxmd.html")
    refresh(lake, CLAIM_TABLES)
    [(_, ordinal, _, second), (_, _, prior_count, one_before)] = query(lake, CLAIMS)
    assert (ordinal, prior_count) == (2, 1)
    assert set(second) >= THREE
    assert set(one_before) >= THREE
    assert query(lake, VERDICTS) == [("nth_report", "not contradicted", 0), ("prior_count", "not contradicted", 0)]
    for pmid in (7, 8):
        (tmp_path / f"{pmid}.xml").write_text(EARLIER_CASE.format(pmid=pmid))
    load_files(lake, tmp_path / "7.xml")
    refresh(lake, CLAIM_TABLES)
    assert query(lake, VERDICTS) == [("nth_report", "not contradicted", 1), ("prior_count", "not contradicted", 1)]
    named = "SELECT DISTINCT matched_id FROM claim_matches WHERE place = 'earlier' ORDER BY ALL"
    assert query(lake, named) == [(7,)]
    load_files(lake, tmp_path / "8.xml")
    refresh(lake, CLAIM_TABLES)
    assert query(lake, VERDICTS) == [("nth_report", "contradicted", 2), ("prior_count", "contradicted", 2)]
    assert query(lake, named) == [(7,), (8,)]
