"""Run one part in this process; the last line on stdout is what it found, as JSON.

python -m benchmarks.part import_list --quick
"""

import argparse
from importlib import import_module

import orjson

from benchmarks.measuring import CannotMeasure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    try:
        found = import_module(f"benchmarks.{options.module}").measure(options.quick)
    except CannotMeasure as error:
        found = {"cannot": str(error)}
    print(f"\n{orjson.dumps(found).decode()}", flush=True)


if __name__ == "__main__":
    main()
