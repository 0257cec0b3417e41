// What a screened head costs and changes (engine_kernels.h, ek_screen), on normal numbers: logits of deviation 3, and
// states without and with two columns that are larger by far, as trained networks have them.

#include <stdio.h>
#include <stdlib.h>

#include "kernel_bench.h"

enum { ROWS = 512 };

// The rows of x with the head, and with its screen.
static double run(
    ek_path path, ek_pool *pool, const ek_matrix *head, const ek_matrix *coarse, const ek_spread *spreads,
    const float *x, ek_summary *summaries) {
  void *operand = memory(ek_operand_bytes(path, head, ROWS));
  void *screened = coarse ? memory(ek_operand_bytes(path, coarse, ROWS)) : NULL;
  ek_screen screen = {.head = coarse, .spreads = spreads, .operand = screened};
  double started = seconds(CLOCK_MONOTONIC);
  ek_operand_fill(path, pool, head, x, ROWS, NULL, 0, operand);
  if (coarse) ek_operand_fill(path, pool, coarse, x, ROWS, NULL, 0, screened);
  if (!ek_logits(path, pool, operand, ROWS, head, coarse ? &screen : NULL, 1, head->rows, summaries, NULL)) exit(2);
  double taken = seconds(CLOCK_MONOTONIC) - started;
  ek_free(operand);
  ek_free(screened);
  return taken;
}

static void measure(ek_path path, ek_pool *pool, const shape *shape) {
  size_t rows = shape->rows, columns = shape->columns, panels = rows / EK_PANEL;
  float deviation = 3 / __builtin_elementwise_sqrt((float)columns);
  uint32_t *words = memory(ek_bf16_words(rows, columns) * sizeof *words);
  void *values = memory(ek_int8_bytes(rows, columns, columns));
  float *w = memory(EK_PANEL * columns * sizeof *w), *x = memory(ROWS * columns * sizeof *x);
  ek_spread *spreads = memory(panels * sizeof *spreads);
  for (size_t panel = 0; panel < panels; panel++) {
    for (size_t at = 0; at < EK_PANEL * columns; at++) w[at] = deviation * normal();
    ek_bf16_pack_single(w, EK_PANEL, columns, words + panel * EK_PANEL * columns / 2);
    spreads[panel] = ek_int8_pack_bf16(words, panel, rows, columns, columns, values);
  }
  ek_matrix head = {.format = EK_BF16_WEIGHTS, .rows = rows, .columns = columns, .packed = words};
  ek_matrix coarse = {
      .format = EK_INT8_WEIGHTS, .rows = rows, .columns = columns, .group = columns, .packed = values,
  };
  ek_summary *own = memory(ROWS * panels * sizeof *own), *found = memory(ROWS * panels * sizeof *found);
  for (size_t at = 0; at < ROWS * columns; at++) x[at] = normal();
  static const float outliers[] = {1, 10, 20};
  for (size_t at = 0; at < sizeof outliers / sizeof *outliers; at++) {
    for (size_t row = 0; row < ROWS; row++)
      for (size_t column = columns / 3; column < columns; column += columns / 3)
        x[row * columns + column] = outliers[at] * normal();
    double ratios[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      double alone = run(path, pool, &head, NULL, NULL, x, own);
      double both = run(path, pool, &head, &coarse, spreads, x, found);
      if (round >= 0) ratios[round] = both / alone;
    }
    size_t computed = 0, wrong = 0;
    double off = 0;
    for (size_t row = 0; row < ROWS; row++) {
      for (size_t panel = 0; panel < panels; panel++) computed += found[row * panels + panel].error == 0;
      ek_total expected = ek_total_of(path, own + row * panels, panels);
      ek_total total = ek_total_of(path, found + row * panels, panels);
      wrong += total.top != expected.top || total.second != expected.second;
      double difference = total.sum / expected.sum - 1;
      off += difference < 0 ? -difference : difference;
    }
    printf(
        "%-10s outliers x %2.0f: %.2f of the head's time, %.1f of %zu panels by the head, sum off by %.2f %%, "
        "best two differ in %zu of %d rows\n",
        shape->name, (double)outliers[at], median(ratios), (double)computed / ROWS, panels, 100 * off / ROWS, wrong,
        ROWS);
    fflush(stdout);
  }
  ek_free(words);
  ek_free(values);
  ek_free(w);
  ek_free(x);
  ek_free(spreads);
  ek_free(own);
  ek_free(found);
}

void measure_screens(ek_path path, ek_pool *pool) {
  for (size_t at = SHAPES - HEADS; at < SHAPES; at++) measure(path, pool, &shapes[at]);
}
