"""Makes the GGUF fixtures: the tiny checkpoints of make_vectors.py as llama.cpp would store them.

The files are written, quantised and dequantised by the `gguf` package, the independent reference; logits
come from make_vectors.forward on its dequantised weights. Run it in this folder after make_families.py:

    pip install torch numpy gguf && python3 make_gguf.py
"""

import json
import math

import gguf
import numpy as np
import torch

from make_families import LLADA, QWEN3, weights_of
from make_vectors import DREAM, HERE, MASK, Network, VOCAB, forward, random_weights

TYPES = gguf.GGMLQuantizationType
PARTS = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    if not name.startswith("model.layers."):
        return {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
                "lm_head.weight": "output.weight"}[name]
    _, _, layer, part = name.split(".", 3)
    part, kind = part.rsplit(".", 1)
    return f"blk.{layer}.{PARTS[part]}.{kind}"


def random_blocks(rng, kind, shape):
    """Bytes of a K quantisation, which the package only dequantises: any bytes are valid, but for the halves,
    which are kept small and finite."""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (shape[0], shape[1] // block, size), dtype=np.uint8)
    half = lambda low, high: rng.uniform(low, high, raw.shape[:2] + (1,)).astype("<f2").view(np.uint8)
    if kind == TYPES.Q6_K:
        raw[..., 208:210] = half(-1e-3, 1e-3)
    else:
        raw[..., 0:2], raw[..., 2:4] = half(1e-4, 6e-4), half(1e-4, 6e-4)
    return raw.reshape(shape[0], -1)


def tokenizer(writer, name):
    folder = f"{HERE}/{name}"
    texts = {i: (t, gguf.TokenType.NORMAL) for t, i in json.load(open(f"{folder}/vocab.json")).items()}
    for text, i in json.load(open(f"{folder}/added_tokens.json")).items():
        texts[i] = (text, gguf.TokenType.CONTROL)
    unused = lambda i: (f"[PAD{i}]", gguf.TokenType.UNUSED)
    rows = [texts.get(i, unused(i)) for i in range(VOCAB)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([text for text, _ in rows])
    writer.add_token_types([kind for _, kind in rows])
    lines = open(f"{folder}/merges.txt", newline="").read().split("\n")
    writer.add_token_merges([line for line in lines if line and not line.startswith("#version")])
    writer.add_eos_token_id(300)
    writer.add_pad_token_id(300)
    writer.add_add_bos_token(False)


def write(file, arch, net, inner, weights, kind_of, rng=None):
    """Writes the file; returns the weights as the reference reads them back."""
    writer = gguf.GGUFWriter(f"{HERE}/{file}", arch)
    writer.add_block_count(net.layers)
    writer.add_context_length(2048)
    writer.add_embedding_length(net.hidden)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(net.heads)
    writer.add_head_count_kv(net.kv_heads)
    if net.head * net.heads != net.hidden:
        writer.add_key_length(net.head)
        writer.add_value_length(net.head)
    writer.add_layer_norm_rms_eps(net.eps)
    writer.add_rope_freq_base(net.theta)
    if not net.causal:
        writer.add_causal_attention(False)
        writer.add_mask_token_id(net.mask)
    if arch == "llada":
        writer.add_diffusion_shift_logits(False)
    if arch != "llada":
        writer.add_bos_token_id(300)
    tokenizer(writer, "tiny")
    back = {}
    for name, value in weights.items():
        array = value.float().numpy()
        kind = TYPES.F32 if array.ndim == 1 else kind_of(name)
        if kind in (TYPES.Q4_K, TYPES.Q5_K, TYPES.Q6_K):
            raw = random_blocks(rng, kind, array.shape)
        else:
            raw = gguf.quantize(array, kind)
        read = gguf.dequantize(raw, kind)
        back[name] = torch.from_numpy(np.ascontiguousarray(read, dtype=np.float32))
        if arch == "llada" and ("q_proj" in name or "k_proj" in name):
            # llama.cpp rotates neighbours in this architecture: its converter reorders the rows of a head.
            heads = net.heads if "q_proj" in name else net.kv_heads
            raw = raw.reshape(heads, 2, net.head // 2, -1).swapaxes(1, 2).reshape(raw.shape)
        writer.add_tensor(gguf_name(name), np.ascontiguousarray(raw), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return back


def vectors():
    """Random blocks of every quantised type, and what the package makes of them."""
    rng = np.random.default_rng(7)
    writer = gguf.GGUFWriter(f"{HERE}/blocks.gguf", "dream")
    out = []
    for kind in (TYPES.Q4_0, TYPES.Q5_0, TYPES.Q8_0, TYPES.Q4_K, TYPES.Q5_K, TYPES.Q6_K, TYPES.BF16,
                 TYPES.F16, TYPES.F32):
        block, size = gguf.GGML_QUANT_SIZES[kind]
        count = 1024 // block
        raw = rng.integers(0, 256, (count, size), dtype=np.uint8)
        scale = lambda at: rng.standard_normal((count, 1)).astype("<f2").view(np.uint8)
        if kind in (TYPES.BF16, TYPES.F16, TYPES.F32):
            raw = gguf.quantize(rng.standard_normal((2, 512), dtype=np.float32), kind)
        else:
            for at in {TYPES.Q6_K: [208], TYPES.Q4_K: [0, 2], TYPES.Q5_K: [0, 2]}.get(kind, [0]):
                raw[:, at : at + 2] = scale(at)
            raw = raw.reshape(2, -1)
        writer.add_tensor(kind.name, np.ascontiguousarray(raw), raw_dtype=kind)
        out.append(np.asarray(gguf.dequantize(raw, kind), dtype="<f4").reshape(-1))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    np.concatenate(out).tofile(f"{HERE}/blocks.f32")


def main():
    vectors()
    tokens = json.load(open(f"{HERE}/traces.json"))["logit_tokens"]
    save = lambda name, logits: logits.numpy().astype("<f4").tofile(f"{HERE}/{name}.gguf.f32")
    weights = random_weights(1, False, torch.float32)
    for kind in (TYPES.F32, TYPES.F16, TYPES.BF16, TYPES.Q8_0, TYPES.Q4_0, TYPES.Q5_0):
        name = f"tiny-{kind.name.lower()}"
        back = write(f"{name}.gguf", "dream", DREAM, 64, weights, lambda _: kind)
        save(name, forward(back, tokens))
    # The weights of tiny-llada, whose logits are those of its folder.
    write("tiny-llada.gguf", "llada", LLADA, 64, weights_of(LLADA, 21, False), lambda _: TYPES.BF16)
    write("tiny-qwen3.gguf", "qwen3", QWEN3, 64, weights_of(QWEN3, 24, False), lambda _: TYPES.BF16)
    # K quantisations need rows of 256.
    net = Network(hidden=256, layers=1, heads=2, kv_heads=1, head=16)
    generator = torch.Generator().manual_seed(9)
    shapes = {"q_proj": (32, 256), "k_proj": (16, 256), "v_proj": (16, 256), "o_proj": (256, 32),
              "gate_proj": (32, 256), "up_proj": (32, 256), "down_proj": (256, 32)}
    wide = {"model.embed_tokens.weight": torch.zeros(VOCAB, 256), "model.norm.weight": torch.ones(256)}
    for part, shape in shapes.items():
        at = f"model.layers.0.{'mlp' if shape[0] == 32 and 'q_' not in part or 'down' in part else 'self_attn'}.{part}"
        wide[f"{at}.weight"] = torch.randn(*shape, generator=generator) / math.sqrt(shape[1])
        if part in ("q_proj", "k_proj", "v_proj"):
            wide[f"{at}.bias"] = 0.5 * torch.randn(shape[0], generator=generator)
    for part in ("input_layernorm", "post_attention_layernorm"):
        wide[f"model.layers.0.{part}.weight"] = 1 + 0.2 * torch.randn(256, generator=generator)
    kinds = {"embed_tokens": TYPES.Q6_K, "q_proj": TYPES.Q4_K, "k_proj": TYPES.Q5_K, "v_proj": TYPES.Q6_K,
             "o_proj": TYPES.Q8_0, "gate_proj": TYPES.Q4_K, "up_proj": TYPES.Q5_K, "down_proj": TYPES.Q5_0}
    kind_of = lambda name: next(kind for part, kind in kinds.items() if part in name)
    back = write("tiny-k.gguf", "dream", net, 32, wide, kind_of, np.random.default_rng(3))
    logits = forward(back, tokens, net)
    print("tiny-k logits", f"{logits.std():.2f} std")
    save("tiny-k", logits)


if __name__ == "__main__":
    main()
