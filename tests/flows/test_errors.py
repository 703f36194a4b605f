"""The exception tree drawn in `flows.errors` is complete."""

import pkgutil
from importlib import import_module

import flows
from flows import errors


def exceptions_of_flows():
    for module in pkgutil.walk_packages(flows.__path__, "flows."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, BaseException) and value.__module__ == module.name:
                yield value


def test_the_docstring_lists_every_exception_of_the_package():
    names = {error.__name__ for error in exceptions_of_flows()}
    assert {"FlowError", "BadResponseError", "UnreadableFileError"} <= names
    assert {name for name in names if f"{name} " not in errors.__doc__} == set()
