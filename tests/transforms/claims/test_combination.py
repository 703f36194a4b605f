"""What a claim is about, from the mentions in its words, its title and the sentences around it."""

import pyarrow as pa
import pytest

from transforms.claims.combination import (
    GENERIC_MIN_DESCENDANTS,
    MAX_GROUPS,
    VAGUE_CONCEPTS,
    ClaimSpan,
    Concepts,
    Mention,
    add_combinations,
    claim_combination,
)
from transforms.schema.claims import FOUND_CLAIMS
from transforms.schema.mentions import MENTIONS
from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPTS

NAMES = {
    "leukemia": ("Leukemia", "C04.557.337"),
    "t-cell": ("Leukemia, T-Cell", "C04.557.337.428"),
    "infiltration": ("Leukemic Infiltration", "C23.550.737"),
    "emh": ("Hematopoiesis, Extramedullary", "G04.152"),
    "node": ("Lymph Nodes", "A10.549.400"),
    "neck": ("Neck", "A01.598"),
    "tumor": ("Neoplasms", "C04"),
    "biopsy": ("Biopsy", "E01.370"),
    "pacemaker": ("Pacemaker, Artificial", "E07.695"),
    "child": ("Child", "M01.060"),
}
ABOVE = [("t-cell", "leukemia"), ("t-cell", "tumor"), ("leukemia", "tumor"), ("infiltration", "tumor")]
MANY = [(f"x{n}", "tumor") for n in range(GENERIC_MIN_DESCENDANTS)]


@pytest.fixture(scope="module")
def concepts():
    rows = [
        {
            "concept_id": c,
            "name": name,
            "categories": [tree_number[0]],
            "tree_numbers": [tree_number],
            "counted": c != "child",
        }
        for c, (name, tree_number) in NAMES.items()
    ]
    ancestors = [{"concept_id": low, "ancestor_id": high} for low, high in ABOVE + MANY]
    return Concepts.from_tables(CONCEPTS.from_rows(rows), CONCEPT_ANCESTORS.from_rows(ancestors))


CLAIM = ClaimSpan(start=100, end=200, scope_start=150, scope_end=180)


def inside(concept, start=150, end=180):
    return Mention(concept, start, end, 5)


def title(concept):
    return Mention(concept, 0, 10, 0)


def before(concept):
    return Mention(concept, 80, 90, 4)


def beside(concept):
    return Mention(concept, 110, 120, 5)


@pytest.mark.parametrize(
    ("mentions", "groups"),
    [
        ([inside("emh", 150, 165), inside("node", 166, 180), title("neck")], [["emh"], ["node"]]),
        ([inside("emh"), title("node")], [["emh"], ["node"]]),
        ([inside("emh", 150, 152), inside("node", 153, 155), title("neck")], [["emh"], ["node"], ["neck"]]),
        ([title("emh"), title("node"), before("neck")], [["emh"], ["node"]]),
        ([title("emh"), before("node"), Mention("neck", 60, 70, 3)], [["emh"], ["node"]]),
        ([title("emh"), beside("node"), before("neck")], [["node"], ["emh"]]),
        ([inside("emh", 150, 180), beside("node"), title("neck")], [["emh"], ["node"]]),
        ([title("biopsy"), title("emh"), inside("node")], [["node"], ["emh"]]),
        ([title("biopsy"), inside("node")], [["node"]]),
        ([title("pacemaker"), inside("node")], [["node"], ["pacemaker"]]),
        ([inside("tumor"), title("infiltration"), title("node")], [["infiltration"], ["node"]]),
        ([title("t-cell"), title("node"), before("leukemia")], [["leukemia"], ["node"]]),
        ([title("t-cell"), title("node"), before("tumor")], [["t-cell"], ["node"]]),
        ([title("infiltration"), title("t-cell"), title("node")], [["infiltration", "t-cell"], ["node"]]),
        ([], []),
    ],
    ids=[
        "the words name enough", "too few: the title", "half unnamed: the title", "nothing: the title",
        "then the sentence before", "the claim's own sentence first", "what the words name and what stands beside them",
        "how it was combined is left out", "even where little else is left", "a device is claimed as a disease is",
        "what points back gives way to the title", "widened to what the neighbourhood speaks of",
        "not to what names nothing", "adjectives are alternatives", "no mention",
    ],
)  # fmt: skip
def test_where_the_concepts_come_from(concepts, mentions, groups):
    assert claim_combination(CLAIM, mentions, concepts) == groups


def test_no_more_groups_than_can_be_expected_together(concepts):
    mentions = [inside(f"y{n}", 150 + n, 151 + n) for n in range(9)]
    assert len(claim_combination(CLAIM, mentions, concepts)) == MAX_GROUPS


def test_tables_in_tables_out(concepts):
    claims = FOUND_CLAIMS.from_rows(
        [
            {
                "document_id": "a",
                "start": 100,
                "end": 200,
                "kind": "first_report",
                "scope_start": 150,
                "scope_end": 180,
            },
            {"document_id": "b", "start": 0, "end": 50, "kind": "first_report"},
        ]
    )
    spans = [("node", "a", 150, 165, "text"), ("emh", "a", 166, 170, "text"), ("child", "a", 171, 175, "text")]
    spans += [("neck", "b", None, None, "index")]
    mentions = MENTIONS.from_rows(
        {"concept_id": c, "document_id": d, "start": start, "end": end, "sentence": start and 5, "sentence_end": 200}
        | {"basis": basis}
        for c, d, start, end, basis in spans
    )
    combined = add_combinations(claims, mentions, concepts)
    assert combined.column_names == [*claims.column_names, "groups", "diseases", "named_share"]
    assert combined["groups"].to_pylist() == [[["node"], ["emh"]], []]
    assert combined["diseases"].to_pylist() == [0, 0]
    assert combined["named_share"].to_pylist() == pytest.approx([19 / 30, 0])
    assert add_combinations(FOUND_CLAIMS.empty(), MENTIONS.empty(), concepts)["groups"].type == pa.list_(
        pa.list_(pa.string())
    )


def test_a_well_named_title_makes_up_for_words_that_are_not(concepts):
    claims = FOUND_CLAIMS.from_rows(
        [{"document_id": "a", "start": 100, "end": 200, "scope_start": 150, "scope_end": 180}]
    )
    mentions = MENTIONS.from_rows(
        {"concept_id": c, "document_id": "a", "start": start, "end": end, "sentence": 0, "sentence_end": 50}
        | {"basis": "text"}
        for c, start, end in (("infiltration", 0, 21), ("node", 30, 40))
    )
    (combined,) = add_combinations(claims, mentions, concepts).to_pylist()
    assert combined["named_share"] == pytest.approx(31 / 50)
    assert (combined["groups"], combined["diseases"]) == ([["infiltration"], ["node"]], 1)


def test_vague_concepts_are_curies():
    assert all(concept.startswith("MESH:D") for concept in VAGUE_CONCEPTS)


@pytest.mark.data
def test_vague_concepts_are_what_they_are_called(data_dir):
    import gzip
    import tomllib
    from importlib.resources import files

    groups = tomllib.loads(files("transforms.rules").joinpath("vague_concepts.toml").read_text("utf-8")).values()
    text = gzip.decompress((data_dir / "vocab" / "desc2024.xml.gz").read_bytes()).decode("utf-8")
    for concept, name in (pair for group in groups for pair in group.items()):
        at = text.index(f"<DescriptorUI>{concept.removeprefix('MESH:')}</DescriptorUI>")
        assert f"<String>{name}</String>" in text[at : at + 300]


@pytest.mark.data
def test_the_page_this_project_started_from(data_dir):
    from transforms.annotation.annotate import annotate
    from transforms.claims.detect import find_claims
    from transforms.vocabulary.compiled import build
    from transforms.vocabulary.mesh import read_mesh
    from transforms.vocabulary.tables import mark_counted

    lines = (data_dir / "seed" / "read-by-qxmd.txt").read_text("utf-8").splitlines()
    title = next(line for line in lines if line.startswith("Cytodiagnosis"))
    abstract = (data_dir / "seed" / "expected-abstract.txt").read_text("utf-8").strip()
    with (data_dir / "vocab" / "desc2024.xml.gz").open("rb") as stream:
        mesh = mark_counted(read_mesh(stream, "desc2024.xml.gz"))
    page = pa.table({"document_id": ["page"], "article_id": [1], "title": [title], "abstract": [abstract]})
    mentions = annotate(page, build(mesh.concepts, mesh.names, mesh.ancestors))
    combined = add_combinations(
        find_claims(page), mentions, Concepts.from_tables(mesh.concepts, mesh.ancestors)
    ).to_pylist()
    groups_by_claim = {(row["kind"], row["ordinal"] or row["prior_count"]): row["groups"] for row in combined}
    for claim in (("nth_report", 2), ("prior_count", 1)):
        concepts = {concept for group in groups_by_claim[claim] for concept in group}
        assert concepts >= {"MESH:D007938", "MESH:D006411", "MESH:D008198"}, claim
