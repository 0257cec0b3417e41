#if defined(__x86_64__)

#include <immintrin.h>

#include "int8.h"
#include "tile.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

AVX512 static float quantize(const float *x, size_t columns, void *out) {
  return quantize_group(x, columns, 128, out);
}

// `total` += x * panel over `quads` quadruples.
AVX512 static inline __attribute__((always_inline)) void multiply(
    const size_t rows, const char *x, size_t x_stride, const int8_t *panel, size_t quads,
    __m512i total[EK_TILE_ROWS][4]) {
  const int *line[EK_TILE_ROWS];
  UNROLLED for (size_t row = 0; row < rows; row++) line[row] = (const int *)(x + row * x_stride);
  for (size_t quad = 0; quad < quads; quad++) {
    __m512i words[4];
    UNROLLED for (size_t at = 0; at < 4; at++)
      words[at] = _mm512_loadu_si512(panel + 4 * EK_PANEL * quad + 64 * at);
    UNROLLED for (size_t row = 0; row < rows; row++) {
      __m512i four = _mm512_set1_epi32(line[row][quad]);
      UNROLLED for (size_t at = 0; at < 4; at++) total[row][at] = _mm512_dpbusd_epi32(total[row][at], four, words[at]);
    }
  }
}

AVX512 static inline __attribute__((always_inline)) void begin(
    const size_t rows, const int32_t *start, __m512i total[EK_TILE_ROWS][4]) {
  UNROLLED for (size_t row = 0; row < rows; row++)
    UNROLLED for (size_t at = 0; at < 4; at++) total[row][at] = _mm512_loadu_si512(start + 16 * at);
}

AVX512 static inline __attribute__((always_inline)) void finish(const int8_tile *what, float *out, size_t at, __m512 value) {
  if (what->scales) {
    value = _mm512_mul_ps(value, _mm512_loadu_ps(what->scales + 16 * at));
    value = _mm512_add_ps(value, _mm512_loadu_ps(what->bias + 16 * at));
  }
  _mm512_storeu_ps(out + 16 * at, value);
}

// As the bf16 tile: 24 sums, four words of weights, one of x. Between two groups the scaled sums are in the nearest
// cache.
AVX512 static inline __attribute__((always_inline)) void block(const size_t rows, const int8_tile *what) {
  for (size_t group = 0; group < what->groups; group++) {
    size_t done = group * what->group_quads, left = what->quads - done;
    __m512i total[EK_TILE_ROWS][4];
    begin(rows, what->start + group * what->start_stride, total);
    multiply(
        rows, what->x + 4 * done, what->x_stride, what->panel + 4 * EK_PANEL * done,
        left < what->group_quads ? left : what->group_quads, total);
    UNROLLED for (size_t row = 0; row < rows; row++) {
      __m512 x_scale = _mm512_set1_ps(what->x_scales[row * what->x_scale_stride + group]);
      float *out = what->out + row * what->out_stride;
      UNROLLED for (size_t at = 0; at < 4; at++) {
        __m512 value = _mm512_mul_ps(_mm512_cvtepi32_ps(total[row][at]), x_scale);
        if (!what->first || group > 0) value = _mm512_add_ps(_mm512_loadu_ps(out + 16 * at), value);
        if (group + 1 == what->groups)
          finish(what, out, at, value);
        else
          _mm512_storeu_ps(out + 16 * at, value);
      }
    }
  }
}

AVX512 static void tile(const int8_tile *what) {
#define BLOCK(n) block(n, what)
  WITH_ROWS(what->rows, BLOCK)
}

const int8_path ek_int8_avx512 = {.x_offset = 128, .quantize = quantize, .tile = tile};

#endif
