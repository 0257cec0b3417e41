"""Which differing verdicts are the divergences that Tests/SandboxTests/Python/README.md documents.

A rule looks at what the program does (its kind) and at what evalkit says of it, never at the verdict alone:
a wrong verdict for another reason stays unexplained.
"""

import mutants
import oddity

KNOWN = {odd.kind: odd.known for odd in mutants.all_oddities() if odd.known}


def documented(kind, theirs, ours):
    """The divergence's name, or None. `theirs` is evalplus's status, `ours` evalkit's verdict on one half."""
    name = KNOWN.get(kind)
    if name == oddity.SPECIAL_METHODS:
        holds = ours["reason"] == "unsupported type"
    elif name in (oddity.FRAMES, oddity.FILES):
        holds = theirs == "pass" and ours["reason"] == "exception"
    elif name == oddity.EVALPLUS_HEAP:
        holds = theirs == "timeout" and ours["reason"] == "passed"
    else:
        holds = False
    return name if holds else None
