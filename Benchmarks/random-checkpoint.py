#!/usr/bin/env python3
"""Writes a Dream (DiffuCoder) checkpoint of random weights at one of Qwen2.5-Coder's sizes, to measure speed with.

Needs numpy. Matrices and biases are normal with deviation 0.02, norms are 1. Queries and keys are scaled so that
attention looks at few positions (its logits deviate by 3): otherwise all masks of a canvas would be predicted
alike. The head is scaled so that the logits of a row have the deviation asked for: with 3 and temperature 0.2 a
nucleus holds a few tokens, as with trained checkpoints, and a sampler has the work that it has there. Speed does
not depend on the values otherwise. How far reduced precision strays does: random weights exaggerate it, because
nothing was trained to be certain.

The same size and seed give the same bytes. Tensors are drawn in pieces that are written at once: memory stays below
100 MB at any size. 7B is 15.2 GB in four files.

    Benchmarks/random-checkpoint.py --size 0.5b --tokenizer DIR --output m05
    evalkit bench --model m05 --precision bf16
"""

import argparse
import concurrent.futures
import json
import math
import os
import pathlib
import shutil
import statistics
import struct
import sys
import time

import numpy as np

# Qwen2.5-Coder's config.json: hidden, layers, heads, key-value heads, intermediate, vocabulary, tied head.
SIZES = {
    "tiny": (256, 2, 4, 2, 512, 151936, True),  # to try a script, not Qwen's
    "0.5b": (896, 24, 14, 2, 4864, 151936, True),
    "1.5b": (1536, 28, 12, 2, 8960, 151936, True),
    "7b": (3584, 28, 28, 4, 18944, 152064, False),
}
MASK, PAD = 151666, 151643
DEVIATION = 0.02
ATTENTION = 3.0  # deviation of attention logits
PIECE = 1 << 20  # elements: what fits in a core's cache with its random numbers
SHARD = 4 << 30  # bytes
TOKENIZER = ("vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "added_tokens.json",
             "special_tokens_map.json", "chat_template.jinja")


def configuration(size):
    hidden, layers, heads, shared, inner, vocabulary, tied = SIZES[size]
    return {
        "architectures": ["DreamModel"], "model_type": "Dream", "torch_dtype": "bfloat16",
        "hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": shared, "intermediate_size": inner, "vocab_size": vocabulary,
        "tie_word_embeddings": tied, "hidden_act": "silu", "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-6, "rope_theta": 1000000.0, "rope_scaling": None, "use_sliding_window": False,
        "sliding_window": None, "max_window_layers": layers, "attention_dropout": 0.0, "mask_token_id": MASK,
        "pad_token_id": PAD, "bos_token_id": PAD, "eos_token_id": PAD,
    }


def tensors(config, logit_deviation):
    """(name, shape, deviation) of every tensor; None for a norm. A final hidden state has a mean square of 1."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    keys = hidden // config["num_attention_heads"] * config["num_key_value_heads"]
    head = logit_deviation / math.sqrt(hidden)
    pointed = math.sqrt(ATTENTION / hidden)
    tied = config["tie_word_embeddings"]
    yield "model.embed_tokens.weight", (config["vocab_size"], hidden), head if tied else DEVIATION
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        yield prefix + "input_layernorm.weight", (hidden,), None
        for part, rows, deviation in ("q", hidden, pointed), ("k", keys, pointed), ("v", keys, DEVIATION):
            yield f"{prefix}self_attn.{part}_proj.weight", (rows, hidden), deviation
            yield f"{prefix}self_attn.{part}_proj.bias", (rows,), deviation
        yield prefix + "self_attn.o_proj.weight", (hidden, hidden), DEVIATION
        yield prefix + "post_attention_layernorm.weight", (hidden,), None
        for part in "gate", "up":
            yield f"{prefix}mlp.{part}_proj.weight", (inner, hidden), DEVIATION
        yield prefix + "mlp.down_proj.weight", (hidden, inner), DEVIATION
    yield "model.norm.weight", (hidden,), None
    if not tied:
        yield "lm_head.weight", (config["vocab_size"], hidden), head


def shards(listed):
    """Consecutive tensors, as many as fit in a file; a tensor is never cut."""
    files, size = [[]], 0
    for number, (name, shape, deviation) in enumerate(listed):
        count = 2 * math.prod(shape)
        if files[-1] and size + count > SHARD:
            files.append([])
            size = 0
        files[-1].append((number, name, shape, deviation))
        size += count
    return files


def quantiles():
    """The normal distribution cut into 65,536 equally likely parts. A 16-bit random number picks one: several
    times as fast as drawing normal numbers, and more than the eight bits of a bf16 mantissa can tell apart."""
    normal = statistics.NormalDist()
    return np.array([normal.inv_cdf((at + 0.5) / 65536) for at in range(65536)], "f4")


def bf16(values):
    """Upper halves, rounded. Overflow is out of reach."""
    return ((values.view("<u4") + 0x8000) >> 16).astype("<u2")


def write(path, content, seed):
    """One safetensors file."""
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for _, name, shape, _ in content:
        end = at + 2 * math.prod(shape)
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    normal = quantiles()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for number, _, shape, deviation in content:
            random = np.random.SFC64((seed, number))
            values = bf16(np.ones(65536, "f4") if deviation is None else normal * np.float32(deviation))
            left = math.prod(shape)
            while left > 0:
                piece = values[random.random_raw(PIECE // 4).view("<u2")[:left]]
                piece.tofile(file)
                left -= len(piece)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="0.5b", help="default 0.5b")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True, metavar="DIR",
                        help="a folder with Qwen2.5-Coder's vocab.json and merges.txt, which are copied")
    parser.add_argument("--logit-deviation", type=float, default=3.0, metavar="X", help="default 3")
    options = parser.parse_args()
    if not (options.tokenizer / "vocab.json").exists():
        parser.error(f"{options.tokenizer} has no vocab.json")
    if options.seed < 0:
        parser.error("--seed must be 0 or more")

    config = configuration(options.size)
    files = shards(tensors(config, options.logit_deviation))
    total = sum(2 * math.prod(shape) for file in files for _, _, shape, _ in file)
    options.output.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(options.output).free
    if free < total * 1.01:
        sys.exit(f"{options.output}: {total / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free")
    names = ["model.safetensors"] if len(files) == 1 else [
        f"model-{number + 1:05}-of-{len(files):05}.safetensors" for number in range(len(files))]
    start = time.monotonic()
    # NumPy draws and picks without Python's lock, so that threads share the cores.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(write, options.output / name, content, options.seed)
                     for name, content in zip(names, files)]:
            done.result()
    if len(files) > 1:
        index = {"metadata": {"total_size": total}, "weight_map": {
            name: file for file, content in zip(names, files) for _, name, _, _ in content}}
        (options.output / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    (options.output / "config.json").write_text(json.dumps(config, indent=1))
    for name in TOKENIZER:
        if (options.tokenizer / name).exists():
            shutil.copyfile(options.tokenizer / name, options.output / name)
    print(f"{options.output}: {total / 2e9:.3f} billion parameters, {total / 1e9:.2f} GB in {len(files)} "
          f"{'file' if len(files) == 1 else 'files'}, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
