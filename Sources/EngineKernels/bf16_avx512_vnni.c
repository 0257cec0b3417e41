#if defined(__x86_64__)

#include <immintrin.h>

#include "bf16.h"
#include "tile.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

// For processors with AVX-512 and no bf16 arithmetic: numbers are widened on the way, as on AVX2, and give its bits.

AVX512 static void round_row(const float *x, size_t columns, void *out) { bf16_round_to_single(x, columns, out); }

// `sums` += the numbers at `from`, one of each row, times the widened columns of one half of the words.
AVX512 static inline __attribute__((always_inline)) void add_products(
    const size_t rows, const float *const *line, size_t from, const __m512 w[4], __m512 sums[EK_TILE_ROWS][4]) {
  UNROLLED for (size_t row = 0; row < rows; row++) {
    __m512 value = _mm512_set1_ps(line[row][from]);
    UNROLLED for (size_t at = 0; at < 4; at++) sums[row][at] = _mm512_fmadd_ps(value, w[at], sums[row][at]);
  }
}

// Six rows by a whole panel: 24 sums, four widened weights, one number of x and a mask in 30 of 32 registers.
AVX512 static inline __attribute__((always_inline)) void block(
    const size_t rows, const void *x, size_t x_stride, const uint32_t *panel, size_t pairs, const float *start,
    float *out, size_t out_stride) {
  const float *line[EK_TILE_ROWS];
  __m512 sums[EK_TILE_ROWS][4], w[4];
  UNROLLED for (size_t row = 0; row < rows; row++) {
    line[row] = (const float *)((const char *)x + row * x_stride);
    const float *from = start ? start : out + row * out_stride;
    UNROLLED for (size_t at = 0; at < 4; at++) sums[row][at] = _mm512_loadu_ps(from + 16 * at);
  }
  const __m512i upper = _mm512_set1_epi32((int)0xFFFF0000);
  for (size_t pair = 0; pair < pairs; pair++) {
    const uint32_t *words = panel + pair * EK_PANEL;
    UNROLLED for (size_t at = 0; at < 4; at++)
      w[at] = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(words + 16 * at), 16));
    add_products(rows, line, 2 * pair, w, sums);
    UNROLLED for (size_t at = 0; at < 4; at++)
      w[at] = _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(words + 16 * at), upper));
    add_products(rows, line, 2 * pair + 1, w, sums);
  }
  UNROLLED for (size_t row = 0; row < rows; row++)
    UNROLLED for (size_t at = 0; at < 4; at++) _mm512_storeu_ps(out + row * out_stride + 16 * at, sums[row][at]);
}

AVX512 static void tile(
    const void *x, size_t x_stride, const void *panel_start, size_t pairs, const float *start, float *out,
    size_t out_stride, size_t rows) {
  const uint32_t *panel = panel_start;
#define BLOCK(n) block(n, x, x_stride, panel, pairs, start, out, out_stride)
  WITH_ROWS(rows, BLOCK)
}

const float_path ek_bf16_avx512_vnni = {
    .pair_bytes = 8, .panel_pair_bytes = 4 * EK_PANEL, .round = round_row, .tile = tile};

#endif
