#pragma once

#include "engine_kernels.h"

// Where things lie in the packed form of an int8 matrix.
typedef struct int8_layout {
  size_t panels, quads, group_quads, groups;
} int8_layout;

static inline int8_layout layout_of(size_t rows, size_t columns, size_t group) {
  size_t quads = (columns + 3) / 4, group_quads = group / 4;
  return (int8_layout){
      .panels = (rows + EK_PANEL - 1) / EK_PANEL,
      .quads = quads,
      .group_quads = group_quads,
      .groups = (quads + group_quads - 1) / group_quads,
  };
}

// Of a stretch (int8.h): the more, the faster, but the more sums leave 16 bits. Where both factors are normally
// distributed, one in a hundred does with six quadruples of 896 columns, or with eight of 3,584, whose largest number,
// which makes the scale, stands out more. In the groups of a down projection x does: it is a gated product.
static inline size_t stretch_quads(const int8_layout *layout) {
  return layout->groups == 1 && layout->quads < 512 ? 6 : 8;
}

// Bytes of one panel of values: 64 rows, four columns of each side by side, quadruple after quadruple.
static inline size_t panel_bytes(const int8_layout *layout) { return layout->quads * 4 * EK_PANEL; }

// float[panels, 64]: the scale of each row.
static inline size_t scales_at(const int8_layout *layout) { return layout->panels * panel_bytes(layout); }

// int32[panels, groups, 64]: -128 * the sum of the row's values in the group, what an offset of 128 in x adds.
static inline size_t sums_at(const int8_layout *layout) {
  return scales_at(layout) + layout->panels * EK_PANEL * sizeof(float);
}
