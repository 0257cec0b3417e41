"""Which modules a program names: a look at its text, without running or parsing it."""

import re

import library

_IMPORT = re.compile(rb"from\s+([\w.]+)\s+import\b|import\s+([\w., ]+)")
_HIDDEN = re.compile(
    rb"__import__|__builtins__|importlib|sys\.modules|\\u00[2-7]|(?<![.\w])(?:exec|eval|compile)\s*\("
    rb"|import\s*\\[\\tfu]"  # what follows is on the next line or behind a tab
)


def named(program):
    """The modules that a program (a JSON string token) wants loaded; "*" stands for all."""
    names = set()
    for single, several in _IMPORT.findall(program):
        for name in [single] if single else several.split(b","):
            names.update(name.decode("ascii", "replace").split()[:1])
    # Text such as "to import the data" names modules that are none. It costs time and nothing else.
    if names <= library.COMMON and not _HIDDEN.search(program):
        return sorted(names)
    return ["*"] + sorted(names & {"numpy"})
