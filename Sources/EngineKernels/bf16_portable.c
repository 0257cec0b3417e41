#include "bf16.h"

static void round_row(const float *x, size_t columns, void *out) { bf16_round_to_single(x, columns, out); }

// A row by a quarter of a panel: sums that compilers keep in registers.
enum { STRIP = 16 };

static void strip(
    const float *x, const uint32_t *panel, size_t pairs, const float *start, float *out) {
  float sums[STRIP];
  memcpy(sums, start, sizeof sums);
  for (size_t pair = 0; pair < pairs; pair++) {
    const uint32_t *words = panel + pair * EK_PANEL;
    float even = x[2 * pair], odd = x[2 * pair + 1];
    for (size_t at = 0; at < STRIP; at++) {
      float sum = sums[at] + even * single_of(words[at] << 16);
      sums[at] = sum + odd * single_of(words[at] & 0xFFFF0000);
    }
  }
  memcpy(out, sums, sizeof sums);
}

static void tile(
    const void *x, size_t x_stride, const void *panel_start, size_t pairs, const float *start, float *out,
    size_t out_stride, size_t rows) {
  const uint32_t *panel = panel_start;
  for (size_t row = 0; row < rows; row++) {
    const float *values = (const float *)((const char *)x + row * x_stride);
    float *line = out + row * out_stride;
    for (size_t at = 0; at < EK_PANEL; at += STRIP)
      strip(values, panel + at, pairs, (start ? start : line) + at, line + at);
  }
}

const float_path ek_bf16_portable = {.pair_bytes = 8, .panel_pair_bytes = 4 * EK_PANEL, .round = round_row, .tile = tile};
