"""Changes the reference solutions of a benchmark into programs that are mostly wrong, each in one way.

Half of the changes are to the syntax tree (operators, comparisons, constants, bounds, statements),
half are oddities (oddity.py). The same seed gives the same programs. Two programs of a task
never have the same text, and none has the tree of the reference solution.
"""

import argparse
import ast
import collections
import copy
import gzip
import json
import pathlib
import random
import warnings

import odd_behaviour
import odd_values

# Operator exchanges; none makes a number much larger than it was.
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.FloorDiv, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift, ast.RShift: ast.BitAnd,
}  # fmt: skip
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
REVERSED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
NAMES = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "set": "list", "list": "tuple",
    "tuple": "list", "sum": "max", "len": "bool", "abs": "int", "int": "float", "float": "int", "str": "repr",
    "round": "int", "True": "False", "False": "True",
}  # fmt: skip
METHODS = {
    "upper": "lower", "lower": "upper", "append": "extend", "extend": "append", "startswith": "endswith",
    "endswith": "startswith", "union": "intersection", "intersection": "union", "keys": "values",
    "values": "keys", "isupper": "islower", "islower": "isupper", "find": "index", "index": "find",
    "strip": "lstrip", "pop": "index", "isdigit": "isalpha", "isalpha": "isalnum", "match": "search",
    "search": "match", "floor": "ceil", "ceil": "floor",
}  # fmt: skip


def plus_one(node, by):
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))


def edits(node, in_while):
    """(kind, change) for each way to change `node`; `change` works in place on a copy's same node.

    Nothing of a `while` is changed, because most such programs would not end."""
    if in_while:
        return
    kind = type(node)
    operator = type(getattr(node, "op", None))
    if kind in (ast.BinOp, ast.AugAssign) and operator in ARITHMETIC:
        yield "operator", lambda n: setattr(n, "op", ARITHMETIC[operator]())
        if kind is ast.BinOp:
            yield "swapped operands", lambda n: n.__dict__.update(left=n.right, right=n.left)
            yield "one operand", lambda n: n.__dict__.update(op=ast.Add(), right=ast.Constant(0))
    if kind is ast.Compare:
        first = type(node.ops[0])
        yield "comparison", lambda n: n.ops.__setitem__(0, COMPARISONS[first]())
        if first in REVERSED:
            yield "reversed comparison", lambda n: n.ops.__setitem__(0, REVERSED[first]())
    if kind is ast.BoolOp:
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield "and or", lambda n: setattr(n, "op", other())
        yield "dropped condition", lambda n: n.values.pop()
    if kind in (ast.If, ast.IfExp):
        yield "negated condition", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        yield "constant condition", lambda n: setattr(n, "test", ast.Constant(True))
        yield "constant condition", lambda n: setattr(n, "test", ast.Constant(False))
    if kind is ast.UnaryOp:
        yield "dropped sign", lambda n: setattr(n, "op", ast.UAdd())
    if kind is ast.Constant and type(node.value) in (int, float):
        for by in (1, -1):
            yield "constant", lambda n, by=by: setattr(n, "value", n.value + by)
    if kind is ast.Constant and type(node.value) is str and node.value:
        yield "string", lambda n: setattr(n, "value", n.value + "x")
        yield "string", lambda n: setattr(n, "value", n.value[1:])
    if kind is ast.Constant and type(node.value) is bool:
        yield "constant", lambda n: setattr(n, "value", not n.value)
    if kind is ast.Call:
        yield from call_edits(node)
    if kind is ast.Slice:
        for side in ("lower", "upper"):
            if getattr(node, side) is not None:
                yield "slice", lambda n, s=side: setattr(n, s, plus_one(getattr(n, s), 1))
                yield "slice", lambda n, s=side: setattr(n, s, None)
        if node.lower is None:
            yield "slice", lambda n: setattr(n, "lower", ast.Constant(1))
    if kind is ast.Subscript and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
        for by in (1, -1):
            yield "index", lambda n, by=by: setattr(n, "slice", plus_one(n.slice, by))
    if kind is ast.Return and node.value is not None:
        yield "returns nothing", lambda n: setattr(n, "value", None)
        yield "returns a tuple", lambda n: setattr(n, "value", ast.Tuple([n.value], ast.Load()))
        yield "returns its negation", lambda n: setattr(n, "value", ast.UnaryOp(ast.Not(), n.value))
    if kind in (ast.ListComp, ast.GeneratorExp, ast.SetComp) and node.generators[0].ifs:
        yield "dropped filter", lambda n: n.generators[0].ifs.clear()
    if kind is ast.ListComp:
        for other in (ast.SetComp, ast.GeneratorExp):
            yield "comprehension", lambda n, o=other: setattr(n, "__class__", o)
    if kind is ast.Lambda:
        yield "constant lambda", lambda n: setattr(n, "body", ast.Constant(0))
    if kind in (ast.FunctionDef, ast.For, ast.If, ast.With, ast.Try):
        yield from block_edits(node)


def call_edits(node):
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if len(node.args) > 1:
        yield "swapped arguments", lambda n: n.args.insert(0, n.args.pop(1))
    if name == "range":
        for at, by in ((0, 1), (0, -1), (len(node.args) - 1, 1), (len(node.args) - 1, -1)):
            yield "range", lambda n, a=at, b=by: n.args.__setitem__(a, plus_one(n.args[a], b))
    if name in NAMES:
        yield "function", lambda n: setattr(n.func, "id", NAMES[name])
    if name in ("sorted", "list", "set", "tuple", "int", "float", "str", "round", "abs") and len(node.args) == 1:
        yield "dropped call", lambda n: n.__dict__.update(func=ast.Name("_same", ast.Load()), keywords=[])
    method = node.func.attr if isinstance(node.func, ast.Attribute) else None
    if method in METHODS:
        yield "method", lambda n: setattr(n.func, "attr", METHODS[method])
    if node.keywords:
        yield "dropped keyword", lambda n: n.keywords.pop()
    if node.args and name not in ("print", "range"):
        yield "argument", lambda n: n.args.__setitem__(0, ast.Constant(None))


def block_edits(node):
    first = 1 if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None else 0
    for at in range(first, len(node.body)):
        if not isinstance(node.body[at], (ast.Pass, ast.Import, ast.ImportFrom)):
            yield "removed statement", lambda n, at=at: n.body.__setitem__(at, ast.Pass())
        for kind, text in (
            ("early return", "return"),
            ("early return", "return 0"),
            ("raised exception", "raise IndexError('x')"),
        ):
            yield kind, lambda n, at=at, text=text: n.body.insert(at, statement(text))
        if at + 1 < len(node.body):
            yield "swapped statements", lambda n, at=at: n.body.insert(at, n.body.pop(at + 1))
            yield "repeated statement", lambda n, at=at: n.body.insert(at, n.body[at])
    if isinstance(node, ast.For):
        yield "left loop", lambda n: n.body.append(ast.Break())
        yield "skipped loop", lambda n: n.body.insert(0, ast.Continue())
    if isinstance(node, ast.If) and node.orelse:
        yield "dropped else", lambda n: n.orelse.clear()


def statement(text):
    return ast.parse("def f():\n    " + text).body[0].body[0]


def changeable(tree):
    """(index in ast.walk's order, node, inside a while) of the nodes that may be changed."""
    fixed, inside = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.While):
            inside.update(map(id, ast.walk(node)))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            fixed.add(id(node.value))
        if isinstance(node, ast.FunctionDef):
            places = [a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg)] + [node.returns]
            for place in filter(None, places):
                fixed.update(map(id, ast.walk(place)))
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr)):
            fixed.update(map(id, ast.walk(node)))
    return [(i, n, id(n) in inside) for i, n in enumerate(ast.walk(tree)) if id(n) not in fixed]


def tree_mutants(source, rng, used):
    """(kind, program) for the changes of the syntax tree, those kinds first that `used` counts least."""
    tree = ast.parse(source)
    sites = [
        (kind, index, change)
        for index, node, in_while in changeable(tree)
        for kind, change in edits(node, in_while)
    ]
    rng.shuffle(sites)
    met = collections.Counter()
    ranked = []
    for position, site in enumerate(sites):
        ranked.append((met[site[0]], used[site[0]], position, site))
        met[site[0]] += 1
    for *_, (kind, index, change) in sorted(ranked, key=lambda r: r[:3]):
        changed = copy.deepcopy(tree)
        change(list(ast.walk(changed))[index])
        try:
            text = ast.unparse(ast.fix_missing_locations(changed)) + "\n"
            same = ast.dump(ast.parse(text)) == ast.dump(tree)
        except (SyntaxError, ValueError):
            continue
        if not same:
            yield kind, text + ("\ndef _same(value, *_):\n    return value\n" if "_same(" in text else "")


def all_oddities():
    return odd_values.oddities() + odd_behaviour.oddities()


def odd_mutants(rng):
    """All oddities without end: in a new order each round, none more often than it may be."""
    left = {oddity: oddity.most for oddity in all_oddities()}
    while True:
        round_ = [oddity for oddity in left if left[oddity]]
        rng.shuffle(round_)
        for oddity in round_:
            left[oddity] -= 1
            yield oddity


def generate(tasks, seed, tree_share, odd_share):
    """Samples: dicts of task_id, solution and `mutant`, the kind. `tasks` are parsed task lines."""
    rng = random.Random(seed)
    odd, used = odd_mutants(rng), collections.Counter()
    for task in tasks:
        source = task["prompt"] + task["canonical_solution"]
        texts, samples = {source}, []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            for kind, text in tree_mutants(source, rng, used):
                if len(samples) == tree_share:
                    break
                if text not in texts:
                    texts.add(text)
                    used[kind] += 1
                    samples.append(("tree: " + kind, text))
        while len(samples) < tree_share + odd_share:
            oddity = next(odd)
            text = oddity.program(source, task["entry_point"])
            if text not in texts:
                texts.add(text)
                samples.append((oddity.kind, text))
        for kind, text in samples:
            yield {"task_id": task["task_id"], "solution": text, "mutant": kind}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("tasks", type=pathlib.Path, help="a benchmark's .jsonl.gz file")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tree", type=int, default=4, help="changes of the syntax tree for each task")
    parser.add_argument("--odd", type=int, default=3, help="oddities for each task")
    options = parser.parse_args()
    with gzip.open(options.tasks, "rt") as stream:
        tasks = [json.loads(line) for line in stream]
    counts = collections.Counter()
    with open(options.output, "w") as out:
        for sample in generate(tasks, options.seed, options.tree, options.odd):
            counts[sample["mutant"]] += 1
            out.write(json.dumps(sample) + "\n")
    for kind, count in sorted(counts.items()):
        print(f"{count:6} {kind}")
    print(f"{sum(counts.values()):6} programs of {len(counts)} kinds")


if __name__ == "__main__":
    main()
