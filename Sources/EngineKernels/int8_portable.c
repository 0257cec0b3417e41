#include "int8.h"

static float quantize(const float *x, size_t columns, void *out) { return quantize_group(x, columns, 0, out); }

static void tile(
    const void *x, size_t x_stride, const int8_t *panel, size_t quads, const int32_t *start, int32_t *sums,
    size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    const int8_t *values = (const int8_t *)x + row * x_stride;
    int32_t *line = sums + row * EK_PANEL;
    memcpy(line, start, EK_PANEL * sizeof *line);
    for (size_t quad = 0; quad < quads; quad++) {
      const int8_t *four = values + 4 * quad, *words = panel + 4 * EK_PANEL * quad;
      for (size_t at = 0; at < EK_PANEL; at++) {
        const int8_t *w = words + 4 * at;
        line[at] += four[0] * w[0] + four[1] * w[1] + four[2] * w[2] + four[3] * w[3];
      }
    }
  }
}

static void finish(
    const int32_t *sums, float x_scale, bool first, const float *scales, const float *bias, float *out) {
  finish_row(sums, x_scale, first, scales, bias, out);
}

const int8_path ek_int8_portable = {.x_offset = 0, .quantize = quantize, .tile = tile, .finish = finish};
