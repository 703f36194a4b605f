"""Who may import whom: flows -> warehouse -> transforms, never back; and each outside library in its own room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RANK = {"transforms": 0, "warehouse": 1, "flows": 2}
FILES = sorted(path for package in RANK for path in (ROOT / package).rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc"}
PURE_FORBIDS = {"httpx", "prefect", "duckdb", "os", "socket", "subprocess", "time", "pathlib", "shutil", "tempfile"}


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def package_of(path):
    return path.relative_to(ROOT).parts[0]


def test_the_rule_has_something_to_check():
    assert {package_of(path) for path in FILES} == set(RANK)
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_only_downwards(path):
    above = {module for module in imported_modules(path) if RANK.get(module.split(".")[0], -1) > RANK[package_of(path)]}
    assert not above


@pytest.mark.parametrize("path", [p for p in FILES if package_of(p) == "transforms"], ids=lambda p: p.name)
def test_transforms_are_pure(path):
    assert not {module for module in imported_modules(path) if module.split(".")[0] in PURE_FORBIDS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prefect_only_where_flows_are_declared_or_operated(path):
    if any(module.split(".")[0] == "prefect" for module in imported_modules(path)):
        assert package_of(path) == "flows"
        assert (
            path.parent.name in {"operations", "reporting"}
            or path.stem == "process_setup"
            or "@flow" in path.read_text(encoding="utf-8")
        )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_a_drawer_for_odds_and_ends(path):
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_environment_is_read_in_the_settings_alone(path):
    reads = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in {"getenv"})
        or (isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ")
    ]
    assert not reads or path.name == "settings.py"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_and_files_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, node.name


def marks_of(node):
    """The pytest marks of a module or a test."""
    told = [
        part.value
        for part in node.body
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "pytestmark"
    ]
    told += getattr(node, "decorator_list", [])
    return {found.attr for one in told for found in ast.walk(one) if isinstance(found, ast.Attribute)}


def test_one_module_of_ordinary_tests_needs_a_server():
    needing = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        tests = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        marks = [marks_of(module) | marks_of(test) for test in tests]
        if any("server" in one and "soak" not in one for one in marks):
            needing.add(path.relative_to(ROOT).as_posix())
    assert needing == {"tests/e2e/test_prefect.py"}
