import inspect

from warehouse import errors


def test_the_tree_in_the_docstring_lists_every_error():
    defined = [name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)]
    listed = [word for line in errors.__doc__.splitlines() for word in line.split() if word.endswith("Error")]
    assert sorted(listed) == sorted(defined)
