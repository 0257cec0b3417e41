#include "matrix.h"

// 224 KiB of one panel of bf16 and 304 of int8, or 112 KiB of each of several. A group of int8 columns is not split,
// and int8 sums cost more to take up again.
enum { PAIRS_PER_BLOCK = 896, QUADS_PER_BLOCK = 1216, QUADS_OF_SEVERAL = 448 };

// An odd number of cache lines, so that the rows of a tile do not share the sets of the cache.
static size_t odd_lines(size_t bytes) { return ((bytes + 63) / 64 | 1) * 64; }

// Of a row; 0 where the path has no use for them. Groups end with a stretch, and a tile has room for so many.
static size_t stretches_of(ek_path path, const int8_layout *layout) {
  if (!int8_of(path)->survey) return 0;
  size_t quads = stretch_quads(layout);
  bool fits = layout->groups == 1 ? layout->quads / quads <= MOST_STRETCHES
                                  : layout->group_quads % quads == 0 && layout->group_quads <= QUADS_PER_BLOCK;
  return fits ? layout->quads / quads : 0;
}

operand operand_of(ek_path path, const ek_matrix *matrix, size_t count, void *memory) {
  operand result = {.rows = memory};
  if (matrix->format == EK_BF16_WEIGHTS) {
    result.stride = odd_lines((matrix->columns + 1) / 2 * bf16_of(path)->pair_bytes);
  } else {
    int8_layout layout = layout_of(matrix->rows, matrix->columns, matrix->group);
    result.stride = odd_lines(layout.quads * 4);
    result.groups = layout.groups;
    result.scales = (float *)(result.rows + count * result.stride);
    result.stretches = stretches_of(path, &layout);
    result.stretch_quads = stretch_quads(&layout);
    result.squares = (uint16_t *)(result.scales + count * result.groups);
  }
  return result;
}

size_t ek_operand_bytes(ek_path path, const ek_matrix *matrix, size_t count) {
  operand shape = operand_of(path, matrix, count, NULL);
  return count * (shape.stride + shape.groups * sizeof(float) + shape.stretches * sizeof(uint16_t));
}

char *operand_at(ek_path path, const ek_matrix *matrix, const operand *of, size_t row, size_t first) {
  bool is_bf16 = matrix->format == EK_BF16_WEIGHTS;
  size_t bytes = is_bf16 ? first / 2 * bf16_of(path)->pair_bytes : first;
  return of->rows + row * of->stride + bytes;
}

void operand_write(
    ek_path path, const ek_matrix *matrix, const operand *to, size_t row, size_t first, size_t columns,
    const float *x) {
  if (matrix->format == EK_BF16_WEIGHTS) {
    bf16_of(path)->round(x, columns, operand_at(path, matrix, to, row, first));
    return;
  }
  for (size_t at = 0; at < columns; at += matrix->group) {
    size_t width = columns - at < matrix->group ? columns - at : matrix->group;
    char *out = operand_at(path, matrix, to, row, first + at);
    to->scales[row * to->groups + (first + at) / matrix->group] = int8_of(path)->quantize(x + at, width, out);
    if (to->stretches == 0) continue;
    size_t stretch = (first + at) / 4 / to->stretch_quads, count = (width + 3) / 4 / to->stretch_quads;
    int8_of(path)->measure(out, count, to->stretch_quads, to->squares + row * to->stretches + stretch);
  }
}

factor factor_of(const ek_matrix *matrix, size_t panel, size_t together) {
  factor result = {.matrix = matrix};
  if (matrix->format == EK_BF16_WEIGHTS) {
    result.depth = (matrix->columns + 1) / 2;
    result.step = together > 1 ? PAIRS_PER_BLOCK / 2 : PAIRS_PER_BLOCK;
    result.values = (const char *)matrix->packed + panel * result.depth * EK_PANEL * sizeof(uint32_t);
    return result;
  }
  int8_layout layout = layout_of(matrix->rows, matrix->columns, matrix->group);
  const char *packed = matrix->packed;
  size_t step = (together > 1 ? QUADS_OF_SEVERAL : QUADS_PER_BLOCK) / layout.group_quads;
  result.depth = layout.groups;
  result.step = step > 0 ? step : 1;
  result.quads = layout.quads;
  result.group_quads = layout.group_quads;
  result.values = packed + panel * panel_bytes(&layout);
  result.scales = (const float *)(packed + scales_at(&layout)) + panel * EK_PANEL;
  result.offsets = (const int32_t *)(packed + sums_at(&layout)) + panel * EK_PANEL * layout.groups;
  return result;
}

void survey(ek_path path, const operand *x, const factor *factor, int8_stretch *out) {
  int8_of(path)->survey((const int8_t *)factor->values, x->stretches, x->stretch_quads, out);
}

static void multiply_int8(
    const int8_path *path, const factor *factor, const operand *x, size_t row, size_t rows, size_t first,
    size_t end, const float *bias, float *acc, size_t stride) {
  static const int32_t zeros[EK_PANEL];
  bool has_offset = path->x_offset != 0;
  size_t quad = first * factor->group_quads, last = end * factor->group_quads;
  size_t group_stretches = x->stretches > 0 ? factor->group_quads / x->stretch_quads : 0;
  path->tile(&(int8_tile){
      .x = x->rows + row * x->stride + 4 * quad, .x_stride = x->stride,
      .panel = (const int8_t *)factor->values + quad * 4 * EK_PANEL,
      .groups = end - first, .group_quads = factor->group_quads,
      .quads = (last < factor->quads ? last : factor->quads) - quad,
      .start = has_offset ? factor->offsets + first * EK_PANEL : zeros, .start_stride = has_offset ? EK_PANEL : 0,
      .x_scales = x->scales + row * x->groups + first, .x_scale_stride = x->groups,
      .first = first == 0, .scales = end == factor->depth ? factor->scales : NULL, .bias = bias,
      .out = acc, .out_stride = stride, .rows = rows,
      .stretches = factor->stretches ? factor->stretches + first * group_stretches : NULL,
      .stretch_quads = x->stretch_quads, .group_stretches = group_stretches,
      .x_squares = x->squares + row * x->stretches + first * group_stretches, .x_square_stride = x->stretches,
  });
}

void multiply_block(
    ek_path path, const factor *factor, const operand *x, size_t row, size_t rows, size_t first, const float *bias,
    float *acc, size_t stride) {
  size_t end = factor->depth - first < factor->step ? factor->depth : first + factor->step;
  if (factor->matrix->format == EK_INT8_WEIGHTS) {
    multiply_int8(int8_of(path), factor, x, row, rows, first, end, bias, acc, stride);
    return;
  }
  const float_path *bf16 = bf16_of(path);
  bf16->tile(
      x->rows + row * x->stride + first * bf16->pair_bytes, x->stride,
      factor->values + first * bf16->panel_pair_bytes, end - first, first > 0 ? NULL : bias, acc, stride, rows);
}

void multiply_panel(
    ek_path path, const ek_matrix *matrix, size_t panel, const operand *x, size_t row, size_t rows, float *out) {
  static const float no_bias[EK_PANEL];
  factor factor = factor_of(matrix, panel, 1);
  for (size_t first = 0; first < factor.depth; first += factor.step)
    multiply_block(path, &factor, x, row, rows, first, no_bias, out, EK_PANEL);
}
