"""The exception tree drawn in `flows.errors` is complete."""

import ast
import pkgutil
from importlib import import_module
from pathlib import Path

import flows
import warehouse.errors
from flows import errors
from flows.http import client


def exceptions_of_flows():
    for module in pkgutil.walk_packages(flows.__path__, "flows."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, BaseException) and value.__module__ == module.name:
                yield value


def test_the_docstring_lists_every_exception_of_the_package():
    names = {error.__name__ for error in exceptions_of_flows()}
    assert {"FlowError", "BadResponseError", "UnreadableFileError"} <= names
    assert {name for name in names if f"{name} " not in errors.__doc__} == set()


WITH_USUAL_HINT = {
    error.__name__ for error in vars(client).values() if isinstance(error, type) and issubclass(error, client.HttpError)
}
WITH_OWN_HINT = {"BackfillFailed", "WindowFailed"}


def test_every_error_a_user_meets_says_what_to_do_next():
    hinted = {error.__name__ for error in exceptions_of_flows() if issubclass(error, errors.FlowError)}
    hinted |= {name for name in vars(warehouse.errors) if name.endswith("Error")}
    hinted -= WITH_USUAL_HINT | WITH_OWN_HINT
    root = Path(flows.__file__).parents[1]
    without = [
        f"{path.relative_to(root)}:{call.lineno}"
        for folder in ("flows", "warehouse")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(call := node.exc, ast.Call)
        if ast.unparse(call.func) in hinted and len(call.args) + len(call.keywords) < 2
    ]
    assert without == []
    for name in WITH_USUAL_HINT:
        assert getattr(client, name)("what happened").hint
