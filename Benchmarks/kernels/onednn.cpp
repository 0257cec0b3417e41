// Our products and oneDNN's on the same numbers, in one process. Built and run by Benchmarks/compare-onednn.sh:
//
//     compare-onednn [rows [NAME]]      speed, in turns, at the shapes whose name begins with NAME
//     compare-onednn --bits [NAME]      which products keep their bits when less is computed at once
//
// bf16: x and w are bf16, sums and products single. int8: x is u8 and w s8 with a scale for each row of w. oneDNN
// gets x rounded or quantised already, and no scales for it, which the engine has; ours is timed with making the
// operand of single precision and without. oneDNN chooses the layout of its weights; packing them is not timed.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "measuring.h"
extern "C" {
#include "engine_kernels.h"
// Of OpenMP's runtime, which oneDNN is built with; a primitive is made for the threads that it counts.
void omp_set_num_threads(int);
}

namespace {

using bytes = std::unique_ptr<void, void (*)(void *)>;

bytes memory(size_t size) {
  bytes result(ek_allocate(size), ek_free);
  if (result) return result;
  fprintf(stderr, "compare-onednn: no memory for %zu bytes\n", size);
  exit(2);
}

uint32_t scrambled(uint64_t value) {
  value = (value + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
  value = (value ^ value >> 27) * 0x94D049BB133111EBu;
  return (uint32_t)(value >> 32);
}

// A bf16 of magnitude 2^-8 to 2: sums of them depend on their order.
uint16_t brain(uint64_t at) {
  uint32_t bits = scrambled(at);
  return (uint16_t)((bits & 0x807F) | (119 + (bits >> 16) % 9) << 7);
}

float widened(uint16_t bits) {
  uint32_t word = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
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
      x[at] = byte_x[at] = at % columns % group == 0 ? 127 : (uint8_t)(scrambled(at) % 128);
    for (size_t at = 0; at < byte_w.size(); at++)
      byte_w[at] = at % columns == 0 ? 127 : (int8_t)((int)(scrambled(at + (1ull << 40)) % 255) - 127);
    for (size_t row = 0; row < rows; row++) scales[row] = ldexpf(1, -(int)(row % 4));
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
      size_t some = std::min(rows - row, (size_t)EK_PANEL);
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

  // In the layout `like` when it is given.
  peer(const problem &problem, size_t count, size_t rows, const dnnl::memory::desc *like = nullptr) {
    bool is_int8 = problem.arithmetic == EK_INT8;
    auto m = (dnnl::memory::dim)count, n = (dnnl::memory::dim)rows, k = (dnnl::memory::dim)problem.columns;
    dnnl::memory::desc x({m, k}, is_int8 ? type::u8 : type::bf16, tag::ab), out({m, n}, type::f32, tag::ab);
    dnnl::memory::desc any({k, n}, is_int8 ? type::s8 : type::bf16, tag::any);
    dnnl::memory::desc stored({k, n}, is_int8 ? type::s8 : type::bf16, tag::ba);
    dnnl::primitive_attr attributes;
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

  void multiply(float *out) {
    arguments[DNNL_ARG_DST].set_data_handle(out);
    primitive.execute(stream, arguments);
    stream.wait();
  }

  std::string name() const { return description.impl_info_str(); }
};

// The largest difference, in units of the root of the mean square.
double difference(const std::vector<float> &a, const std::vector<float> &b) {
  double largest = 0, squares = 0;
  for (size_t at = 0; at < a.size(); at++) {
    largest = std::max(largest, std::fabs((double)a[at] - (double)b[at]));
    squares += (double)a[at] * (double)a[at];
  }
  return largest / std::sqrt(squares / (double)a.size());
}

// MARK: Speed

void measure(const shape &shape, ek_arithmetic arithmetic, ek_path path, size_t threads, size_t count) {
  problem problem(shape, arithmetic, count);
  ek_pool *pool = ek_pool_start(threads);
  if (!pool) exit(2);
  omp_set_num_threads((int)threads);
  own own(path, problem, shape.rows);
  peer peer(problem, count, shape.rows);
  bytes operand = own.operand(count);
  std::vector<float> out(count * shape.rows), other(out.size());

  double work = 2 * (double)count * (double)shape.rows * (double)shape.columns;
  size_t repeats = 1 + (size_t)(1e10 / work);
  enum { OURS, FILLED, THEIRS, SIDES };
  double wall[SIDES][ROUNDS], cpu[SIDES][ROUNDS], ratio[4][ROUNDS], peak[ROUNDS];
  for (int round = -1; round < ROUNDS; round++) {
    span started = now();
    double operations = ek_peak_run(path, arithmetic, pool, 1000000);
    span limit = since(started), taken[SIDES];
    // Who comes first changes from round to round.
    for (int turn = 0; turn < 2; turn++) {
      if ((turn + round) % 2 != 0) {
        started = now();
        for (size_t at = 0; at < repeats; at++) peer.multiply(other.data());
        taken[THEIRS] = since(started);
        continue;
      }
      started = now();
      for (size_t at = 0; at < repeats; at++) own.fill(pool, problem, count, operand.get());
      span filling = since(started);
      started = now();
      for (size_t at = 0; at < repeats; at++) own.multiply(pool, operand.get(), count, out.data());
      taken[OURS] = since(started);
      taken[FILLED] = {filling.wall + taken[OURS].wall, filling.cpu + taken[OURS].cpu};
    }
    if (round < 0) continue;  // warms up
    peak[round] = operations / limit.wall;
    for (int side = 0; side < SIDES; side++) {
      wall[side][round] = work * (double)repeats / taken[side].wall / peak[round];
      cpu[side][round] = work * (double)repeats / taken[side].cpu / (operations / limit.cpu);
    }
    for (int side = OURS; side <= FILLED; side++) {
      ratio[side][round] = taken[THEIRS].wall / taken[side].wall;
      ratio[2 + side][round] = taken[THEIRS].cpu / taken[side].cpu;
    }
  }
  printf(
      "%-14s %4zu  %s  %zu  %6.0f |", shape.name, count, arithmetic == EK_INT8 ? "int8" : "bf16", threads,
      median(peak) * 1e-9);
  for (int side = 0; side < SIDES; side++) printf(" %3.0f %3.0f ", 100 * median(wall[side]), 100 * median(cpu[side]));
  printf(
      "| %5.2f %5.2f  %5.2f %5.2f | %.0e  %s\n", median(ratio[0]), median(ratio[2]), median(ratio[1]),
      median(ratio[3]), difference(out, other), peer.name().c_str());
  fflush(stdout);
  ek_pool_stop(pool);
}

// MARK: Bits

// How many of the first `rows` products of each of `count` rows are not those that `whole` has, bit for bit.
size_t changed(
    const std::vector<float> &some, const std::vector<float> &whole, size_t count, size_t rows, size_t stride) {
  size_t result = 0;
  for (size_t row = 0; row < count; row++)
    for (size_t at = 0; at < rows; at++)
      result += memcmp(&some[row * rows + at], &whole[row * stride + at], sizeof(float)) != 0;
  return result;
}

void show(const char *side, size_t threads, size_t count, size_t rows, size_t differing, const std::string &note) {
  printf(
      "  %-16s  T %zu  M %3zu  N %6zu  %s %5.1f %%  %s\n", side, threads, count, rows,
      differing ? "CHANGED" : "same   ", 100 * (double)differing / (double)(count * rows), note.c_str());
}

// Against 512 rows, all features and one thread. Returns whether ours kept theirs.
bool check(const shape &shape, ek_arithmetic arithmetic, ek_path path) {
  static const size_t counts[] = {1, 2, 5, 6, 7, 64, 512};
  const size_t most = 512, features[] = {shape.rows, shape.rows / 2 / EK_PANEL * EK_PANEL, 40};
  problem problem(shape, arithmetic, most);
  std::vector<float> ours(most * shape.rows), theirs(ours.size()), some(ours.size());
  bool kept = true;
  printf("%s, %zu x %zu, %s\n", shape.name, shape.rows, shape.columns, arithmetic == EK_INT8 ? "int8" : "bf16");

  omp_set_num_threads(1);
  peer whole(problem, most, shape.rows);
  whole.multiply(theirs.data());
  dnnl::memory::desc layout = whole.description.weights_desc();
  for (size_t rows : features) {
    own own(path, problem, rows);
    for (size_t threads = 1; threads <= 2; threads++) {
      ek_pool *pool = ek_pool_start(threads);
      if (!pool) exit(2);
      omp_set_num_threads((int)threads);
      if (rows == shape.rows && threads == 1) {
        bytes operand = own.operand(most);
        own.fill(pool, problem, most, operand.get());
        own.multiply(pool, operand.get(), most, ours.data());
      }
      for (size_t count : counts) {
        if (rows < shape.rows && count != 1 && count != 7 && count != most) continue;
        bytes operand = own.operand(count);
        own.fill(pool, problem, count, operand.get());
        own.multiply(pool, operand.get(), count, some.data());
        size_t differing = changed(some, ours, count, rows, shape.rows);
        kept = kept && differing == 0;
        show("ours", threads, count, rows, differing, "");

        peer part(problem, count, rows);
        part.multiply(some.data());
        bool same_layout = part.description.weights_desc() == layout;
        std::string note = part.name();
        if (rows == shape.rows && !same_layout) note += ", other layout of w";
        show("oneDNN", threads, count, rows, changed(some, theirs, count, rows, shape.rows), note);
        if (rows < shape.rows || same_layout) continue;
        // One copy of the weights has to serve all numbers of rows.
        peer fixed(problem, count, rows, &layout);
        fixed.multiply(some.data());
        show(
            "oneDNN, layout", threads, count, rows, changed(some, theirs, count, rows, shape.rows), fixed.name());
      }
      ek_pool_stop(pool);
    }
  }
  fflush(stdout);
  return kept;
}

}  // namespace

int main(int count, char **arguments) {
  bool bits = count > 1 && strcmp(arguments[1], "--bits") == 0;
  size_t rows = count > 1 && !bits ? strtoul(arguments[1], nullptr, 10) : 512;
  std::string name = count > 2 ? arguments[2] : "";
  if (rows == 0 || count > 3) {
    fprintf(stderr, "usage: compare-onednn [rows [NAME]] | --bits [NAME]\n");
    return 64;
  }
  int path = EK_AVX512;
  while (!ek_path_runs((ek_path)path)) path--;
  const dnnl_version_t *version = dnnl_version();
  printf(
      "oneDNN %d.%d.%d, OpenMP; ours on path %d of ek_path\n", version->major, version->minor, version->patch, path);
  if (!bits) {
    printf("per cent of the peak (billions of operations a second), wall and cpu: ours, with making the operand, "
           "oneDNN; oneDNN's time by ours: wall cpu, the same with the operand; largest difference\n");
    printf("%-14s %4s  %s  %s  %6s | %-8s %-8s %-8s | %-12s %-12s |\n", "matrix", "rows", "type", "T", "peak", "ours",
           "+operand", "oneDNN", "ratio", "+operand");
  }
  bool kept = true;
  for (size_t threads = 1; threads <= (bits ? 1u : 2u); threads++)
    for (int arithmetic = EK_BF16; arithmetic <= EK_INT8; arithmetic++)
      for (size_t at = 0; at < (size_t)(arithmetic == EK_INT8 ? SHAPES - HEADS : SHAPES); at++) {
        if (name.compare(0, name.size(), shapes[at].name, std::min(name.size(), strlen(shapes[at].name))) != 0) continue;
        if (bits)
          kept = check(shapes[at], (ek_arithmetic)arithmetic, (ek_path)path) && kept;
        else
          measure(shapes[at], (ek_arithmetic)arithmetic, (ek_path)path, threads, rows);
      }
  return kept ? 0 : 1;
}
