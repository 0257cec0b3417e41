#if defined(__x86_64__)

#include <immintrin.h>

#include "int8.h"

#define AVX2 __attribute__((target("avx2,fma")))

AVX2 static float quantize(const float *x, size_t columns, void *out) {
  return quantize_group(x, columns, 0, out);
}

// The instruction multiplies bytes without sign by bytes with sign and saturates sums of two at 16 bits. |x| times
// w with the sign of x keeps the products and cannot saturate: 2 * 127 * 127 < 2^15.
AVX2 static inline __attribute__((always_inline)) void strip(
    const size_t rows, const void *x, size_t x_stride, const int8_t *panel, size_t quads, const int32_t *start,
    int32_t *sums) {
  __m256i total[3][2];
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; row++) {
    total[row][0] = _mm256_loadu_si256((const __m256i *)start);
    total[row][1] = _mm256_loadu_si256((const __m256i *)start + 1);
  }
  const __m256i ones = _mm256_set1_epi16(1);
  for (size_t quad = 0; quad < quads; quad++) {
    const __m256i *words = (const __m256i *)(panel + 4 * EK_PANEL * quad);
    __m256i left = _mm256_loadu_si256(words), right = _mm256_loadu_si256(words + 1);
#pragma clang loop unroll(full)
    for (size_t row = 0; row < rows; row++) {
      int four;
      memcpy(&four, (const char *)x + row * x_stride + 4 * quad, sizeof four);
      __m256i value = _mm256_set1_epi32(four), absolute = _mm256_abs_epi8(value);
      __m256i a = _mm256_maddubs_epi16(absolute, _mm256_sign_epi8(left, value));
      __m256i b = _mm256_maddubs_epi16(absolute, _mm256_sign_epi8(right, value));
      total[row][0] = _mm256_add_epi32(total[row][0], _mm256_madd_epi16(a, ones));
      total[row][1] = _mm256_add_epi32(total[row][1], _mm256_madd_epi16(b, ones));
    }
  }
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; row++) {
    _mm256_storeu_si256((__m256i *)(sums + row * EK_PANEL), total[row][0]);
    _mm256_storeu_si256((__m256i *)(sums + row * EK_PANEL) + 1, total[row][1]);
  }
}

AVX2 static void tile(const int8_tile *what) {
  int32_t sums[EK_TILE_ROWS * EK_PANEL];
  for (size_t row = 0; row < what->rows; row += 3) {
    const char *line = what->x + row * what->x_stride;
    for (size_t at = 0; at < EK_PANEL; at += 16) {
      const int8_t *panel = what->panel + 4 * at;
#define STRIP(n) strip(n, line, what->x_stride, panel, what->quads, what->start + at, sums + row * EK_PANEL + at)
      switch (what->rows - row) {
        case 1: STRIP(1); break;
        case 2: STRIP(2); break;
        default: STRIP(3); break;
      }
    }
  }
  finish_tile(what, sums);
}

const int8_path ek_int8_avx2 = {.x_offset = 0, .quantize = quantize, .tile = tile};

#endif
