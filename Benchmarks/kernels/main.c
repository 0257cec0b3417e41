// The share of this machine's peak that the products of EngineKernels reach at the shapes of Qwen2.5-Coder:
//
//     swift build -c release --product kernel-bench && .build/release/kernel-bench [rows [SET [TEXT]]]
//
// SET is avx512, avx512-vnni, avx2 or portable ($EVALKIT_CPU, or the best that this machine has); only products are
// measured whose "matrix, type" contains TEXT, as in "0.5B" or "down, int8".
//
//     kernel-bench peak THREADS
//
// prints the peaks alone, as JSON, for scripts that put them beside figures of others.
//
//     kernel-bench screen THREADS
//
// says what an int8 screen saves of a head's time, and what it changes (screen.c).
//
// Every product is timed between two loops of the multiply-add that it is made of, in the same second, because
// clocks move with the host. "wall" is what a user waits for, "cpu" is against the time that the process had the
// cores: on a machine that is not idle only the second says something about the kernels. Medians of the rounds.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_bench.h"

static void measure(const shape *shape, ek_arithmetic arithmetic, ek_path path, size_t threads, size_t count) {
  size_t rows = shape->rows, columns = shape->columns;
  size_t group = shape->group ? shape->group : (columns + 3) / 4 * 4;
  ek_pool *pool = ek_pool_start(threads);
  float *x = memory(count * columns * sizeof *x), *w = memory(EK_PANEL * columns * sizeof *w);
  float *out = memory(count * rows * sizeof *out);
  if (!pool) exit(2);
  for (size_t at = 0; at < count * columns; at++) x[at] = input(shape);
  for (size_t at = 0; at < EK_PANEL * columns; at++) w[at] = normal();
  size_t bytes = arithmetic == EK_INT8 ? ek_int8_bytes(rows, columns, group)
                                       : ek_bf16_words(rows, columns) * sizeof(uint32_t);
  void *packed = memory(bytes);
  for (size_t row = 0; row < rows; row += EK_PANEL) {
    size_t some = rows - row < EK_PANEL ? rows - row : EK_PANEL;
    if (arithmetic == EK_INT8) {
      ek_int8_pack(w, row, some, rows, columns, group, packed);
    } else {
      ek_bf16_pack_single(w, some, columns, (uint32_t *)packed + row * ((columns + 1) / 2));
    }
  }

  ek_matrix matrix = {
      .format = arithmetic == EK_INT8 ? EK_INT8_WEIGHTS : EK_BF16_WEIGHTS, .rows = rows, .columns = columns,
      .group = group, .packed = packed,
  };
  ek_part part = {.matrix = &matrix, .out = out};
  void *operand = memory(ek_operand_bytes(path, &matrix, count));

  ek_matrix next = matrix;
  next.columns = rows;
  next.group = 128;
  void *next_operand = memory(ek_operand_bytes(path, &next, count));

  double work = (shape->gated ? 4.0 : 2.0) * (double)count * (double)rows * (double)columns;
  double wall[ROUNDS], cpu[ROUNDS], speed[ROUNDS], peak[ROUNDS];
  for (int round = -1; round < ROUNDS; round++) {
    span started = now();
    double operations = ek_peak_run(path, arithmetic, pool, path == EK_PORTABLE ? 200000 : 1000000);
    span limit = since(started);
    started = now();
    size_t repeats = 1 + (size_t)(path == EK_PORTABLE ? 0 : 1e10 / work);
    for (size_t at = 0; at < repeats; at++) {
      ek_operand_fill(path, pool, &matrix, x, count, NULL, 0, operand);
      if (shape->gated)
        ek_gated_product(path, pool, operand, count, &matrix, &matrix, &next, next_operand);
      else
        ek_product(path, pool, operand, count, &part, 1);
    }
    span taken = since(started);
    // The first round warms up.
    if (round < 0) continue;
    double done = work * (double)repeats;
    speed[round] = done / taken.wall;
    peak[round] = operations / limit.wall;
    wall[round] = speed[round] / peak[round];
    cpu[round] = done / taken.cpu / (operations / limit.cpu);
  }
  printf(
      "%-14s %6zu x %5zu  x %3zu  %-4s  %zu  %8.1f  %8.1f  %4.0f %%  %4.0f %%\n", shape->name, rows, columns, count,
      arithmetic == EK_INT8 ? "int8" : "bf16", threads, median(speed) * 1e-9, median(peak) * 1e-9,
      100 * median(wall), 100 * median(cpu));
  fflush(stdout);
  ek_free(operand);
  ek_free(next_operand);
  ek_free(packed);
  ek_free(out);
  ek_free(w);
  ek_free(x);
  ek_pool_stop(pool);
}

static void print_peaks(ek_path path, ek_pool *pool) {
  static const char *names[] = {[EK_SINGLE] = "fp32", [EK_BF16] = "bf16", [EK_INT8] = "int8"};
  for (int arithmetic = EK_SINGLE; arithmetic <= EK_INT8; arithmetic++) {
    double speed[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      double started = seconds(CLOCK_MONOTONIC);
      double operations = ek_peak_run(path, (ek_arithmetic)arithmetic, pool, 400000);
      speed[round] = operations / (seconds(CLOCK_MONOTONIC) - started);
    }
    printf("%s\"%s\": %.4g", arithmetic == EK_SINGLE ? "{" : ", ", names[arithmetic], median(speed));
  }
  printf("}\n");
}

static int with_pool(ek_path path, size_t threads, void (*body)(ek_path path, ek_pool *pool)) {
  ek_pool *pool = threads > 0 ? ek_pool_start(threads) : NULL;
  if (!pool) {
    fprintf(stderr, "kernel-bench: %zu threads could not be started\n", threads);
    return 64;
  }
  body(path, pool);
  ek_pool_stop(pool);
  return 0;
}

int main(int count, char **arguments) {
  static const char *names[] = {"portable", "avx2", "avx512-vnni", "avx512"};
  size_t rows = count > 1 ? strtoul(arguments[1], NULL, 10) : 512;
  void (*other)(ek_path, ek_pool *) = NULL;
  if (count == 3 && strcmp(arguments[1], "peak") == 0) other = print_peaks;
  if (count == 3 && strcmp(arguments[1], "screen") == 0) other = measure_screens;
  const char *wanted = count > 2 && !other ? arguments[2] : getenv("EVALKIT_CPU");
  int path = EK_AVX512;
  while (path >= 0 && (!ek_path_runs((ek_path)path) || (wanted && strcmp(wanted, names[path]) != 0))) path--;
  if (other && path >= 0) return with_pool((ek_path)path, strtoul(arguments[2], NULL, 10), other);
  if (rows == 0 || path < 0 || count > 4) {
    fprintf(
        stderr,
        "usage: kernel-bench [rows [avx512|avx512-vnni|avx2|portable [TEXT]]], a set that this machine has\n"
        "       kernel-bench peak|screen THREADS\n");
    return 64;
  }
  printf("%s, billions of operations a second\n", names[path]);
  printf("%-14s %-14s  %-5s  %-4s  %s  %8s  %8s  %6s  %6s\n", "matrix", "w", "rows", "type", "T", "product", "peak",
      "wall", "cpu");
  for (size_t threads = 1; threads <= 2; threads++)
    for (int arithmetic = EK_BF16; arithmetic <= EK_INT8; arithmetic++)
      for (size_t at = 0; at < (size_t)(arithmetic == EK_INT8 ? SHAPES - HEADS : SHAPES); at++) {
        char text[64];
        snprintf(text, sizeof text, "%s, %s", shapes[at].name, arithmetic == EK_INT8 ? "int8" : "bf16");
        if (count > 3 && !strstr(text, arguments[3])) continue;
        measure(&shapes[at], (ek_arithmetic)arithmetic, (ek_path)path, threads, rows);
      }
  return 0;
}
