#if defined(__x86_64__)

#include <immintrin.h>

#include "int8.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

AVX512 static float quantize(const float *x, size_t columns, void *out) {
  return quantize_group(x, columns, 128, out);
}

// As the bf16 tile: 24 sums, four words of weights, one of x.
AVX512 static inline __attribute__((always_inline)) void block(
    const size_t rows, const void *x, size_t x_stride, const int8_t *panel, size_t quads, const int32_t *start,
    int32_t *sums) {
  const int *line[EK_INT8_TILE_ROWS];
  __m512i total[EK_INT8_TILE_ROWS][4];
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; row++) {
    line[row] = (const int *)((const char *)x + row * x_stride);
#pragma clang loop unroll(full)
    for (size_t at = 0; at < 4; at++) total[row][at] = _mm512_loadu_si512(start + 16 * at);
  }
  for (size_t quad = 0; quad < quads; quad++) {
    __m512i words[4];
#pragma clang loop unroll(full)
    for (size_t at = 0; at < 4; at++) words[at] = _mm512_loadu_si512(panel + 4 * EK_PANEL * quad + 64 * at);
#pragma clang loop unroll(full)
    for (size_t row = 0; row < rows; row++) {
      __m512i four = _mm512_set1_epi32(line[row][quad]);
#pragma clang loop unroll(full)
      for (size_t at = 0; at < 4; at++) total[row][at] = _mm512_dpbusd_epi32(total[row][at], four, words[at]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t row = 0; row < rows; row++) {
#pragma clang loop unroll(full)
    for (size_t at = 0; at < 4; at++) _mm512_storeu_si512(sums + row * EK_PANEL + 16 * at, total[row][at]);
  }
}

AVX512 static void tile(
    const void *x, size_t x_stride, const int8_t *panel, size_t quads, const int32_t *start, int32_t *sums,
    size_t rows) {
#define BLOCK(n) block(n, x, x_stride, panel, quads, start, sums)
  switch (rows) {
    case 1: BLOCK(1); break;
    case 2: BLOCK(2); break;
    case 3: BLOCK(3); break;
    case 4: BLOCK(4); break;
    case 5: BLOCK(5); break;
    default: BLOCK(6); break;
  }
}

AVX512 static void finish(
    const int32_t *sums, float x_scale, bool first, const float *scales, const float *bias, float *out) {
  finish_row(sums, x_scale, first, scales, bias, out);
}

const int8_path ek_int8_avx512 = {.x_offset = 128, .quantize = quantize, .tile = tile, .finish = finish};

#endif
