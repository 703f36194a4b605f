"""`python -m benchmarks.quality DATA [PART ...]`: the figures of every part whose data are there, as JSON on stdout.

A part is a module of this package with `measure(data: Path) -> dict | None`: its figures beside a peer's or a plain
baseline's from the same run; None where its data are absent.
"""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import benchmarks.quality


def main() -> None:
    """Measure the parts asked for, all by default; progress goes to stderr."""
    parts = sorted(found.name for found in iter_modules(benchmarks.quality.__path__) if not found.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of labelled data")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(parts)}; all by default")
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(parts))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(parts)}")
    figures = {}
    for part in given.parts or parts:
        print(f"measuring {part} ...", file=sys.stderr)
        found = import_module(f"benchmarks.quality.{part}").measure(given.data)
        if found is None:
            print(f"    skipped: no data for it in {given.data}", file=sys.stderr)
        else:
            figures[part] = found
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
