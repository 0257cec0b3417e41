#if defined(__x86_64__)

#include <immintrin.h>

#include "bf16.h"
#include "tile.h"

#define AVX2 __attribute__((target("avx2,fma")))

AVX2 static void round_row(const float *x, size_t columns, void *out) { bf16_round_to_single(x, columns, out); }

// Six rows by sixteen columns: twelve sums, two widened weights and one number of x in sixteen registers.
// A bf16 number is the upper half of a single, so widening costs a shift or a mask, once for six rows.
AVX2 static inline __attribute__((always_inline)) void strip(
    const size_t rows, const void *x, size_t x_stride, const uint32_t *panel, size_t pairs, const float *start,
    float *out, size_t out_stride) {
  const float *line[EK_TILE_ROWS];
  __m256 sums[EK_TILE_ROWS][2];
  UNROLLED for (size_t row = 0; row < rows; row++) {
    line[row] = (const float *)((const char *)x + row * x_stride);
    const float *from = start ? start : out + row * out_stride;
    sums[row][0] = _mm256_loadu_ps(from);
    sums[row][1] = _mm256_loadu_ps(from + 8);
  }
  const __m256i upper = _mm256_set1_epi32((int)0xFFFF0000);
  for (size_t pair = 0; pair < pairs; pair++) {
    const __m256i *words = (const __m256i *)(panel + pair * EK_PANEL);
    __m256i left = _mm256_loadu_si256(words), right = _mm256_loadu_si256(words + 1);
    __m256 a = _mm256_castsi256_ps(_mm256_slli_epi32(left, 16));
    __m256 b = _mm256_castsi256_ps(_mm256_slli_epi32(right, 16));
    UNROLLED for (size_t row = 0; row < rows; row++) {
      __m256 even = _mm256_broadcast_ss(line[row] + 2 * pair);
      sums[row][0] = _mm256_fmadd_ps(even, a, sums[row][0]);
      sums[row][1] = _mm256_fmadd_ps(even, b, sums[row][1]);
    }
    a = _mm256_castsi256_ps(_mm256_and_si256(left, upper));
    b = _mm256_castsi256_ps(_mm256_and_si256(right, upper));
    UNROLLED for (size_t row = 0; row < rows; row++) {
      __m256 odd = _mm256_broadcast_ss(line[row] + 2 * pair + 1);
      sums[row][0] = _mm256_fmadd_ps(odd, a, sums[row][0]);
      sums[row][1] = _mm256_fmadd_ps(odd, b, sums[row][1]);
    }
  }
  UNROLLED for (size_t row = 0; row < rows; row++) {
    _mm256_storeu_ps(out + row * out_stride, sums[row][0]);
    _mm256_storeu_ps(out + row * out_stride + 8, sums[row][1]);
  }
}

AVX2 static void tile(
    const void *x, size_t x_stride, const void *panel_start, size_t pairs, const float *start, float *out,
    size_t out_stride, size_t rows) {
  const uint32_t *panel = panel_start;
  for (size_t at = 0; at < EK_PANEL; at += 16) {
    const float *from = start ? start + at : NULL;
#define STRIP(n) strip(n, x, x_stride, panel + at, pairs, from, out + at, out_stride)
    WITH_ROWS(rows, STRIP)
  }
}

const float_path ek_bf16_avx2 = {.pair_bytes = 8, .panel_pair_bytes = 4 * EK_PANEL, .round = round_row, .tile = tile};

#endif
