# ends: exception | out of memory | crash | per-test timeout | wrong answer
# stopped by: interpreter
import ast
import sys

sys.setrecursionlimit(10**9)


def f(x):
    node = ast.Constant(1)
    for _ in range(20_000):
        node = ast.UnaryOp(ast.Not(), node)
    compile(ast.fix_missing_locations(ast.Expression(node)), "", "eval")
