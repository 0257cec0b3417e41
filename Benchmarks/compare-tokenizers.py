"""Compares `evalkit tokenize` with the `tokenizers` package on random and adversarial text: ids and speed.

    pip install tokenizers
    swift build -c release && python3 Benchmarks/compare-tokenizers.py "$EVALKIT_DATA/tokenizer/qwen2.5-coder"

Prints agreement, the first difference of each piece that has one, and MB/s of both on one core, without the load
of the tokenizer. The text follows from --seed. --fixture writes what TokenizerTests replays.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "Tests/DiffusionEngineTests/Fixtures"
sys.path.insert(0, str(FIXTURES))
os.environ["TOKENIZERS_PARALLELISM"] = "false"
from make_tokens import SCALARS, python_source, tokenizer  # noqa: E402

SPACES = "\t\n\v\f\r \x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2003\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
ASSIGNED = [c for c in SCALARS if unicodedata.category(chr(c)) not in ("Cn", "Co")]
MARKS = [c for c in ASSIGNED if unicodedata.category(chr(c)).startswith("M")]
NUMBERS = [c for c in ASSIGNED if unicodedata.category(chr(c)).startswith("N")]
LETTERS = [c for c in ASSIGNED if unicodedata.category(chr(c)).startswith("L")]
# What composition changes, what it never makes, and the parts of Hangul syllables.
UNSTABLE = [c for c in ASSIGNED if unicodedata.normalize("NFC", chr(c)) != chr(c)]
DECOMPOSED = [unicodedata.normalize("NFD", chr(c)) for c in ASSIGNED if unicodedata.decomposition(chr(c))[:1] not in ("", "<")]
JAMO = list(range(0x1100, 0x1200)) + list(range(0xA960, 0xA97D)) + list(range(0xD7B0, 0xD7FC))
EDGES = [
    0, 1, 0x7F, 0x80, 0x9F, 0xAD, 0x2FF, 0x300, 0x34F, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xF8FF, 0xFDD0, 0xFEFF, 0xFFFD,
    0xFFFE, 0xFFFF, 0x10000, 0x1FFFE, 0x2A6DF, 0x2A6E0, 0x323AF, 0xE0001, 0xE0100, 0xF0000, 0x10FFFD, 0x10FFFF,
]
CONTRACTIONS = ["'s", "'S", "'t", "'re", "'Re", "'rE", "'ve", "'m", "'ll", "'lL", "'d", "'ſ", "'l", "'r", "'v", "’s", "''s", "'sx", "'llx"]


def kinds(r, added):
    """One function for each kind of text; each call gives a few dozen characters."""
    pick = lambda pool, low, high: "".join(chr(r.choice(pool)) for _ in range(r.randrange(low, high)))
    near = lambda token: r.choice([token, token[:-1], token[1:], token.upper(), token + ">", "<" + token, token.replace("|", "||", 1),
                                   token[: r.randrange(len(token) + 1)], " " + token + "\n", token + token])
    return [
        lambda: python_source(r),
        lambda: python_source(r),
        lambda: python_source(r),
        lambda: pick(SCALARS, 5, 60),
        lambda: pick(ASSIGNED, 5, 60),
        lambda: pick(LETTERS, 3, 30) + r.choice(SPACES),
        lambda: "".join(r.choice("aeoAOnсかक가") + pick(MARKS, 0, 4) for _ in range(15)),
        lambda: "".join(r.choice(DECOMPOSED) + (pick(MARKS, 0, 2) if r.random() < 0.3 else "") for _ in range(15)),
        lambda: "".join(chr(r.choice(UNSTABLE)) + r.choice(["", "a", "̧", "̣"]) for _ in range(10)),
        lambda: pick(JAMO, 5, 30),
        lambda: r.choice(["a", " ", "\n", "=", "0", "日", "é", "̈", "\r\n", "ab", " x", "\t ", "👍🏽"]) * r.choice([1, 7, 63, 64, 65, 300]),
        lambda: "".join(r.choice(SPACES) * r.choice([1, 1, 2, 3, 17]) + r.choice(["", "x", "9", ".", "é"]) for _ in range(12)),
        lambda: "".join(r.choice(["\r", "\n", "\r\n", "\n\r", " ", "\t", ";", "a"]) for _ in range(40)),
        lambda: pick(NUMBERS, 1, 12) + str(r.randrange(10**r.randrange(1, 30))) + r.choice([".", "e-9", "_", " "]),
        lambda: "".join(r.choice(["I", "they", "Don", "9", " ", "é", ""]) + r.choice(CONTRACTIONS) + r.choice([" ", "", "x"]) for _ in range(10)),
        lambda: "".join(near(r.choice(added)) for _ in range(5)),
        lambda: "".join(r.choice("()[]{}:;.,+-*/%=<>!&|^~@#$?\\\"'`_") * r.choice([1, 1, 2, 5]) + r.choice(["", " ", "\r\n", "b"]) for _ in range(20)),
        lambda: pick(EDGES, 1, 20),
    ]  # fmt: skip


def text_of(size, seed, added):
    r = random.Random(seed)
    makers = kinds(r, added)
    parts, length = [], 0
    while length < size:
        part = r.choice(makers)()
        parts.append(part)
        length += len(part.encode())
    return "".join(parts)


def fnv(ids):
    """FNV-1a over the ids' little-endian bytes, 64 bits."""
    value = 0xCBF29CE484222325
    for id in ids:
        for byte in id.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return f"{value:016x}"


def write_fixture(reference, added):
    """Pieces of two thousand bytes, each encoded by itself, so that a failure says where."""
    pieces = [text_of(2000, seed, added) for seed in range(100)]
    ids = [reference.encode(piece, add_special_tokens=False).ids for piece in pieces]
    (FIXTURES / "adversarial.txt").write_bytes("".join(pieces).encode())
    document = [{"bytes": len(p.encode()), "count": len(i), "fnv": fnv(i)} for p, i in zip(pieces, ids)]
    (FIXTURES / "adversarial.json").write_text("[" + ",\n".join(map(json.dumps, document)) + "]\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="the folder with vocab.json, merges.txt and added_tokens.json")
    parser.add_argument("--evalkit", default=str(ROOT / ".build/release/evalkit"))
    parser.add_argument("--megabytes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fixture", action="store_true", help="write the fixture of the tests instead")
    options = parser.parse_args()
    reference, tokens = tokenizer(options.folder)
    added = list(tokens)
    if options.fixture:
        return write_fixture(reference, added)
    size = wrong = count = 0
    ours = theirs = 0.0
    for piece in range(options.megabytes):
        text = text_of(1_000_000, options.seed * 1000 + piece, added)
        data = text.encode()
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            run = subprocess.run(
                [options.evalkit, "tokenize", "--model", options.folder, "--file", file.name, "--json"],
                capture_output=True, check=True)  # fmt: skip
        found = json.loads(run.stdout)
        began = time.perf_counter()
        encoding = reference.encode(text, add_special_tokens=False)
        theirs += time.perf_counter() - began
        ours += found["encode_seconds"]
        size += len(data)
        count += len(encoding.ids)
        if found["ids"] != encoding.ids:
            wrong += 1
            pairs = enumerate(zip(found["ids"], encoding.ids))
            at = next((i for i, (a, b) in pairs if a != b), min(len(found["ids"]), len(encoding.ids)))
            begin = encoding.offsets[max(at - 3, 0)][0]
            print(f"piece {piece} differs at id {at}: ...{ascii(text[begin : begin + 40])}")
            print(f"  evalkit {found['ids'][at : at + 8]}, tokenizers {encoding.ids[at : at + 8]}")
    print(f"{size / 1e6:.1f} MB, {count} ids: {wrong} of {options.megabytes} pieces differ")
    print(f"evalkit {size / 1e6 / ours:.1f} MB/s, tokenizers {size / 1e6 / theirs:.1f} MB/s")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
