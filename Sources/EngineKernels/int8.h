#pragma once

#include <string.h>

#include "engine_kernels.h"

// AVX2 has no sums of products of bytes in 32 bits; in 16 they cost a quarter less. So columns are taken in stretches:
// quadruples that follow each other in a group. In each lane, which has columns 0 and 1 or 2 and 3 of a quadruple, the
// products of a stretch are added modulo 2^16. What is left is their sum when that has 16 bits, and by Cauchy and
// Schwarz it does when the lengths of both factors multiply to less than 2^15.
enum {
  LANES_PER_ROW = 2,
  MOST_STRETCHES = 512,              // of one tile
  MOST_SQUARE = 32767 * 32767 / 16,  // of two lengths' squares, each divided by 4
};

// A stretch of a panel.
typedef struct int8_stretch {
  // -128 * the sum of the values, modulo 2^16: without what the offset of x adds.
  _Alignas(64) int16_t offsets[EK_PANEL][LANES_PER_ROW];
  uint16_t squares[EK_PANEL / 16];  // of 16 rows: the largest squared length / 4, rounded upwards
} int8_stretch;

// One panel over some groups of columns. In each group integers = start + x * panel, then out = (first ? 0 : out) +
// integers * x_scale; after the last of the row, when `scales` is given, out = out * scales + bias.
typedef struct int8_tile {
  const char *x;  // rows that are x_stride bytes apart
  size_t x_stride;
  const int8_t *panel;
  size_t groups, group_quads;
  size_t quads;           // of all these groups; the last may be shorter
  const int32_t *start;   // [groups, 64], or [64] zeros for all
  size_t start_stride;
  const float *x_scales;  // [groups] for each row, x_scale_stride apart
  size_t x_scale_stride;
  bool first;
  const float *scales;  // [64] or NULL
  const float *bias;    // [64]
  float *out;           // rows that are out_stride floats apart
  size_t out_stride;
  size_t rows;
  const int8_stretch *stretches;  // of all these groups, or NULL
  size_t stretch_quads, group_stretches;
  const uint16_t *x_squares;  // of the stretches for each row, x_square_stride apart
  size_t x_square_stride;
} int8_tile;

// What one instruction set contributes to the int8 product.
typedef struct int8_path {
  // 128 when x is stored as value + 128 in a byte without sign, else 0.
  int32_t x_offset;
  // Quantises `columns` numbers of one row of x, one group, to whole quadruples; returns the scale.
  float (*quantize)(const float *x, size_t columns, void *out);
  // One tile of out, [rows, 64], as `what` says, with no multiplication fused with an addition.
  void (*tile)(const int8_tile *what);
  // What the tile needs to know of the stretches of some columns of x and of a panel, the first of a group. `quads`:
  // of one stretch. NULL when it makes no use of them.
  void (*measure)(const void *x, size_t stretches, size_t quads, uint16_t *squares);
  void (*survey)(const int8_t *panel, size_t stretches, size_t quads, int8_stretch *out);
} int8_path;

extern const int8_path ek_int8_portable;
#if defined(__x86_64__)
extern const int8_path ek_int8_avx2;
extern const int8_path ek_int8_avx512;
#endif

// The bits of |value|: those of numbers without sign are in the numbers' order, and a NaN's are larger than all. The
// maximum of integers may be taken in any order.
static inline __attribute__((always_inline)) int32_t absolute_bits(float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits & 0x7FFFFFFF;
}

static inline __attribute__((always_inline)) float with_bits(int32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline __attribute__((always_inline)) float largest_absolute(const float *x, size_t count) {
  int32_t largest = 0;
  for (size_t k = 0; k < count; k++) {
    int32_t bits = absolute_bits(x[k]);
    largest = bits > largest ? bits : largest;
  }
  return with_bits(largest);
}

// The integer nearest to value, ties to even, for |value| < 2^22: the sum with 1.5 * 2^23 has it in its low bits.
static inline __attribute__((always_inline)) int32_t nearest(float value) {
  float shifted = value + 0x1.8p23F;
  int32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  return bits - 0x4B400000;
}

// Numbers so small that their scale would not be a normal number count as zeros.
enum { SCALE_UNIT = 127 };
static inline __attribute__((always_inline)) float scale_of(float largest) {
  if (!(largest <= 0x1.fffffep127F)) return __builtin_nanf("");
  return largest < 0x1p-110F ? 0 : largest / SCALE_UNIT;
}

static inline __attribute__((always_inline)) float quantize_group(
    const float *restrict x, size_t columns, int32_t offset, uint8_t *restrict out) {
  float largest = largest_absolute(x, columns);
  float scale = scale_of(largest);
  float inverse = scale > 0 ? SCALE_UNIT / largest : 0;
  if (inverse > 0) {
    for (size_t k = 0; k < columns; k++) out[k] = (uint8_t)(nearest(x[k] * inverse) + offset);
  } else {
    for (size_t k = 0; k < columns; k++) out[k] = (uint8_t)offset;
  }
  for (size_t k = columns; k % 4 != 0; k++) out[k] = 0;
  return scale;
}

// Calls `one` with each group of the tile.
static inline __attribute__((always_inline)) void each_group(
    const int8_tile *what, void (*one)(const int8_tile *)) {
  for (size_t group = 0; group < what->groups; group++) {
    size_t done = group * what->group_quads, left = what->quads - done;
    int8_tile part = *what;
    part.x += 4 * done;
    part.panel += 4 * EK_PANEL * done;
    part.groups = 1;
    part.quads = left < what->group_quads ? left : what->group_quads;
    part.start += group * what->start_stride;
    part.x_scales += group;
    if (part.stretches) {
      part.stretches += group * what->group_stretches;
      part.x_squares += group * what->group_stretches;
      if (left < what->group_quads) part.group_stretches = left / what->stretch_quads;
    }
    part.first = what->first && group == 0;
    if (group + 1 < what->groups) part.scales = NULL;
    one(&part);
  }
}
