#include "int8.h"
#include "int8_layout.h"

size_t ek_int8_bytes(size_t rows, size_t columns, size_t group) {
  int8_layout layout = layout_of(rows, columns, group);
  return sums_at(&layout) + layout.panels * layout.groups * EK_PANEL * sizeof(int32_t);
}

// The largest |w[2k]| + |w[2k + 1]|; a last one without neighbour counts alone.
static float largest_pair(const float *values, size_t count) {
  int32_t largest = count % 2 != 0 ? absolute_bits(values[count - 1]) : 0;
  for (size_t k = 0; k + 1 < count; k += 2) {
    int32_t bits = absolute_bits(__builtin_fabsf(values[k]) + __builtin_fabsf(values[k + 1]));
    largest = bits > largest ? bits : largest;
  }
  return with_bits(largest);
}

static void quantize_weights(const float *restrict values, size_t count, float scale, int8_t *restrict out) {
  for (size_t k = 0; k < count; k++) out[k] = (int8_t)nearest(values[k] / scale);
}

void ek_int8_pack(
    const float *values, size_t first, size_t count, size_t rows, size_t columns, size_t group, void *packed) {
  int8_layout layout = layout_of(rows, columns, group);
  size_t panel = first / EK_PANEL;
  int8_t *out = (int8_t *)packed + panel * panel_bytes(&layout);
  float *scales = (float *)((char *)packed + scales_at(&layout)) + panel * EK_PANEL;
  int32_t *sums = (int32_t *)((char *)packed + sums_at(&layout)) + panel * layout.groups * EK_PANEL;
  memset(out, 0, panel_bytes(&layout));
  memset(scales, 0, EK_PANEL * sizeof *scales);
  memset(sums, 0, layout.groups * EK_PANEL * sizeof *sums);
  for (size_t row = 0; row < count; row++) scales[row] = scale_of(largest_pair(values + row * columns, columns));
  // Sixteen quadruples of all rows at a time: reads stay within four cache lines a row, writes within 4 KiB.
  for (size_t first_quad = 0; first_quad < layout.quads; first_quad += 16) {
    size_t quads = layout.quads - first_quad < 16 ? layout.quads - first_quad : 16;
    size_t k = 4 * first_quad, width = columns - k < 64 ? columns - k : 64;
    for (size_t row = 0; row < count; row++) {
      if (!(scales[row] > 0)) continue;
      int8_t some[64] = {0};
      quantize_weights(values + row * columns + k, width, scales[row], some);
      for (size_t quad = 0; quad < quads; quad++) {
        const int8_t *four = some + 4 * quad;
        memcpy(out + ((first_quad + quad) * EK_PANEL + row) * 4, four, 4);
        sums[(first_quad + quad) / layout.group_quads * EK_PANEL + row] -=
            128 * (four[0] + four[1] + four[2] + four[3]);
      }
    }
  }
}
