#pragma once

#include "bf16.h"
#include "int8.h"
#include "int8_layout.h"
#include "pool.h"
#include "vectors.h"

// Where the rows of a product's input lie, as the multiplication reads them.
typedef struct operand {
  char *rows;      // rounded to bf16, or int8
  size_t stride;   // bytes from row to row
  float *scales;   // int8: [count, groups]
  size_t groups;
  uint16_t *squares;  // int8 where sums are made in 16 bits: [count, stretches]
  size_t stretches, stretch_quads;
} operand;

static inline const float_path *bf16_of(ek_path path) {
#if defined(__x86_64__)
  if (path == EK_AVX512) return &ek_bf16_avx512;
  if (path == EK_AVX512_VNNI) return &ek_bf16_avx512_vnni;
  if (path == EK_AVX2) return &ek_bf16_avx2;
#else
  (void)path;
#endif
  return &ek_bf16_portable;
}

static inline const float_path *single_of_path(ek_path path) {
#if defined(__x86_64__)
  if (path >= EK_AVX512_VNNI) return &ek_single_avx512;
  if (path == EK_AVX2) return &ek_single_avx2;
#else
  (void)path;
#endif
  return &ek_single_portable;
}

static inline const int8_path *int8_of(ek_path path) {
#if defined(__x86_64__)
  if (path >= EK_AVX512_VNNI) return &ek_int8_avx512;
  if (path == EK_AVX2) return &ek_int8_avx2;
#else
  (void)path;
#endif
  return &ek_int8_portable;
}

static inline size_t panels_of(const ek_matrix *matrix) { return (matrix->rows + EK_PANEL - 1) / EK_PANEL; }

static inline size_t panel_width(const ek_matrix *matrix, size_t panel) {
  size_t left = matrix->rows - panel * EK_PANEL;
  return left < EK_PANEL ? left : EK_PANEL;
}

// Of `count` rows in `memory`, whose bytes are operand_bytes.
operand operand_of(ek_path path, const ek_matrix *matrix, size_t count, void *memory);

// Where the numbers from column `first` on of row `row` lie; the column begins a group.
char *operand_at(ek_path path, const ek_matrix *matrix, const operand *of, size_t row, size_t first);

// Rounds or quantises row `row` of x. `columns` numbers from column `first` on, which begins a group.
void operand_write(
    ek_path path, const ek_matrix *matrix, const operand *to, size_t row, size_t first, size_t columns,
    const float *x);

// One panel of a matrix.
typedef struct factor {
  const ek_matrix *matrix;
  const char *values;      // bf16 words or int8 values
  const float *scales;     // int8: [64]
  const int32_t *offsets;  // int8: [groups, 64]
  size_t depth;            // pairs of bf16 columns, or groups of int8 columns
  size_t step;             // of these in a block: what stays in the second-level cache while all row tiles pass
  size_t quads, group_quads;
  const int8_stretch *stretches;  // NULL unless they were surveyed
} factor;

// What the stretches of a panel are: `out` has x->stretches of them, not 0.
void survey(ek_path path, const operand *x, const factor *factor, int8_stretch *out);

// `together`: panels that row tiles pass in turn, at most 4.
factor factor_of(const ek_matrix *matrix, size_t panel, size_t together);

// acc[rows, 64] (`stride` floats from row to row) = or += x * factor, over the block from `first` on; after the last
// block it is the product with the bias, [64], added. `rows` is 1...EK_TILE_ROWS.
void multiply_block(
    ek_path path, const factor *factor, const operand *x, size_t row, size_t rows, size_t first, const float *bias,
    float *acc, size_t stride);

// out[rows, 64] = x * one panel of the matrix, all of its columns. `rows` is 1...EK_TILE_ROWS.
void multiply_panel(
    ek_path path, const ek_matrix *matrix, size_t panel, const operand *x, size_t row, size_t rows, float *out);

// The second half of ek_logits with a screen, whose logits and their summaries are there: computes the panels that
// can hold one of a row's two largest again, from the head.
bool settle(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_matrix *head, const ek_screen *screen,
    float divisor, size_t banned, ek_summary *summaries, float *logits);
