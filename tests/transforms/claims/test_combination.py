"""Combinations of claims, from the mentions in the claim, the title and the sentences around it."""

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
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPTS
from transforms.schema.mentions import MENTIONS

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


def sentence_before(concept):
    return Mention(concept, 80, 90, 4)


def same_sentence(concept):
    return Mention(concept, 110, 120, 5)


@pytest.mark.parametrize(
    ("mentions", "groups"),
    [
        ([inside("emh", 150, 165), inside("node", 166, 180), title("neck")], [["emh"], ["node"]]),
        ([inside("emh"), title("node")], [["emh"], ["node"]]),
        ([inside("emh", 150, 152), inside("node", 153, 155), title("neck")], [["emh"], ["node"], ["neck"]]),
        ([title("emh"), title("node"), sentence_before("neck")], [["emh"], ["node"]]),
        ([title("emh"), sentence_before("node"), Mention("neck", 60, 70, 3)], [["emh"], ["node"]]),
        ([title("emh"), same_sentence("node"), sentence_before("neck")], [["node"], ["emh"]]),
        ([inside("emh", 150, 180), same_sentence("node"), title("neck")], [["emh"], ["node"]]),
        ([title("biopsy"), title("emh"), inside("node")], [["node"], ["emh"]]),
        ([title("biopsy"), inside("node")], [["node"]]),
        ([title("pacemaker"), inside("node")], [["node"], ["pacemaker"]]),
        ([inside("tumor"), title("infiltration"), title("node")], [["infiltration"], ["node"]]),
        ([title("t-cell"), title("node"), sentence_before("leukemia")], [["leukemia"], ["node"]]),
        ([title("t-cell"), title("node"), sentence_before("tumor")], [["t-cell"], ["node"]]),
        ([inside("t-cell"), inside("leukemia"), inside("node")], [["t-cell"], ["node"]]),
        ([inside("t-cell"), same_sentence("leukemia"), inside("node")], [["t-cell"], ["node"]]),
        ([sentence_before("t-cell"), sentence_before("leukemia"), title("node")], [["node"], ["t-cell"]]),
        ([title("t-cell"), title("leukemia"), title("node"), sentence_before("leukemia")], [["t-cell"], ["node"]]),
        ([title("infiltration"), title("t-cell"), title("node")], [["infiltration", "t-cell"], ["node"]]),
        ([], []),
    ],
    ids=[
        "enough concepts in the words", "title, for too few concepts", "title, for a small named share",
        "title, for no concepts", "then the sentence before", "the claim's sentence before the title",
        "the words and the rest of their sentence", "techniques are left out", "even if few remain",
        "devices are kept", "generic concepts are replaced from the title", "widened to an ancestor in the context",
        "not widened to a generic ancestor", "not to one beside it", "nor to one in the claim's sentence",
        "nor to one beside it in the sentence before", "nor to one beside it in the title",
        "noun and adjective are alternatives", "no mention",
    ],
)  # fmt: skip
def test_concepts_of_a_combination(concepts, mentions, groups):
    assert claim_combination(CLAIM, mentions, concepts) == groups


def test_a_combination_has_at_most_max_groups(concepts):
    mentions = [inside(f"y{n}", 150 + n, 151 + n) for n in range(9)]
    assert len(claim_combination(CLAIM, mentions, concepts)) == MAX_GROUPS


def test_add_combinations_adds_three_columns(concepts):
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


def test_named_share_is_that_of_the_title_if_larger(concepts):
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
def test_vague_concepts_have_the_names_in_the_file(data_dir):
    import gzip
    import tomllib
    from importlib.resources import files

    groups = tomllib.loads(files("transforms.rules").joinpath("vague_concepts.toml").read_text("utf-8")).values()
    text = gzip.decompress((data_dir / "vocab" / "desc2024.xml.gz").read_bytes()).decode("utf-8")
    for concept, name in (pair for group in groups for pair in group.items()):
        at = text.index(f"<DescriptorUI>{concept.removeprefix('MESH:')}</DescriptorUI>")
        assert f"<String>{name}</String>" in text[at : at + 300]


@pytest.mark.data
def test_the_seed_page(data_dir):
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
