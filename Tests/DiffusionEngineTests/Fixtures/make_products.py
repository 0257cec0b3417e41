"""Makes products.json: matrix products in bf16, as PyTorch computes them.

    pip install torch numpy && python3 make_products.py

Operands are rounded to bf16 by PyTorch; the products are summed in double precision, so that what an engine
may differ by is its own rounding. `magnitude` is the sum of the absolute products, which bounds it.
"""

import json
import os

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
# Whole and partial panels of 64 rows, odd columns, more columns than one block of the kernels.
SHAPES = [(64, 32), (70, 77), (1, 1), (130, 1801)]
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
    specials = torch.tensor(
        [1.0, 1.00390625, 1.01171875, 3.4028234663852886e38, 1e-40, -0.0, float("inf"), -2.5e-3, 65504.0])
    rounding = {"single": bits(specials), "bf16": bits(specials.bfloat16().float())}
    with open(os.path.join(HERE, "products.json"), "w") as file:
        json.dump({"cases": cases, "rounding": rounding}, file, separators=(",", ":"))
        file.write("\n")


main()
