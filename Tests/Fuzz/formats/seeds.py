"""Writes the first inputs of one reader into a folder: the fixtures, cut down to what fuzzing can work with."""

import hashlib
import json
import pathlib
import struct
import sys

reader, folder, fixtures = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def tensors(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def inputs():
    if reader == "S":
        kinds = {"F32": 4, "F16": 2, "BF16": 2}
        for kind, width in kinds.items():
            entry = {"dtype": kind, "shape": [2, 3], "data_offsets": [0, 6 * width]}
            yield tensors({"a": entry, "__metadata__": {"format": "pt"}}, bytes(6 * width))
        two = {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "b": {"dtype": "F32", "shape": [0, 2], "data_offsets": [4, 4]}}
        yield tensors(two, bytes(4))
        yield from (path.read_bytes()[:3000] for path in fixtures.glob("tiny*/*.safetensors"))
    elif reader == "P":
        yield from packed()
    elif reader == "G":
        for path in sorted(fixtures.glob("*.gguf")):
            yield path.read_bytes()
    elif reader == "C":
        for path in sorted(fixtures.glob("*/config.json")):
            yield path.read_bytes()
    elif reader == "T":
        yield from tokenizers()
    else:
        for item in json.loads((fixtures / "templates.json").read_text())["cases"][::3]:
            yield item["template"].encode()
        for item in json.loads((fixtures / "templates.json").read_text())["refused"]:
            yield item["template"].encode()


def packed():
    digest = "0123456789abcdef" * 4
    for precision, source in ("bf16", f"model.safetensors 7 {digest}\n"), ("int8", f"a 1 {digest}\nb 2 {digest}\n"):
        matrix = ("BF16", [1, 1, 64, 2]) if precision == "bf16" else ("I8", [1, 256])
        yield tensors(
            {
                "__metadata__": {
                    "format": "evalkit-packed", "version": "2", "precision": precision, "source": source,
                    "data_sha256": digest, "packed_by": "evalkit 0.1.0",
                },
                "a": {"dtype": matrix[0], "shape": matrix[1], "data_offsets": [0, 256]},
                "b": {"dtype": "F32", "shape": [2], "data_offsets": [256, 264]},
            },
            bytes(264),
        )  # fmt: skip


def tokenizers():
    tiny = fixtures / "tiny"
    vocabulary = json.loads((tiny / "vocab.json").read_text())
    merges = (tiny / "merges.txt").read_text().splitlines()[1:]
    added = json.loads((tiny / "added_tokens.json").read_text())
    split = {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}
    document = {
        "added_tokens": [{"id": id, "content": text, "special": True} for text, id in added.items()],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, {"type": "ByteLevel", "use_regex": False}]},
        "model": {"type": "BPE", "vocab": vocabulary, "merges": merges},
    }  # fmt: skip
    for text in ("", "def f(self):\n    return 10 == list", "<|mask|>é <|im_end|>'S  \r\n"):
        yield json.dumps(document, ensure_ascii=False).encode() + b"\0" + text.encode()


for content in inputs():
    content = reader.encode() + content
    (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)
