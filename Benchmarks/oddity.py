"""A way to change a right program that no operator of its syntax tree has: other types, other endings.

Harmless to the machine that runs it without a sandbox, as evalplus does: nothing is written, killed or sent.
"""

import dataclasses
import typing

SPECIAL_METHODS = "a type with special methods of its own is refused"
FILES = "the sandbox has no folder to list and no place for a temporary file"
EVALPLUS_HEAP = "evalplus's candidates are forks of a large process, whose objects a collection visits"
FRAMES = "expected values are not in the candidate's process"


@dataclasses.dataclass(frozen=True)
class Oddity:
    """Most wrap the entry point: the text in `before` runs ahead of the original, `after` once `result` is
    there, and `returns` is the expression given back; `top` stands before the wrapper. `whole` instead
    maps (source, entry point) to the changed program. `most` bounds how often the kind is used, because
    one that ends by a timeout costs seconds on both sides. `known` names the documented divergence that
    the kind is there to show."""

    kind: str
    returns: str = "result"
    before: str = ""
    after: str = ""
    top: str = ""
    whole: typing.Optional[typing.Callable] = None
    most: int = 1 << 30
    known: typing.Optional[str] = None

    def program(self, source, entry):
        if self.whole:
            return self.whole(source, entry)
        lines = [source.rstrip(), ""]
        if self.top:
            lines.append(self.top.rstrip())
        lines += [f"_original = {entry}", f"def {entry}(*args):"]
        lines += ["    " + line for line in self.before.splitlines()]
        lines.append("    result = _original(*args)")
        lines += ["    " + line for line in self.after.splitlines()]
        lines.append(f"    return {self.returns}")
        return "\n".join(lines) + "\n"
