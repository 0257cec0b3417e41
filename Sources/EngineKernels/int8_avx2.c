#if defined(__x86_64__)

#include <immintrin.h>

#include "int8.h"
#include "tile.h"

#define AVX2 __attribute__((target("avx2,fma")))

enum { STRIP_COLUMNS = 8, X_BYTES = 2 };

AVX2 static float quantize(const float *x, size_t columns, void *out) {
  return quantize_group(x, columns, 0, X_BYTES, out);
}

// Bytes are widened to 16 bits, once for six rows, where the instruction adds products of neighbours exactly in 32;
// that for bytes saturates its sums at 16. Two sums a column until the end: twelve vectors of sums, two of weights
// and one of x in sixteen registers.
AVX2 static inline __attribute__((always_inline)) void strip(const size_t rows, const int8_tile *what, size_t first) {
  __m256i total[EK_TILE_ROWS][2];
  const char *line[EK_TILE_ROWS];
  UNROLLED for (size_t row = 0; row < rows; row++) {
    line[row] = what->x + row * what->x_stride;
    total[row][0] = total[row][1] = _mm256_setzero_si256();
  }
  for (size_t quad = 0; quad < what->quads; quad++) {
    const __m128i *words = (const __m128i *)(what->panel + 4 * (EK_PANEL * quad + first));
    __m256i left = _mm256_cvtepi8_epi16(_mm_loadu_si128(words));
    __m256i right = _mm256_cvtepi8_epi16(_mm_loadu_si128(words + 1));
    UNROLLED for (size_t row = 0; row < rows; row++) {
      long long four;
      memcpy(&four, line[row] + sizeof four * quad, sizeof four);
      __m256i value = _mm256_set1_epi64x(four);
      total[row][0] = _mm256_add_epi32(total[row][0], _mm256_madd_epi16(value, left));
      total[row][1] = _mm256_add_epi32(total[row][1], _mm256_madd_epi16(value, right));
    }
  }
  UNROLLED for (size_t row = 0; row < rows; row++) {
    // Neighbours are added within halves: columns 0 1 4 5 2 3 6 7.
    __m256i mixed = _mm256_hadd_epi32(total[row][0], total[row][1]);
    __m256i sums = _mm256_permute4x64_epi64(mixed, _MM_SHUFFLE(3, 1, 2, 0));
    sums = _mm256_add_epi32(sums, _mm256_loadu_si256((const __m256i *)(what->start + first)));
    float *out = what->out + row * what->out_stride + first;
    __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_set1_ps(what->x_scales[row * what->x_scale_stride]));
    if (!what->first) value = _mm256_add_ps(_mm256_loadu_ps(out), value);
    if (what->scales) {
      value = _mm256_mul_ps(value, _mm256_loadu_ps(what->scales + first));
      value = _mm256_add_ps(value, _mm256_loadu_ps(what->bias + first));
    }
    _mm256_storeu_ps(out, value);
  }
}

AVX2 static void group(const int8_tile *what) {
  for (size_t first = 0; first < EK_PANEL; first += STRIP_COLUMNS) {
#define STRIP(n) strip(n, what, first)
    WITH_ROWS(what->rows, STRIP)
  }
}

AVX2 static void tile(const int8_tile *what) { each_group(what, X_BYTES, group); }

const int8_path ek_int8_avx2 = {.x_bytes = X_BYTES, .quantize = quantize, .tile = tile};

#endif
