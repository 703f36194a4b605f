"""`python -m benchmarks.quality DATA [PART ...]`: figures of every part whose data are present, as JSON on stdout.

A part is a module of this package with `measure(data: Path) -> dict | None`: its figures and those of a peer or a plain
baseline in the same run; None if its data are absent.
"""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import benchmarks.quality


def main() -> None:
    """Measure the named parts, by default all; progress goes to stderr."""
    modules = iter_modules(benchmarks.quality.__path__)
    parts = sorted(module.name for module in modules if not module.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of labelled data")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(parts)}; default: all")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.parts) - set(parts))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; choose from {', '.join(parts)}")
    figures = {}
    for part in arguments.parts or parts:
        print(f"measuring {part} ...", file=sys.stderr)
        figures_of_part = import_module(f"benchmarks.quality.{part}").measure(arguments.data)
        if figures_of_part is None:
            print(f"    skipped: no data for it in {arguments.data}", file=sys.stderr)
        else:
            figures[part] = figures_of_part
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
