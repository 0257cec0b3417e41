#if defined(__x86_64__)

#include <immintrin.h>

#include "bf16.h"
#include "tile.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

// The conversion instruction takes denormal numbers for zeros, as the multiplication does anyway.
AVX512 static void round_row(const float *x, size_t columns, void *out) {
  uint16_t *halves = out;
  size_t k = 0;
  for (; k + 32 <= columns; k += 32) {
    __m512bh rounded = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + k + 16), _mm512_loadu_ps(x + k));
    _mm512_storeu_si512(halves + k, (__m512i)rounded);
  }
  for (; k < columns; k++) halves[k] = (uint16_t)bf16_bits(x[k]);
  if (columns & 1) halves[columns] = 0;
}

// Six rows by a whole panel: 24 sums, four words of weights and one of x in 29 of the 32 registers. The
// instruction needs twelve sums in flight to hide its latency.
AVX512 static inline __attribute__((always_inline)) void block(
    const size_t rows, const void *x, size_t x_stride, const uint32_t *panel, size_t pairs, const float *start,
    float *out, size_t out_stride) {
  const int *line[EK_TILE_ROWS];
  __m512 sums[EK_TILE_ROWS][4];
  UNROLLED for (size_t row = 0; row < rows; row++) {
    line[row] = (const int *)((const char *)x + row * x_stride);
    const float *from = start ? start : out + row * out_stride;
    UNROLLED for (size_t at = 0; at < 4; at++) sums[row][at] = _mm512_loadu_ps(from + 16 * at);
  }
  for (size_t pair = 0; pair < pairs; pair++) {
    __m512bh words[4];
    UNROLLED for (size_t at = 0; at < 4; at++)
      words[at] = (__m512bh)_mm512_loadu_si512(panel + pair * EK_PANEL + 16 * at);
    UNROLLED for (size_t row = 0; row < rows; row++) {
      __m512bh both = (__m512bh)_mm512_set1_epi32(line[row][pair]);
      UNROLLED for (size_t at = 0; at < 4; at++) sums[row][at] = _mm512_dpbf16_ps(sums[row][at], both, words[at]);
    }
  }
  UNROLLED for (size_t row = 0; row < rows; row++) {
    UNROLLED for (size_t at = 0; at < 4; at++) _mm512_storeu_ps(out + row * out_stride + 16 * at, sums[row][at]);
  }
}

AVX512 static void tile(
    const void *x, size_t x_stride, const void *panel_start, size_t pairs, const float *start, float *out,
    size_t out_stride, size_t rows) {
  const uint32_t *panel = panel_start;
#define BLOCK(n) block(n, x, x_stride, panel, pairs, start, out, out_stride)
  WITH_ROWS(rows, BLOCK)
}

const float_path ek_bf16_avx512 = {.pair_bytes = 4, .panel_pair_bytes = 4 * EK_PANEL, .round = round_row, .tile = tile};

#endif
