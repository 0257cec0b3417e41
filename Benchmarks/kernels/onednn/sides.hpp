// The two sides: one problem, our product of it and oneDNN's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "../measuring.h"
extern "C" {
#include "engine_kernels.h"
// Of OpenMP's runtime, which oneDNN is built with; a primitive is made for the threads that it counts.
void omp_set_num_threads(int);
}

using bytes = std::unique_ptr<void, void (*)(void *)>;

inline bytes memory(size_t size) {
  bytes result(ek_allocate(size), ek_free);
  if (result) return result;
  fprintf(stderr, "compare-onednn: no memory for %zu bytes\n", size);
  exit(2);
}

inline uint32_t scrambled(uint64_t value) {
  value = (value + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
  value = (value ^ value >> 27) * 0x94D049BB133111EBu;
  return (uint32_t)(value >> 32);
}

// A bf16 of magnitude 2^-8 to 2: sums of them depend on their order.
inline uint16_t brain(uint64_t at) {
  uint32_t bits = scrambled(at);
  return (uint16_t)((bits & 0x807F) | (119 + (bits >> 16) % 9) << 7);
}

inline float widened(uint16_t bits) {
  uint32_t word = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

// Between -510 and 510, of deviation 148, bell-shaped: sums of numbers spread evenly hardly ever fit into 16 bits.
inline int bell(uint64_t at) {
  uint64_t word = scrambled(at);
  return (int)(word & 255) + (int)(word >> 8 & 255) + (int)(word >> 16 & 255) + (int)(word >> 24 & 255) - 510;
}

// x[count, columns] and w[rows, columns] as numbers that both sides read without rounding: an int8 row has the
// scale 1 in x and a power of two in w.
struct problem {
  size_t rows, columns, group, count;
  ek_arithmetic arithmetic;
  std::vector<float> x, scales;
  std::vector<uint16_t> brain_x, brain_w;
  std::vector<uint8_t> byte_x;
  std::vector<int8_t> byte_w;

  problem(const shape &shape, ek_arithmetic arithmetic, size_t count)
      : rows(shape.rows), columns(shape.columns), group(shape.group ? shape.group : (columns + 3) / 4 * 4),
        count(count), arithmetic(arithmetic), x(count * columns) {
    if (arithmetic == EK_BF16) {
      brain_x.resize(count * columns);
      brain_w.resize(rows * columns);
      for (size_t at = 0; at < x.size(); at++) x[at] = widened(brain_x[at] = brain(at));
      for (size_t at = 0; at < brain_w.size(); at++) brain_w[at] = brain(at + (1ull << 40));
      return;
    }
    byte_x.resize(count * columns);
    byte_w.resize(rows * columns);
    scales.resize(rows);
    for (size_t at = 0; at < x.size(); at++)
      x[at] = byte_x[at] = at % columns % group == 0 ? 127 : (uint8_t)(std::abs(bell(at)) / 4);
    for (size_t at = 0; at < byte_w.size(); at++)
      byte_w[at] = at % columns < 2 ? (at % columns == 0 ? 127 : 0)
                                    : (int8_t)std::clamp(bell(at + (1ull << 40)) / 6, -63, 63);
    for (size_t row = 0; row < rows; row++) scales[row] = 1 / (float)(1 << row % 4);
  }
};

// Our product of the first `rows` rows of w.
struct own {
  ek_path path;
  bytes packed{nullptr, ek_free};
  ek_matrix matrix;

  own(ek_path path, const problem &problem, size_t rows) : path(path) {
    size_t columns = problem.columns;
    bool is_int8 = problem.arithmetic == EK_INT8;
    packed = memory(
        is_int8 ? ek_int8_bytes(rows, columns, problem.group) : ek_bf16_words(rows, columns) * sizeof(uint32_t));
    matrix = {is_int8 ? EK_INT8_WEIGHTS : EK_BF16_WEIGHTS, rows, columns, problem.group, packed.get()};
    std::vector<float> panel(is_int8 ? EK_PANEL * columns : 0);
    for (size_t row = 0; row < rows; row += EK_PANEL) {
      size_t some = rows - row < EK_PANEL ? rows - row : EK_PANEL;
      if (!is_int8) {
        uint32_t *to = (uint32_t *)packed.get() + row * ((columns + 1) / 2);
        ek_bf16_pack_stored(problem.brain_w.data() + row * columns, some, columns, to);
        continue;
      }
      for (size_t at = 0; at < some * columns; at++)
        panel[at] = problem.byte_w[row * columns + at] * problem.scales[row + at / columns];
      ek_int8_pack(panel.data(), row, some, rows, columns, problem.group, packed.get());
    }
  }

  bytes operand(size_t count) const { return memory(ek_operand_bytes(path, &matrix, count)); }

  void fill(ek_pool *pool, const problem &problem, size_t count, void *operand) const {
    if (!ek_operand_fill(path, pool, &matrix, problem.x.data(), count, nullptr, 0, operand)) exit(2);
  }

  void multiply(ek_pool *pool, const void *operand, size_t count, float *out) const {
    ek_part part = {&matrix, nullptr, out, false};
    if (!ek_product(path, pool, operand, count, &part, 1)) exit(2);
  }
};

// oneDNN's product of the first `count` rows of x and the first `rows` rows of w, on the threads set before.
struct peer {
  using tag = dnnl::memory::format_tag;
  using type = dnnl::memory::data_type;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::matmul::primitive_desc description;
  dnnl::matmul primitive;
  dnnl::memory weights;
  std::unordered_map<int, dnnl::memory> arguments;

  // In the layout `like` when it is given; `posts` follow each product before it is stored as `stores`.
  peer(const problem &problem, size_t count, size_t rows, const dnnl::memory::desc *like = nullptr,
       const dnnl::post_ops &posts = {}, type stores = type::f32) {
    bool is_int8 = problem.arithmetic == EK_INT8;
    auto m = (dnnl::memory::dim)count, n = (dnnl::memory::dim)rows, k = (dnnl::memory::dim)problem.columns;
    dnnl::memory::desc x({m, k}, is_int8 ? type::u8 : type::bf16, tag::ab), out({m, n}, stores, tag::ab);
    dnnl::memory::desc any({k, n}, is_int8 ? type::s8 : type::bf16, tag::any);
    dnnl::memory::desc stored({k, n}, is_int8 ? type::s8 : type::bf16, tag::ba);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(posts);
#if DNNL_VERSION_MAJOR >= 3
    if (is_int8) attributes.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 1);
    description = {engine, x, like ? *like : any, out, attributes};
    if (is_int8) {
      dnnl::memory::desc scales({n}, type::f32, tag::a);
      arguments[DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS] = {scales, engine, (void *)problem.scales.data()};
    }
#else
    if (is_int8) attributes.set_output_scales(1 << 1, {problem.scales.begin(), problem.scales.begin() + n});
    description = {{x, like ? *like : any, out}, attributes, engine};
#endif
    primitive = dnnl::matmul(description);
    const void *w = is_int8 ? (const void *)problem.byte_w.data() : problem.brain_w.data();
    const void *values = is_int8 ? (const void *)problem.byte_x.data() : problem.brain_x.data();
    dnnl::memory from(stored, engine, (void *)w);
    weights = {description.weights_desc(), engine};
    dnnl::reorder(from, weights).execute(stream, from, weights);
    arguments[DNNL_ARG_SRC] = {x, engine, (void *)values};
    arguments[DNNL_ARG_WEIGHTS] = weights;
    arguments[DNNL_ARG_DST] = {out, engine, nullptr};
    stream.wait();
  }

  void multiply(void *out) {
    arguments[DNNL_ARG_DST].set_data_handle(out);
    primitive.execute(stream, arguments);
    stream.wait();
  }

  std::string name() const { return description.impl_info_str(); }
};

// The three things that are measured; each prints what it found.
void measure(const shape &shape, ek_arithmetic arithmetic, ek_path path, size_t threads, size_t count);
// Returns whether ours kept its bits.
bool check(const shape &shape, ek_arithmetic arithmetic, ek_path path);
void show_saturation();
void measure_gated(const shape &shape, ek_path path, size_t threads, size_t count);
void measure_head(const shape &shape, ek_path path, size_t threads, size_t count);
