#!/usr/bin/env python3
"""How often the bound on a stretch of columns covers it (README.md), by simulation with NumPy.

    python3 Benchmarks/kernels/stretches.py
"""

import numpy as np

ROWS_OF_W, ROWS_OF_X = 16, 6  # that one bound is for
RANDOM = np.random.default_rng(0)


def normal(shape):
    return RANDOM.normal(size=shape)


def student(shape):
    return RANDOM.standard_t(4, size=shape)


def gated(shape):
    gate, up = 1.5 * normal(shape), normal(shape)
    return gate / (1 + np.exp(-gate)) * up


def lengths(values, quads, together):
    """Of each stretch the largest squared length, over its two lanes and some rows."""
    count = values.shape[1] // (4 * quads)
    lanes = values[:, : count * 4 * quads].reshape(-1, together, count, quads, 2, 2)
    return (lanes**2).sum((3, 5)).max((1, 3))


def covered(draw, columns, group, quads):
    w = normal((512, columns))
    w = np.round(w / ((abs(w[:, ::2]) + abs(w[:, 1::2])).max(1) / 127)[:, None])
    x = draw((480, columns)).reshape(480, -1, group)
    x = np.round(x / (abs(x).max(2) / 127)[:, :, None]).reshape(480, columns)
    squares = lengths(w, quads, ROWS_OF_W)[None] * lengths(x, quads, ROWS_OF_X)[:, None]
    return (squares <= 32767**2).mean()


for draw, columns, group in ((normal, 896, 896), (normal, 3584, 3584), (gated, 4864, 128), (student, 896, 896)):
    shares = (f"{100 * covered(draw, columns, group, quads):.1f} %" for quads in (6, 7, 8))
    print(f"x {draw.__name__}, {columns} columns in groups of {group}; six, seven, eight quadruples:", *shares)
