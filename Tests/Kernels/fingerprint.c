// Hashes of what EngineKernels computes from fixed pseudo-random numbers, one line a function:
//
//     fingerprint portable|avx2|avx512-vnni|avx512
//
// Two machines whose lines are equal computed the same bits. Exit status 3: this machine lacks the set.

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_kernels.h"

// Odd sizes: ends of panels, of pairs of columns and of groups, more rows than a tile has.
enum { ROWS = 200, COLUMNS = 301, COUNT = 31, GROUP = 128, LOGITS = 1000, THREADS = 2 };

static uint64_t state = 1;

// xorshift64* (Vigna): the same on every machine, between -1 and 1.
static float number(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (float)((state * 0x2545F4914F6CDD1Du) >> 40) * 0x1p-23F - 1;
}

static void *memory(size_t bytes) {
  void *result = ek_allocate(bytes);
  if (!result) {
    fprintf(stderr, "fingerprint: no memory for %zu bytes\n", bytes);
    exit(2);
  }
  memset(result, 0, bytes);
  return result;
}

static float *numbers(size_t count, float scale) {
  float *result = memory(count * sizeof *result);
  for (size_t at = 0; at < count; at++) result[at] = scale * number();
  return result;
}

// FNV-1a.
static void print(const char *name, const void *values, size_t bytes) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (size_t at = 0; at < bytes; at++) hash = (hash ^ ((const uint8_t *)values)[at]) * 0x100000001B3u;
  printf("%-24s %016" PRIx64 "\n", name, hash);
}

static void need(bool done) {
  if (done) return;
  fprintf(stderr, "fingerprint: a computation was refused memory\n");
  exit(2);
}

static ek_matrix packed(ek_format format, size_t rows, size_t columns) {
  ek_matrix matrix = {.format = format, .rows = rows, .columns = columns, .group = GROUP};
  float *w = numbers(rows * columns, 0.1F);
  void *to = memory(
      format == EK_INT8_WEIGHTS ? ek_int8_bytes(rows, columns, GROUP)
                                : ek_bf16_words(rows, columns) * sizeof(uint32_t));
  for (size_t row = 0; row < rows; row += EK_PANEL) {
    size_t some = rows - row < EK_PANEL ? rows - row : EK_PANEL;
    if (format == EK_INT8_WEIGHTS)
      ek_int8_pack(w + row * columns, row, some, rows, columns, GROUP, to);
    else
      ek_bf16_pack_single(w + row * columns, some, columns, (uint32_t *)to + row * ((columns + 1) / 2));
  }
  matrix.packed = to;
  return matrix;
}

static void products(ek_path path, ek_pool *pool, ek_format format) {
  bool is_int8 = format == EK_INT8_WEIGHTS;
  const float *x = numbers(COUNT * COLUMNS, 3), *norm = numbers(COLUMNS, 1), *bias = numbers(ROWS, 1);
  ek_matrix matrix = packed(format, ROWS, COLUMNS), up = packed(format, ROWS, COLUMNS);
  ek_matrix next = packed(format, COLUMNS, ROWS);
  void *operand = memory(ek_operand_bytes(path, &matrix, COUNT));
  need(ek_operand_fill(path, pool, &matrix, x, COUNT, norm, 1e-6F, operand));
  float *out = memory(COUNT * ROWS * sizeof *out), *second = memory(COUNT * COLUMNS * sizeof *second);
  ek_part part = {.matrix = &matrix, .bias = bias, .out = out};
  need(ek_product(path, pool, operand, COUNT, &part, 1));
  print(is_int8 ? "int8 product" : "bf16 product", out, COUNT * ROWS * sizeof *out);
  part = (ek_part){.matrix = &up, .out = out, .adds = true};
  need(ek_product(path, pool, operand, COUNT, &part, 1));
  print(is_int8 ? "int8 added" : "bf16 added", out, COUNT * ROWS * sizeof *out);
  void *gated = memory(ek_operand_bytes(path, &next, COUNT));
  need(ek_gated_product(path, pool, operand, COUNT, &matrix, &up, &next, gated));
  part = (ek_part){.matrix = &next, .out = second};
  need(ek_product(path, pool, gated, COUNT, &part, 1));
  print(is_int8 ? "int8 gated" : "bf16 gated", second, COUNT * COLUMNS * sizeof *second);
}

static void attention(ek_path path, ek_pool *pool, bool single) {
  enum { HEADS = 4, SHARED = 2, SIZE = 80, POSITIONS = 131, QUERIES = 29 };
  uint32_t places[QUERIES], visible[QUERIES];
  for (uint32_t at = 0; at < QUERIES; at++) {
    places[at] = 3 * at;
    visible[at] = at % 2 ? POSITIONS : places[at] + 1;
  }
  float *out = memory(QUERIES * HEADS * SIZE * sizeof *out);
  ek_attention what = {
      .single = single, .heads = HEADS, .shared = SHARED, .head_size = SIZE, .positions = POSITIONS, .count = QUERIES,
      .query = numbers(QUERIES * HEADS * SIZE, 2), .key = numbers(POSITIONS * SHARED * SIZE, 2),
      .value = numbers(POSITIONS * SHARED * SIZE, 1), .places = places, .visible = visible,
      // Not of one angle; the arithmetic is the same.
      .cosines = numbers(POSITIONS * SIZE / 2, 1), .sines = numbers(POSITIONS * SIZE / 2, 1),
      .query_norm = numbers(SIZE, 1), .key_norm = numbers(SIZE, 1), .epsilon = 1e-6F, .out = out,
  };
  need(ek_attend(path, pool, &what));
  print(single ? "attention, single" : "attention, bf16", out, QUERIES * HEADS * SIZE * sizeof *out);
}

static void logits(ek_path path, ek_pool *pool) {
  enum { PANELS = (LOGITS + EK_PANEL - 1) / EK_PANEL };
  const float *x = numbers(COUNT * COLUMNS, 3);
  ek_matrix head = packed(EK_BF16_WEIGHTS, LOGITS, COLUMNS);
  void *operand = memory(ek_operand_bytes(path, &head, COUNT));
  need(ek_operand_fill(path, pool, &head, x, COUNT, NULL, 0, operand));
  float *kept = memory(COUNT * LOGITS * sizeof *kept);
  ek_summary *summaries = memory(COUNT * PANELS * sizeof *summaries);
  need(ek_logits(path, pool, operand, COUNT, &head, NULL, 0.7F, 77, summaries, kept));
  print("logits", kept, COUNT * LOGITS * sizeof *kept);
  print("summaries", summaries, COUNT * PANELS * sizeof *summaries);

  ek_total total = ek_total_of(path, summaries, PANELS);
  double of_row[] = {(double)total.top, (double)total.second, total.sum};
  print("total", of_row, sizeof of_row);
  ek_row row = {
      .logits = kept, .count = LOGITS, .summaries = summaries, .divisor = 0.7F, .top = total.top, .banned = 77,
  };
  float bounds[EK_BOUNDS];
  for (size_t at = 0; at < EK_BOUNDS; at++) bounds[at] = total.top - (float)at;
  ek_mass masses[EK_BOUNDS];
  double all[2 * EK_BOUNDS + 3];
  ek_masses(path, &row, bounds, masses);
  for (size_t at = 0; at < EK_BOUNDS; at++) {
    all[2 * at] = masses[at].weight;
    all[2 * at + 1] = (double)masses[at].count;
  }
  ek_edge edge = {.score = bounds[5], .token = LOGITS};
  ek_draw drawn = ek_draw_token(path, &row, edge, 0.6 * masses[5].weight);
  all[2 * EK_BOUNDS] = ek_negative_entropy(path, &row, edge, 1 / (float)masses[5].weight);
  all[2 * EK_BOUNDS + 1] = (double)drawn.token;
  all[2 * EK_BOUNDS + 2] = (double)drawn.weight;
  print("sweeps", all, sizeof all);
}

static void screened(ek_path path, ek_pool *pool) {
  enum { PANELS = (LOGITS + EK_PANEL - 1) / EK_PANEL };
  const float *x = numbers(COUNT * COLUMNS, 3);
  ek_matrix head = packed(EK_BF16_WEIGHTS, LOGITS, COLUMNS);
  void *values = memory(ek_int8_bytes(LOGITS, COLUMNS, GROUP));
  ek_spread spreads[PANELS];
  for (size_t panel = 0; panel < PANELS; panel++)
    spreads[panel] = ek_int8_pack_bf16(head.packed, panel, LOGITS, COLUMNS, GROUP, values);
  print("spreads", spreads, sizeof spreads);
  ek_matrix coarse = {
      .format = EK_INT8_WEIGHTS, .rows = LOGITS, .columns = COLUMNS, .group = GROUP, .packed = values,
  };
  void *operand = memory(ek_operand_bytes(path, &head, COUNT)), *other = memory(ek_operand_bytes(path, &coarse, COUNT));
  need(ek_operand_fill(path, pool, &head, x, COUNT, NULL, 0, operand));
  need(ek_operand_fill(path, pool, &coarse, x, COUNT, NULL, 0, other));
  ek_screen screen = {.head = &coarse, .spreads = spreads, .operand = other};
  float *kept = memory(COUNT * LOGITS * sizeof *kept);
  ek_summary *summaries = memory(COUNT * PANELS * sizeof *summaries);
  need(ek_logits(path, pool, operand, COUNT, &head, &screen, 0.7F, 77, summaries, kept));
  print("screened logits", kept, COUNT * LOGITS * sizeof *kept);
  print("screened summaries", summaries, COUNT * PANELS * sizeof *summaries);
}

static void rows(ek_path path, ek_pool *pool) {
  float *x = numbers(COUNT * COLUMNS, 5);
  ek_normalize(path, pool, x, COUNT, COLUMNS, numbers(COLUMNS, 1), 1e-6F, x);
  print("normalised", x, COUNT * COLUMNS * sizeof *x);
  ek_gate(path, pool, x, numbers(COUNT * COLUMNS, 1), COUNT, COLUMNS);
  print("gated", x, COUNT * COLUMNS * sizeof *x);
}

int main(int count, char **arguments) {
  static const char *names[] = {"portable", "avx2", "avx512-vnni", "avx512"};
  int path = EK_AVX512;
  while (path >= 0 && (count != 2 || strcmp(arguments[1], names[path]) != 0)) path--;
  if (path < 0) {
    fprintf(stderr, "usage: fingerprint portable|avx2|avx512-vnni|avx512\n");
    return 64;
  }
  if (!ek_path_runs((ek_path)path)) {
    fprintf(stderr, "fingerprint: this machine has no %s\n", arguments[1]);
    return 3;
  }
  // Memory is left to the end of the process.
  ek_pool *pool = ek_pool_start(THREADS);
  if (!pool) return 2;
  products((ek_path)path, pool, EK_BF16_WEIGHTS);
  products((ek_path)path, pool, EK_INT8_WEIGHTS);
  attention((ek_path)path, pool, false);
  attention((ek_path)path, pool, true);
  logits((ek_path)path, pool);
  screened((ek_path)path, pool);
  rows((ek_path)path, pool);
  ek_pool_stop(pool);
  return 0;
}
