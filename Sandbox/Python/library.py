"""Which of Python's own modules a program finds loaded, decided by what it names (mentions.py).

A fork costs what its parent has in memory, so a zygote has little loaded to begin with. Modules that a
program names are imported before its process is forked: once a task, and not once a half, and once for all
when a second task names them (orders.py). The reference has many more loaded, and under its guard some no
longer import (they call os.getcwd), so a program that names anything uncommon gets all of them.
"""

import sys

# Import under the guard as without it, and load neither shutil nor subprocess, which the guard patches.
COMMON = frozenset(
    """abc array bisect calendar cmath collections collections.abc copy dataclasses datetime decimal
    enum fractions functools hashlib heapq itertools json math numbers numpy operator os queue random
    re statistics string struct sys textwrap threading time typing""".split()
)
EVERYTHING = sorted(COMMON - {"numpy"}) + [
    "concurrent.futures.process", "concurrent.futures.thread", "multiprocessing.pool", "shutil",
    "subprocess",
]  # fmt: skip


def are_loaded(names):
    return all(name in sys.modules for name in _meant(names))


def load(names):
    for name in _meant(names):
        try:
            __import__(name)
        except ImportError:
            sys.modules.setdefault(name, None)  # the program's import fails as well


def _meant(names):
    """The modules that `names` stand for; none that is not ours to load."""
    known = COMMON.union(EVERYTHING)
    return [name for name in (EVERYTHING + names if "*" in names else names) if name in known]
