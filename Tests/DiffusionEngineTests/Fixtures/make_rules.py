"""Makes rules.json: what tokenizer.json files may declare besides Qwen2's rules, and the ids that follow.

The reference is the `tokenizers` package, over the vocabulary of tiny/. Run it in this folder:

    pip install tokenizers && python3 make_rules.py
"""

import json
import os
import random

from tokenizers import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
ENDS = {"'s": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'": r"'(?i:[sdmt]|ll|ve|re)"}
REST = r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LING = r"|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
LING_PLAIN = LING.replace("?+", "?").replace("++", "+")
three = lambda pattern: pattern.replace(r"\p{N}|", r"\p{N}{1,3}|")
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def split(pattern, removed=False):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Removed" if removed else "Isolated",
            "invert": removed}  # fmt: skip


def document(pattern, normalizer=None, removed=False, processor=None, whole=False, added=()):
    tiny = f"{HERE}/tiny"
    vocabulary = json.load(open(f"{tiny}/vocab.json")) | json.load(open(f"{tiny}/added_tokens.json"))
    tokens = [
        {"id": id, "content": text, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": True} | dict(added).get(text, {})
        for text, id in json.load(open(f"{tiny}/added_tokens.json")).items()
    ]  # fmt: skip
    merges = open(f"{tiny}/merges.txt").read().splitlines()[1:]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split(pattern, removed), BYTES]},
        "post_processor": processor, "decoder": {**BYTES, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": whole,
                  "vocab": vocabulary, "merges": merges},
    }  # fmt: skip


def template(*pieces):
    names = [piece for piece in pieces if piece != "A"]
    ids = json.load(open(f"{HERE}/tiny/added_tokens.json"))
    single = [{"Sequence": {"id": "A", "type_id": 0}} if piece == "A" else {"SpecialToken": {"id": piece, "type_id": 0}}
              for piece in pieces]  # fmt: skip
    return {"type": "TemplateProcessing", "single": single, "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [ids[name]], "tokens": [name]} for name in names}}  # fmt: skip


BEGIN = "<|beginoftext|>"
VARIANTS = {
    "Qwen2": document(ENDS["'s"] + REST, {"type": "NFC"}),
    "Qwen2, removed": document(ENDS["'s"] + REST, {"type": "Sequence", "normalizers": [{"type": "NFC"}]}, removed=True),
    "no normalizer": document(ENDS["'s"] + REST),
    "Llama 3": document(ENDS["'s"] + three(REST), whole=True, processor={"type": "Sequence", "processors": [
        {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}, template(BEGIN, "A")]}),
    "Ling": document(ENDS["'"] + LING), "Ling, plain": document(ENDS["'"] + LING_PLAIN),
    "GPT-4": document(ENDS["'"] + three(LING)),
    "begins": document(ENDS["'"] + LING, processor=template(BEGIN, BEGIN, "A")),
    "takes space": document(ENDS["'"] + LING, added=[
        ("<|mask|>", {"lstrip": True}), ("<|im_end|>", {"rstrip": True}), ("<|im_start|>", {"lstrip": True, "rstrip": True})]),
}  # fmt: skip


def text(r):
    return "".join(r.choice([
        "def ", "return", " return", "    ", "\n", "list", "():", "==", "ü", "é", "e\u0301", "日", "<|mask|>", "<|im_start|>",
        "<|im_end|>", "10", "123456", "3.14", "1234", "٣٤٥٦", "'s", "'LL", "'ſ", "'r", "\t", "  ", " \u3000", "\r\n", "\n \n\t", "\u2028", "👍", "!?", " ++\n\n",
        "in", " in", " if", "self", "\x00",
    ]) for _ in range(r.randrange(1, 14)))  # fmt: skip


def main():
    r = random.Random(5)
    out = []
    for name, value in VARIANTS.items():
        reference = Tokenizer.from_str(json.dumps(value))
        texts = [""] + [text(r) for _ in range(60)]
        cases = [{"text": t, "ids": reference.encode(t).ids, "bare": reference.encode(t, add_special_tokens=False).ids}
                 for t in texts]  # fmt: skip
        # The vocabulary is tiny's, put back by the test.
        for field in ("vocab", "merges"):
            del value["model"][field]
        out.append({"name": name, "document": value, "cases": cases})
    lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in out)
    open(f"{HERE}/rules.json", "w").write(f"[{lines}]\n")


main()
