#include "int8.h"

static float quantize(const float *x, size_t columns, void *out) { return quantize_group(x, columns, 0, out); }

// What follows the integers of one group, [rows, 64].
static void finish(const int8_tile *what, const int32_t *sums) {
  for (size_t row = 0; row < what->rows; row++) {
    float x_scale = what->x_scales[row * what->x_scale_stride];
    float *out = what->out + row * what->out_stride;
    float values[EK_PANEL];
    for (size_t at = 0; at < EK_PANEL; at++) values[at] = (float)sums[row * EK_PANEL + at] * x_scale;
    if (!what->first)
      for (size_t at = 0; at < EK_PANEL; at++) values[at] = out[at] + values[at];
    if (what->scales)
      for (size_t at = 0; at < EK_PANEL; at++) values[at] = values[at] * what->scales[at] + what->bias[at];
    memcpy(out, values, sizeof values);
  }
}

static void group(const int8_tile *what) {
  int32_t sums[EK_TILE_ROWS * EK_PANEL];
  for (size_t row = 0; row < what->rows; row++) {
    const int8_t *values = (const int8_t *)what->x + row * what->x_stride;
    int32_t *line = sums + row * EK_PANEL;
    memcpy(line, what->start, EK_PANEL * sizeof *line);
    for (size_t quad = 0; quad < what->quads; quad++) {
      const int8_t *four = values + 4 * quad, *words = what->panel + 4 * EK_PANEL * quad;
      for (size_t at = 0; at < EK_PANEL; at++) {
        const int8_t *w = words + 4 * at;
        // Without sign: a file of packed weights may hold any sums to begin with.
        line[at] = (int32_t)((uint32_t)line[at] + (uint32_t)(four[0] * w[0] + four[1] * w[1] + four[2] * w[2] +
                                                              four[3] * w[3]));
      }
    }
  }
  finish(what, sums);
}

static void tile(const int8_tile *what) { each_group(what, group); }

const int8_path ek_int8_portable = {.quantize = quantize, .tile = tile};
