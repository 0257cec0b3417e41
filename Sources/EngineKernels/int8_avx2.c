#if defined(__x86_64__)

#include <immintrin.h>

#include "int8.h"
#include "tile.h"

#define AVX2 __attribute__((target("avx2,fma")))

enum { STRIP_COLUMNS = 16, VECTORS = STRIP_COLUMNS / 8 };

AVX2 static float quantize(const float *x, size_t columns, void *out) {
  return quantize_group(x, columns, 128, out);
}

// Products of neighbours are added in 16 bits, which the bound on packed weights keeps exact; their sums in 32.
AVX2 static inline __attribute__((always_inline)) void strip(const size_t rows, const int8_tile *what, size_t first) {
  __m256i total[EK_TILE_ROWS][VECTORS];
  const char *line[EK_TILE_ROWS];
  UNROLLED for (size_t row = 0; row < rows; row++) {
    line[row] = what->x + row * what->x_stride;
    UNROLLED for (size_t at = 0; at < VECTORS; at++)
      total[row][at] = _mm256_loadu_si256((const __m256i *)(what->start + first) + at);
  }
  for (size_t quad = 0; quad < what->quads; quad++) {
    const __m256i *words = (const __m256i *)(what->panel + 4 * (EK_PANEL * quad + first));
    UNROLLED for (size_t row = 0; row < rows; row++) {
      int four;
      memcpy(&four, line[row] + sizeof four * quad, sizeof four);
      __m256i value = _mm256_set1_epi32(four);
      UNROLLED for (size_t at = 0; at < VECTORS; at++) {
        __m256i pairs = _mm256_maddubs_epi16(value, _mm256_loadu_si256(words + at));
        total[row][at] = _mm256_add_epi32(total[row][at], _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
      }
    }
  }
  UNROLLED for (size_t row = 0; row < rows; row++) {
    __m256 x_scale = _mm256_set1_ps(what->x_scales[row * what->x_scale_stride]);
    UNROLLED for (size_t at = 0; at < VECTORS; at++) {
      float *out = what->out + row * what->out_stride + first + 8 * at;
      __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(total[row][at]), x_scale);
      if (!what->first) value = _mm256_add_ps(_mm256_loadu_ps(out), value);
      if (what->scales) {
        value = _mm256_mul_ps(value, _mm256_loadu_ps(what->scales + first + 8 * at));
        value = _mm256_add_ps(value, _mm256_loadu_ps(what->bias + first + 8 * at));
      }
      _mm256_storeu_ps(out, value);
    }
  }
}

AVX2 static void group(const int8_tile *what) {
  for (size_t first = 0; first < EK_PANEL; first += STRIP_COLUMNS) {
#define STRIP(n) strip(n, what, first)
    WITH_ROWS(what->rows, STRIP)
  }
}

AVX2 static void tile(const int8_tile *what) { each_group(what, group); }

const int8_path ek_int8_avx2 = {.x_offset = 128, .quantize = quantize, .tile = tile};

#endif
