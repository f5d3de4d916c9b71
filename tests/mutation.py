"""What `make mutation` has found: how many mutants each module's tests killed, and who lives. Fails under 85 %."""

import sys
from collections import Counter
from pathlib import Path
from typing import Final

import orjson

LEAST: Final = 85.0
_FOLDER: Final = Path("mutants/dialer/domain")
_KILLED: Final = (1, 3)
_TIMED_OUT: Final = (-24, 24, 36, 152, 255)
"""A mutant that goes on for ever is noticed, too."""


def main(folder: Path = _FOLDER) -> int:
    """Returns the exit code."""
    dead: Counter[str] = Counter()
    there: Counter[str] = Counter()
    alive: list[str] = []
    for path in sorted(folder.glob("*.meta")):
        for mutant, code in orjson.loads(path.read_bytes())["exit_code_by_key"].items():
            there[path.name] += 1
            if code in (*_KILLED, *_TIMED_OUT):
                dead[path.name] += 1
            else:
                alive.append(mutant if code is not None else f"{mutant} (not tried)")
    if not there:
        print("There are no mutants: `mutmut run` makes them.", file=sys.stderr)
        return 1
    print("\n".join(f"lives: {mutant}   (mutmut show {mutant})" for mutant in alive))
    for name, number in sorted(there.items()):
        print(f"{100 * dead[name] / number:6.1f} % of {number:4}  {name.removesuffix('.meta')}")
    share = 100 * dead.total() / there.total()
    print(f"{share:6.1f} % of {there.total():4}  killed")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
