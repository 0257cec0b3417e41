"""The tensors of a Hugging Face folder as they lie on disk, without a copy, for the programs that feed peers."""

import json
import pathlib
import struct

import numpy as np


def tensors(folder):
    """Yields (name, shape, dtype as safetensors spells it, memory-mapped bytes), file after file."""
    for path in sorted(pathlib.Path(folder).glob("*.safetensors")):
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        data = np.memmap(path, np.uint8, "r", offset=8 + length)
        for name, entry in header.items():
            if name != "__metadata__":
                start, end = entry["data_offsets"]
                yield name, tuple(entry["shape"]), entry["dtype"], data[start:end]


def configuration(folder):
    return json.loads((pathlib.Path(folder) / "config.json").read_text())


def pass_operations(config, positions):
    """Multiplications and additions of a pass with all logits, counting the products alone (two each)."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    size = hidden // config["num_attention_heads"]
    keys = size * config["num_key_value_heads"]
    layer = 2 * hidden * hidden + 2 * hidden * keys + 3 * hidden * inner + 2 * positions * hidden
    return 2 * positions * (config["num_hidden_layers"] * layer + hidden * config["vocab_size"])
