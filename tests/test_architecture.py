"""The rules of the house, each as one test that lists every offender."""

import ast
import re
from functools import cache
from pathlib import Path

from flows import reference

ROOT = Path(__file__).parent.parent
TOP = ("transforms", "warehouse", "flows")
"""From the bottom up: flows -> warehouse -> transforms, never back."""

LAYERS = {
    "transforms": (
        {"rules", "schema"},
        {"columnar", "payloads"},
        {"text", "statistics"},
        {"curation", "pubmed", "counting", "subjects"},
        {"europepmc", "vocabulary", "web"},
        {"annotation", "claims", "duplicates"},
        {"publishing"},
        {"annotate", "deduplicate", "rarity", "web_page"},
    ),
    "warehouse": (
        {"errors"},
        {"lake"},
        {"catalog"},
        {"queries"},
        {"derived"},
        {"commit"},
        {"revision"},
        {"upkeep", "dictionary"},
    ),
    "flows": (
        {"choices", "errors", "process_setup", "terminal"},
        {"settings"},
        {"http", "progress", "quiet_prefect", "reporting", "watches", "load_vocabulary"},
        {"sources", "prepare", "operations"},
        {"windows", "ingest", "maintain", "refresh"},
        {"collect", "backfill", "demo_literature"},
        {"cli"},
        {"reference"},
    ),
}
"""Packages and modules of one layer import only from lower ones: an arrow upwards or sideways would begin a circle."""

PURE_FORBIDS = {"httpx", "prefect", "duckdb", "os", "socket", "subprocess", "time", "pathlib", "shutil", "tempfile"}
VAGUE_MODULES = {"utils", "helpers", "common", "misc"}
VAGUE_NAMES = {"told", "said", "spoken", "meant"}
SHARED_ALIASES = {"Row", "T"}
"""Type aliases that mean the same wherever they are declared."""
MOST_MODULES, MOST_LINES, MOST_FUNCTION_LINES = 20, 400, 60


@cache
def sources():
    """Every module of the three packages, with its syntax tree."""
    paths = sorted(path for top in TOP for path in (ROOT / top).rglob("*.py"))
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def trees_of_tests():
    paths = sorted((ROOT / "tests").rglob("*.py"))
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imports(tree):
    """(module, name or None) of every import, wherever in the module it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield from ((node.module, alias.name) for alias in node.names)


def imports_of(library):
    return {path for path, tree in sources().items() if any(name.split(".")[0] == library for name, _ in imports(tree))}


def room(module, name=None):
    """The package, or the module beside the packages, that an import reaches: ('flows', 'http'); None for the top."""
    parts = [*module.split("."), *([name] if name else [])]
    return (parts[0], parts[1]) if len(parts) > 1 and parts[0] in TOP else None


def room_of(path):
    return (path.parts[0], path.with_suffix("").parts[1])


def test_there_is_something_to_check():
    assert {path.parts[0] for path in sources()} == set(TOP)
    assert len(sources()) > 200


def test_imports_go_down_only():
    order = {top: number for number, top in enumerate(TOP)}
    assert not [
        f"{path} imports {module}"
        for path, tree in sources().items()
        for module, _ in imports(tree)
        if order.get(module.split(".")[0], -1) > order[path.parts[0]]
    ]


def test_every_package_has_its_layer():
    listed = {(top, name) for top, layers in LAYERS.items() for layer in layers for name in layer}
    assert {room_of(path) for path in sources() if room_of(path)[1] != "__init__"} == listed


def test_packages_form_layers_without_circles():
    layer = {(top, name): n for top, layers in LAYERS.items() for n, names in enumerate(layers) for name in names}
    offenders = set()
    for path, tree in sources().items():
        own = room_of(path)
        for module, name in imports(tree):
            other = room(module, name)
            if other in layer and other != own and other[0] == own[0] and layer[other] >= layer[own]:
                offenders.add(f"{path} imports {'.'.join(other)}")
    assert not offenders


def test_transforms_are_pure():
    assert not [
        f"{path} imports {module}"
        for path, tree in sources().items()
        if path.parts[0] == "transforms"
        for module, _ in imports(tree)
        if module.split(".")[0] in PURE_FORBIDS
    ]


def test_prefect_only_where_flows_are_declared_set_up_or_operated():
    allowed = {"operations", "reporting", "process_setup"}
    assert not [
        path for path in imports_of("prefect")
        if room_of(path)[1] not in allowed and "@flow" not in (ROOT / path).read_text(encoding="utf-8")
        and path != Path("flows/prepare/task_runners.py") and path != Path("flows/watches/alerts.py")
    ]  # fmt: skip


def test_httpx_only_in_the_client_and_the_sources():
    allowed = {("flows", "http"), ("flows", "sources"), ("flows", "operations")}  # Prefect's client raises httpx errors
    assert not [path for path in imports_of("httpx") if room_of(path) not in allowed]


def test_the_environment_is_read_in_the_settings_alone():
    readers = {
        path
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == "getenv")
        or (isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ")
    }
    assert readers <= {Path("flows/settings.py")}


def test_names_with_an_underscore_stay_in_their_module():
    every = {**sources(), **trees_of_tests()}
    assert not [
        f"{path} imports {module}.{name}"
        for path, tree in every.items()
        for module, name in imports(tree)
        if module.split(".")[0] in TOP and name and name.startswith("_")
    ]


def test_no_module_is_a_drawer_for_odds_and_ends():
    assert not [path for path in sources() if path.stem in VAGUE_MODULES]


def test_values_are_named_after_what_they_are():
    assert not [
        f"{path}:{node.lineno} {name}"
        for path, tree in {**sources(), **trees_of_tests()}.items()
        for node in ast.walk(tree)
        for name in [getattr(node, "id", None) if isinstance(node, ast.Name) else getattr(node, "arg", None)]
        if name in VAGUE_NAMES
    ]


def test_a_public_class_or_constant_has_one_meaning():
    """Within a package; the embedded literature shares no code with what reads it, so its names may repeat."""
    places = {}
    for path, tree in sources().items():
        if room_of(path) == ("flows", "demo_literature"):
            continue
        for node in tree.body:
            names = [node.name] if isinstance(node, ast.ClassDef) else []
            if isinstance(node, ast.Assign):
                names = [ast.unparse(target) for target in node.targets]
            for name in names:
                if name[0].isupper() and name not in SHARED_ALIASES:
                    places.setdefault((path.parts[0], name), []).append(str(path))
    assert not {name: paths for name, paths in places.items() if len(paths) > 1}


def test_functions_files_and_folders_stay_small():
    lines = {path: (ROOT / path).read_text(encoding="utf-8").count("\n") for path in sources()}
    offenders = [f"{path}: {count} lines" for path, count in lines.items() if count > MOST_LINES]
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = node.end_lineno - node.lineno + 1
                if length > MOST_FUNCTION_LINES:
                    offenders.append(f"{path}: {node.name} has {length} lines")
    for folder in {path.parent for path in sources()}:
        modules = [path for path in sources() if path.parent == folder and path.name != "__init__.py"]
        if len(modules) > MOST_MODULES:
            offenders.append(f"{folder}: {len(modules)} modules")
    assert not offenders


def test_packages_say_what_comes_in_and_what_goes_out():
    packages = {path: tree for path, tree in sources().items() if path.name == "__init__.py"}
    assert not [str(path) for path, tree in packages.items() if (ast.get_docstring(tree) or "").count("\n") < 2]


def test_doors_name_what_they_open():
    doors = [Path("transforms") / f"{name}.py" for name in ("annotate", "deduplicate", "web_page", "rarity")]
    doors += [Path("transforms/vocabulary/__init__.py"), Path("transforms/claims/__init__.py")]
    for door in doors:
        tree = sources()[door]
        exported = next(
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        )
        assert set(exported) == {name for _, name in imports(tree)}, door


def test_tests_mirror_the_tree_and_import_no_other_test():
    rooms = {path.parent for path in sources()}
    offenders = [
        f"{path.parent} has no package beside it"
        for path in trees_of_tests()
        if path.parts[1] in TOP and Path(*path.parent.parts[1:]) not in rooms
    ]
    for path, tree in trees_of_tests().items():
        for module, name in imports(tree):
            parts = [*module.split("."), name or ""]
            if parts[0] == "tests" and any(part.startswith("test_") for part in parts):
                offenders.append(f"{path} imports {module}")
    assert not offenders


def marks_of(node):
    """The pytest marks of a module or a test."""
    marked = [
        part.value
        for part in node.body
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "pytestmark"
    ]
    marked += getattr(node, "decorator_list", [])
    return {part.attr for mark in marked for part in ast.walk(mark) if isinstance(part, ast.Attribute)}


def test_one_module_of_ordinary_tests_needs_a_server():
    needing = set()
    for path, module in trees_of_tests().items():
        tests = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        marks = [marks_of(module) | marks_of(test) for test in tests]
        if any("server" in each and "soak" not in each for each in marks):
            needing.add(path.as_posix())
    assert needing == {"tests/e2e/test_prefect.py"}


def test_the_reference_lists_every_verb_and_setting():
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == reference.markdown(), "run: python -m flows.reference > docs/reference.md"
    assert all(f"### hoofbeats {verb}\n" in written for verb in reference.verbs())
    assert all(command.help for command in reference.verbs().values())
    assert all(f"`{variable}`" in written for variable in reference.variables())
    assert not [variable for variable, field in reference.variables().items() if not field.description]


def test_no_group_of_a_pattern_is_repeated_possessively():
    """Python 3.11.0 to 3.11.4, among them Debian's, match such repetitions wrongly (python/cpython#106052)."""
    possessive_group = re.compile(r"(?<!\\)\)(?:[*+?]|\{[\d,]+\})\+")
    patterns = {
        (str(path), node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value)
        for path, tree in sources().items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.")
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    }
    assert [pattern for pattern in patterns if possessive_group.search(pattern[1])] == []
