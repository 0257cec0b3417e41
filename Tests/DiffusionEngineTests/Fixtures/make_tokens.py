"""Makes the tokenizer fixtures: a golden text, its ids, decoding vectors, and character classes.

The reference is the `tokenizers` package. Run it in this folder, with the folder that holds
tokenizer/qwen2.5-coder (vocab.json, merges.txt, added_tokens.json) as argument:

    pip install tokenizers && python3 make_tokens.py "$EVALKIT_DATA"
"""

import json
import os
import random
import struct
import sys
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

HERE = os.path.dirname(os.path.abspath(__file__))
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def tokenizer(folder):
    added = json.load(open(f"{folder}/added_tokens.json"))
    t = Tokenizer(models.BPE.from_file(f"{folder}/vocab.json", f"{folder}/merges.txt"))
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([
        AddedToken(text, normalized=False, special=True) for text, _ in sorted(added.items(), key=lambda e: e[1])
    ])
    return t, added


def python_source(r):
    words = "count total left right value index items result key line node self data other n x".split()
    name = lambda: "_".join(r.choices(words, k=r.choice([1, 1, 2, 3])))
    out = []
    for _ in range(r.randrange(3, 9)):
        f, a, b = name(), name(), name()
        pad = r.choice(["    ", "  ", "\t", "        "])
        out.append(r.choice([
            f"def {f}({a}: List[int], {b}=None) -> bool:\n{pad}\"\"\" Don't {b}; it's {a}'s.\n{pad}>>> {f}([1, 2.5, {r.randrange(10**6)}])\n{pad}True\n{pad}\"\"\"\n{pad}return {a}[{b}:] == {a}[::-1]\n\n",
            f"class {f.title()}(object):\n{pad}def __init__(self, {a}):\n{pad*2}self.{a} = {a} ** 2 if {a} else {{'{b}': 0x{r.randrange(2**32):x}}}\n\n\n",
            f"for {a}, {b} in enumerate(sorted({f}.items(), key=lambda {a}: -{a}[1])):\n{pad}print(f\"{{{a}!r:>{r.randrange(20)}}}\\t{{{b}}}\")  # I'LL, we'Ve, THEY'RE\n",
            f"assert {f}({r.randrange(100)}) == {r.random()!r}, '{b} != {a}'\n",
            f"{a} = [{f}({b}) for {b} in range({r.randrange(1000)}) if {b} % {r.randrange(2, 9)} == 0]\r\n",
        ]))
    return "".join(out)


def golden_text(added):
    r = random.Random(20240607)
    parts = []
    assigned = [c for c in SCALARS if unicodedata.category(chr(c)) not in ("Cn", "Co")]
    blocks = {}
    for c in assigned:
        blocks.setdefault(c >> 8, []).append(c)
    small = [b for b in blocks if len(blocks[b]) > 3]
    marks = [c for c in assigned if unicodedata.combining(chr(c))]
    spaces = "\t\n\v\f\r \x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
    sentences = [
        "Größe naïve façade Ærøskøbing ", "日本語のテキスト。漢字かな交じり文、", "العربية مرحبا بالعالم ١٢٣ ",
        "שלום עולם ", "Привет, мир! ", "नमस्ते दुनिया क्षत्रिय ", "สวัสดีชาวโลก ", "👩‍👩‍👧‍👦 🇩🇪🏳️‍🌈👍🏽 ",
        "한국어 텍스트 각 각 ", "Việt Nam tiếng Việt Việt ", "Å Å Å Ω Ω ", "'ſ 'ſt 'Sx 'lL 'LLx 'k", "½ ² Ⅷ ٣ ౩ 𝟘 ㊿ ",
    ]
    edges = [0, 1, 0x7F, 0x80, 0x9F, 0xAD, 0xD7FF, 0xE000, 0xF8FF, 0xFDD0, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF,
             0x10000, 0x10940, 0x11F5A, 0x1FFFE, 0xE0001, 0xE0100, 0xF0000, 0x10FFFD, 0x10FFFF, 0x378, 0x88F]
    size = 0
    while size < 215_000:
        kind = r.randrange(11)
        if kind < 4:
            part = python_source(r)
        elif kind == 4:
            part = "".join(r.choices(sentences, k=4))
        elif kind == 5:
            block = blocks[r.choice(small)]
            part = "".join(chr(r.choice(block)) + r.choice(["", "", "", " ", "a"]) for _ in range(40))
        elif kind == 6:
            part = "".join(
                r.choice("aeoAOnс한かक ") + "".join(chr(r.choice(marks[:300] if r.random() < 0.7 else marks))
                for _ in range(r.choice([0, 1, 1, 2, 3]))) for _ in range(20))
        elif kind == 7:
            part = "".join(r.choice(spaces) * r.choice([1, 1, 2, 3, 17]) + r.choice(["", "x", "9", ".", "é"])
                           for _ in range(15))
        elif kind == 8:
            part = "".join(r.choice([
                r.choice(list(added)), "<|", "|>", "<|im_", "<|im_start", " ", "\n", "x", "<tool_call", "́", "<",
            ]) for _ in range(20))
        elif kind == 9:
            part = "".join(chr(r.choice(edges)) + r.choice(["", "a", " ", "\n", "7"]) for _ in range(12))
        else:
            part = "".join(r.choice("()[]{}:;.,+-*/%=<>!&|^~@#$?\\\"'`_") * r.choice([1, 1, 2, 5]) + r.choice(["", "", " ", "\r\n", "\n\n", "b"])
                           for _ in range(30))
        parts.append(part)
        size += len(part.encode())
    return "".join(parts)


def ranges(pattern):
    """The scalars that match a class, as a flat list of first and last."""
    text = "".join(map(chr, SCALARS))
    kept = pre_tokenizers.Split(Regex(pattern), "removed", invert=True).pre_tokenize_str(text)
    out = []
    for c in sorted({ord(char) for piece, _ in kept for char in piece}):
        if out and out[-1] == c - 1:
            out[-1] = c
        else:
            out += [c, c]
    return out


def main(data):
    write = lambda name, value: open(f"{HERE}/{name}", "w").write(
        json.dumps(value, separators=(",", ":"), ensure_ascii=True) + "\n")
    write("unicode_classes.json", {"letter": ranges(r"\p{L}"), "number": ranges(r"\p{N}"), "space": ranges(r"\s")})

    t, added = tokenizer(f"{data}/tokenizer/qwen2.5-coder")
    text = golden_text(added)
    ids = t.encode(text, add_special_tokens=False).ids
    open(f"{HERE}/golden.txt", "wb").write(text.encode())
    open(f"{HERE}/golden.ids", "wb").write(struct.pack(f"<{len(ids)}I", *ids))
    print(len(text.encode()), "bytes", len(ids), "ids", len(set(ids)), "distinct")

    r = random.Random(3)
    decoded = []
    for size in [1] * 20 + [2] * 40 + [5] * 40 + [40] * 20:
        ids = [r.choice([r.randrange(256), r.randrange(151665), r.randrange(151643, 152064)]) for _ in range(size)]
        decoded.append({"ids": ids, "text": t.decode(ids, skip_special_tokens=False),
                        "plain": t.decode(ids, skip_special_tokens=True)})
    runs = []
    for unit, count in ((" ", 5000), ("a", 5000), ("=", 3001), ("ab", 2500), ("日", 1500), ("\n", 2000), ("0", 300)):
        ids = t.encode(unit * count, add_special_tokens=False).ids
        runs.append({"unit": unit, "count": count, "ids": ids})
    write("qwen_vectors.json", {"decode": decoded, "runs": runs})

    tiny, added = tokenizer(f"{HERE}/tiny")
    words = []
    for _ in range(60):
        text = "".join(r.choice([
            "def ", "return", "    ", "\n", "    x", "list()", ":", "==", " print", "ü", "é", "日", "<|mask|>", "<|mask",
            "<|im_end|>", "10", "'s", "\t", "  ", "in", "for i in", "\r\n", "\x00", "👍",
        ]) for _ in range(r.randrange(12)))
        # The library numbers added tokens from the end of the vocabulary, the checkpoint from 300.
        renumber = {tiny.token_to_id(token): id for token, id in added.items()}
        ids = tiny.encode(text, add_special_tokens=False).ids
        words.append({"text": text, "ids": [renumber.get(id, id) for id in ids]})
    write("tiny_tokens.json", words)


if __name__ == "__main__":
    main(sys.argv[1])
