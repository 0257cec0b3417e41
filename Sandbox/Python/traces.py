"""Whether a program can leave anything behind for what runs after it in the same process.

The base and the plus tests each find the program in a fresh state. A process for each gives them that whatever it does,
at the price of another fork. Most programs need no more than a fresh namespace: their code can neither find nor
change what they have not made themselves. That is decided here by the compiled code, and when in doubt it is not so.
It may

- use the builtins listed below (none that reaches further, as `getattr`, `exec` or `type` do) and names of its own,
- take attributes that are methods of plain data or are listed below: none leads to a frame, a namespace or a module,
- import the modules listed below, or the attributes listed below from them,

and sets no attribute, and defines no class and no generator, for these may have something run when they are deleted.
"""

import sys
from opcode import opmap

_BUILTINS = """abs all any ascii bin bool bytearray bytes callable chr complex dict divmod enumerate filter float format
    frozenset hash hex int isinstance issubclass iter len list map max min next oct ord pow print range repr reversed
    round set slice sorted str sum tuple zip Ellipsis NotImplemented __name__ __doc__
    ArithmeticError AssertionError AttributeError BaseException Exception IndexError KeyError LookupError NameError
    NotImplementedError OverflowError RecursionError RuntimeError StopIteration TypeError UnboundLocalError ValueError
    ZeroDivisionError""".split()
_MODULES = frozenset("bisect collections copy functools heapq itertools math re string typing".split())
_ATTRIBUTES = """
    bisect bisect_left bisect_right insort insort_left insort_right
    Counter OrderedDict defaultdict deque appendleft elements extendleft maxlen most_common move_to_end popleft rotate
    subtract total
    copy deepcopy
    cache cmp_to_key lru_cache reduce
    heapify heappop heappush heappushpop heapreplace nlargest nsmallest
    accumulate chain combinations combinations_with_replacement cycle dropwhile filterfalse from_iterable groupby islice
    pairwise permutations product repeat starmap takewhile tee zip_longest
    acos asin atan atan2 cbrt ceil comb copysign cos cosh degrees dist e exp exp2 fabs factorial floor fmod frexp fsum
    gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp log log10 log1p log2 modf nan perm pi pow prod radians
    sin sinh sqrt tan tanh tau trunc
    IGNORECASE MULTILINE DOTALL I M S compile end escape findall finditer fullmatch group groupdict groups match search
    span split start sub subn
    ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits punctuation whitespace
    Any Callable DefaultDict Deque Dict FrozenSet Generator Hashable Iterable Iterator List Literal Mapping
    MutableMapping MutableSequence NoReturn Optional Sequence Set Tuple Type Union
    """.split()
_PLAIN = str, bytes, bytearray, int, float, complex, list, tuple, range, slice, dict, set, frozenset

_METHODS = frozenset(_ATTRIBUTES).union(name for kind in _PLAIN for name in dir(kind) if name[0] != "_")
_REFUSED = frozenset(vars(__import__("builtins"))).difference(_BUILTINS) | {"__builtins__"}

# The operations that take one of the code's names: by how far its index is shifted, and which names are harmless, if
# that is not all but the refused ones.
_OWN = "LOAD_NAME STORE_NAME DELETE_NAME STORE_GLOBAL DELETE_GLOBAL LOAD_FROM_DICT_OR_GLOBALS".split()
_TAKING = {name: (0, None) for name in _OWN}
_TAKING.update(
    LOAD_GLOBAL=(int(sys.version_info >= (3, 11)), None), LOAD_ATTR=(int(sys.version_info >= (3, 12)), _METHODS),
    LOAD_METHOD=(0, _METHODS), IMPORT_FROM=(0, _METHODS), IMPORT_NAME=(0, _MODULES),
)  # fmt: skip
_LEAVING = "STORE_ATTR DELETE_ATTR LOAD_BUILD_CLASS LOAD_SUPER_ATTR MATCH_CLASS".split()
_taking = {opmap[name]: how for name, how in _TAKING.items() if name in opmap}
_leaving = frozenset(opmap[name] for name in _LEAVING if name in opmap)
_IS_KNOWN = (3, 9) <= sys.version_info < (3, 14)  # others may have operations that none of this looks at
_MOST_NAMES = 100  # so that an index, shifted, fits into the byte beside its operation
_SUSPENDING = 0x20 | 0x80 | 0x100 | 0x200  # flags of generators and coroutines
_EVERYTHING = ("*",)  # among the constants of `from ... import *`


def leaves_none(code):
    """Whether the program with this code, that of its module, can leave no trace."""
    kind, parts = type(code), [code]
    for part in parts:
        text, names, constants = part.co_code, part.co_names, part.co_consts
        operations = text[::2]
        if part.co_flags & _SUSPENDING and part.co_name != "<genexpr>":
            return False
        if len(names) > _MOST_NAMES or _EVERYTHING in constants or not _leaving.isdisjoint(operations):
            return False
        for operation, index in zip(operations, text[1::2]):
            if operation in _taking:
                shift, harmless = _taking[operation]
                name = names[index >> shift]
                if name in _REFUSED if harmless is None else name not in harmless:
                    return False
        parts += [constant for constant in constants if type(constant) is kind]
    return _IS_KNOWN
