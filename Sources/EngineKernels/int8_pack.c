#include "int8.h"
#include "int8_layout.h"

size_t ek_int8_bytes(size_t rows, size_t columns, size_t group) {
  int8_layout layout = layout_of(rows, columns, group);
  return sums_at(&layout) + layout.panels * layout.groups * EK_PANEL * sizeof(int32_t);
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
  for (size_t row = 0; row < count; row++) {
    const float *line = values + row * columns;
    float scale = scale_of(largest_absolute(line, columns));
    scales[row] = scale;
    if (!(scale > 0)) continue;
    for (size_t k = 0; k < columns; k++) {
      int32_t value = nearest(line[k] / scale);
      out[(k / 4 * EK_PANEL + row) * 4 + k % 4] = (int8_t)value;
      sums[k / 4 / layout.group_quads * EK_PANEL + row] -= 128 * value;
    }
  }
}
