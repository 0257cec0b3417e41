#!/usr/bin/env python3
"""Writes a Dream checkpoint folder (bf16 safetensors) as GGUF for llama.cpp, weights and tokenizer as they are.

Needs gguf and numpy: llama.cpp's own converter wants transformers and loads a tokenizer through it. Other types
come from llama.cpp's quantiser. The chat template of the file is the bare prompt.

    dream_to_gguf.py FOLDER FILE.gguf
"""

import json
import pathlib
import re
import sys

import gguf
import numpy as np

import safetensors_files

PARTS = {
    "input_layernorm.weight": "attn_norm.weight", "post_attention_layernorm.weight": "ffn_norm.weight",
    "self_attn.o_proj.weight": "attn_output.weight", "mlp.gate_proj.weight": "ffn_gate.weight",
    "mlp.up_proj.weight": "ffn_up.weight", "mlp.down_proj.weight": "ffn_down.weight",
} | {f"self_attn.{part}_proj.{kind}": f"attn_{part}.{kind}" for part in "qkv" for kind in ("weight", "bias")}
OUTSIDE = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
           "lm_head.weight": "output.weight"}


def renamed(name):
    layer = re.fullmatch(r"model\.layers\.(\d+)\.(.+)", name)
    return f"blk.{layer[1]}.{PARTS[layer[2]]}" if layer else OUTSIDE[name]


def add_tokenizer(writer, folder, config):
    vocabulary = json.loads((folder / "vocab.json").read_text())
    more = folder / "added_tokens.json"
    added = json.loads(more.read_text()) if more.exists() else {}
    tokens = [f"[PAD{number}]" for number in range(config["vocab_size"])]
    types = [gguf.TokenType.UNUSED] * len(tokens)
    for listed, kind in (vocabulary, gguf.TokenType.NORMAL), (added, gguf.TokenType.CONTROL):
        for token, number in listed.items():
            tokens[number], types[number] = token, kind
    lines = (folder / "merges.txt").read_text().splitlines()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([line for line in lines if line and not line.startswith("#version")])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_pad_token_id(config["pad_token_id"])
    writer.add_mask_token_id(config["mask_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")


def main():
    folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    config = safetensors_files.configuration(folder)
    partial = target.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, "dream")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_causal_attention(False)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_BF16)
    add_tokenizer(writer, folder, config)
    for name, shape, dtype, data in safetensors_files.tensors(folder):
        if dtype != "BF16":
            sys.exit(f"{name}: {dtype}; random-checkpoint.py writes BF16")
        if len(shape) == 1:  # llama.cpp adds and scales by single precision
            writer.add_tensor(renamed(name), (data.view("<u2").astype("<u4") << 16).view("<f4"))
        else:
            writer.add_tensor(renamed(name), data.reshape(shape[0], -1), raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.rename(target)


if __name__ == "__main__":
    main()
