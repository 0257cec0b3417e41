"""Makes products.json: matrix products in bf16 and in int8, as PyTorch computes them.

    pip install torch numpy && python3 make_products.py

Operands are rounded to bf16 by PyTorch; the products are summed in double precision, so that what an engine
may differ by is its own rounding. `magnitude` is the sum of the absolute products, which bounds it.
In int8 the integers and the sums of `int8_sums` are exact, and only the scales round.
"""

import json
import os

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
# Whole and partial panels of 64 rows, odd columns, more columns than one block of the kernels.
SHAPES = [(64, 32), (70, 77), (1, 1), (130, 1801)]
# Rows, columns, columns that share a scale in a row of x; the last of all is a down projection's.
INT8_SHAPES = [(64, 32, 32), (70, 77, 80), (1, 1, 4), (70, 77, 16), (130, 300, 128)]
COUNT = 7


def bits(tensor):
    return [int(value) for value in tensor.contiguous().view(torch.int32).flatten()]


def main():
    # The inputs come from a counter, which a test repeats instead of reading them: float32 of
    # ((i * 2654435761 + salt) mod 2^32) / 2^31 - 1.
    def counter(count, salt):
        index = np.arange(count, dtype=np.uint64)
        mixed = (index * np.uint64(2654435761) + np.uint64(salt)) & np.uint64(0xFFFFFFFF)
        return torch.from_numpy((mixed.astype(np.float64) / 2**31 - 1).astype(np.float32))

    cases = []
    for rows, columns in SHAPES:
        x = counter(COUNT * columns, 17).reshape(COUNT, columns)
        w = counter(rows * columns, 12345).reshape(rows, columns)
        bias = counter(rows, 99)
        xd, wd = x.bfloat16().double(), w.bfloat16().double()
        out = (xd @ wd.T + bias.double()).float()
        magnitude = (xd.abs() @ wd.abs().T + bias.double().abs()).float()
        cases.append({
            "rows": rows, "columns": columns, "count": COUNT,
            "out": bits(out), "magnitude": bits(magnitude),
        })
    int8_cases = []
    for rows, columns, group in INT8_SHAPES:
        x = counter(COUNT * columns, 17).reshape(COUNT, columns)
        w = counter(rows * columns, 12345).reshape(rows, columns)
        bias = counter(rows, 99)
        x[3] = 0
        pairs = torch.nn.functional.pad(w.abs(), (0, columns % 2)).reshape(rows, -1, 2).sum(2)
        w_scale = pairs.amax(1, keepdim=True) / 127
        w_integers = (w / w_scale).round().long()
        out = torch.zeros(COUNT, rows, dtype=torch.float64)
        magnitude = torch.zeros(COUNT, rows, dtype=torch.float64)
        for first in range(0, columns, group):
            part = x[:, first:first + group]
            largest = part.abs().amax(1, keepdim=True)
            inverse = torch.where(largest > 0, 127 / largest, torch.zeros_like(largest))
            integers = (part * inverse).round().long()
            sums = integers @ w_integers[:, first:first + group].T
            scaled = sums.double() * (largest / 127).double() * w_scale.double().T
            out += scaled
            magnitude += scaled.abs()
        int8_cases.append({
            "rows": rows, "columns": columns, "group": group, "count": COUNT,
            "out": bits((out + bias.double()).float()),
            "magnitude": bits((magnitude + bias.double().abs()).float()),
        })
    specials = torch.tensor(
        [1.0, 1.00390625, 1.01171875, 3.4028234663852886e38, 1e-40, -0.0, float("inf"), -2.5e-3, 65504.0])
    rounding = {"single": bits(specials), "bf16": bits(specials.bfloat16().float())}
    with open(os.path.join(HERE, "products.json"), "w") as file:
        json.dump({"cases": cases, "int8_cases": int8_cases, "rounding": rounding}, file, separators=(",", ":"))
        file.write("\n")


main()
