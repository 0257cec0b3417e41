#pragma once

#include <string.h>

#include "engine_kernels.h"

// What one instruction set contributes to products of bf16 numbers, or of single-precision ones.
typedef struct float_path {
  // Bytes of one column pair of a rounded row of x, and of a panel.
  size_t pair_bytes, panel_pair_bytes;
  // Rounds one row of x and zero-fills to a whole pair.
  void (*round)(const float *x, size_t columns, void *out);
  // out[rows, 64] = start (or out, when start is NULL) + x * panel over `pairs` pairs of columns.
  // x_stride is bytes, out_stride is floats; rows is 1...EK_TILE_ROWS.
  void (*tile)(
      const void *x, size_t x_stride, const void *panel, size_t pairs, const float *start, float *out,
      size_t out_stride, size_t rows);
} float_path;

extern const float_path ek_bf16_portable, ek_single_portable;
#if defined(__x86_64__)
extern const float_path ek_bf16_avx2, ek_single_avx2;
extern const float_path ek_bf16_avx512_vnni, ek_bf16_avx512, ek_single_avx512;
#endif

// panel[columns, 64] = the rows, [count, columns] words at any alignment, turned; zeros behind the last row.
void ek_turn(const void *rows, size_t count, size_t columns, uint32_t *panel);

// The bits of `value` rounded to the nearest bf16, ties to even; NaN stays NaN.
static inline __attribute__((always_inline)) uint32_t bf16_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? bits >> 16 | 0x40 : rounded;
}

static inline __attribute__((always_inline)) float single_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// Row of single-precision numbers that are bf16 numbers: for paths that multiply in single precision.
static inline __attribute__((always_inline)) void bf16_round_to_single(
    const float *x, size_t columns, float *out) {
  for (size_t k = 0; k < columns; k++) out[k] = single_of(bf16_bits(x[k]) << 16);
  if (columns & 1) out[columns] = 0;
}
