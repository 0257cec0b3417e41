#if defined(__x86_64__)

#include <immintrin.h>

#include "int8.h"
#include "tile.h"

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINED static inline __attribute__((always_inline))

enum { STRIP_COLUMNS = 16, VECTORS = STRIP_COLUMNS / 8 };

// Of x * panel, strip by strip: eight columns to a vector.
typedef __m256i strip_sums[EK_TILE_ROWS][VECTORS];

AVX2 static float quantize(const float *x, size_t columns, void *out) {
  return quantize_group(x, columns, 128, out);
}

// The squares of two neighbours are at most 2^15, and a quarter of eight such sums has 16 bits.
AVX2 INLINED __m256i quarter_of_squares(__m256i bytes) {
  __m256i sizes = _mm256_abs_epi8(bytes), zero = _mm256_setzero_si256();
  return _mm256_avg_epu16(_mm256_avg_epu16(_mm256_maddubs_epi16(sizes, sizes), zero), zero);
}

AVX2 static void measure(const void *x, size_t stretches, size_t quads, uint16_t *squares) {
  const char *quad = x;
  for (size_t stretch = 0; stretch < stretches; stretch++) {
    __m256i sums = _mm256_setzero_si256();
    for (const char *end = quad + 4 * quads; quad < end; quad += 4) {
      __m256i four = _mm256_castsi128_si256(_mm_loadu_si32(quad));
      // A byte behind the last column counts as 128.
      sums = _mm256_adds_epu16(sums, quarter_of_squares(_mm256_xor_si256(four, _mm256_set1_epi8(-128))));
    }
    uint32_t lanes = (uint32_t)_mm256_cvtsi256_si32(sums), low = lanes & 0xFFFF, high = lanes >> 16;
    squares[stretch] = (uint16_t)(low > high ? low : high);
  }
}

AVX2 static uint16_t largest_of(__m256i words) {
  // The largest is what the smallest complement complements.
  __m128i all = _mm_set1_epi16(-1);
  __m128i some = _mm_max_epu16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  return (uint16_t)~_mm_cvtsi128_si32(_mm_minpos_epu16(_mm_xor_si128(some, all)));
}

AVX2 static void survey(const int8_t *panel, size_t stretches, size_t quads, int8_stretch *out) {
  for (size_t stretch = 0; stretch < stretches; stretch++, panel += quads * 4 * EK_PANEL) {
    __m256i sums[EK_PANEL / 8], squares[EK_PANEL / 8];
    for (size_t half = 0; half < EK_PANEL / 8; half += 4) {
      UNROLLED for (size_t at = half; at < half + 4; at++) sums[at] = squares[at] = _mm256_setzero_si256();
      for (size_t quad = 0; quad < quads; quad++) {
        UNROLLED for (size_t at = half; at < half + 4; at++) {
          __m256i four = _mm256_loadu_si256((const __m256i *)(panel + quad * 4 * EK_PANEL) + at);
          sums[at] = _mm256_sub_epi16(sums[at], _mm256_maddubs_epi16(_mm256_set1_epi8(-128), four));
          squares[at] = _mm256_adds_epu16(squares[at], quarter_of_squares(four));
        }
      }
      UNROLLED for (size_t at = half; at < half + 4; at++)
        _mm256_storeu_si256((__m256i *)out[stretch].offsets + at, sums[at]);
      UNROLLED for (size_t at = half; at < half + 4; at += VECTORS)
        out[stretch].squares[at / VECTORS] = largest_of(_mm256_max_epu16(squares[at], squares[at + 1]));
    }
  }
}

// Quadruples from `quad` to `end`. Products of neighbours are added in 16 bits, which the bound on packed weights keeps
// exact; their sums in 32.
AVX2 INLINED void add_pairs(
    const size_t rows, const int8_tile *what, size_t first, size_t quad, size_t end, strip_sums total) {
  strip_sums sums;
  const char *line[EK_TILE_ROWS];
  UNROLLED for (size_t row = 0; row < rows; row++) {
    line[row] = what->x + row * what->x_stride;
    UNROLLED for (size_t at = 0; at < VECTORS; at++) sums[row][at] = total[row][at];
  }
  for (; quad < end; quad++) {
    const __m256i *words = (const __m256i *)(what->panel + 4 * (EK_PANEL * quad + first));
    UNROLLED for (size_t row = 0; row < rows; row++) {
      int four;
      memcpy(&four, line[row] + sizeof four * quad, sizeof four);
      __m256i value = _mm256_set1_epi32(four);
      UNROLLED for (size_t at = 0; at < VECTORS; at++) {
        __m256i pairs = _mm256_maddubs_epi16(value, _mm256_loadu_si256(words + at));
        sums[row][at] = _mm256_add_epi32(sums[row][at], _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
      }
    }
  }
  UNROLLED for (size_t row = 0; row < rows; row++)
    UNROLLED for (size_t at = 0; at < VECTORS; at++) total[row][at] = sums[row][at];
}

// The same without what the offset of x adds.
AVX2 INLINED void add_centred_pairs(
    const size_t rows, const int8_tile *what, size_t first, size_t quad, size_t end, strip_sums total) {
  add_pairs(rows, what, first, quad, end, total);
  UNROLLED for (size_t at = 0; at < VECTORS; at++) {
    __m256i sums = _mm256_setzero_si256();
    for (size_t each = quad; each < end; each++) {
      const __m256i *words = (const __m256i *)(what->panel + 4 * (EK_PANEL * each + first));
      __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(-128), _mm256_loadu_si256(words + at));
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    UNROLLED for (size_t row = 0; row < rows; row++) total[row][at] = _mm256_sub_epi32(total[row][at], sums);
  }
}

// Whether the sums of a stretch have 16 bits for sure.
AVX2 INLINED bool is_covered(const int8_tile *what, size_t first, size_t stretch) {
  uint32_t square = what->stretches[stretch].squares[first / STRIP_COLUMNS];
  return what->x_squares[stretch] * square <= MOST_SQUARE;
}

// Stretches from `stretch` on up to one that is not covered, which is returned, or the end. The sums of a
// stretch are in registers, those of the row in memory.
AVX2 INLINED size_t add_stretches(
    const size_t rows, const int8_tile *what, size_t first, size_t stretch, strip_sums total) {
  const size_t stretches = what->group_stretches, bytes = 4 * what->stretch_quads, stride = what->x_stride;
  const char *x = what->x + stretch * bytes, *fourth = x + 3 * stride;
  const __m256i *words = (const __m256i *)(what->panel + EK_PANEL * stretch * bytes + 4 * first);
  for (; stretch < stretches && is_covered(what, first, stretch); stretch++) {
    __m256i sums[EK_TILE_ROWS][VECTORS];
    UNROLLED for (size_t row = 0; row < rows; row++)
      UNROLLED for (size_t at = 0; at < VECTORS; at++)
        sums[row][at] = _mm256_loadu_si256((const __m256i *)(what->stretches[stretch].offsets + first) + at);
    const char *end = x + bytes;
    _Pragma("clang loop unroll(disable)") do {
      __m256i weights[VECTORS];
      UNROLLED for (size_t at = 0; at < VECTORS; at++) weights[at] = _mm256_loadu_si256(words + at);
      UNROLLED for (size_t row = 0; row < rows; row++) {
        int four;
        memcpy(&four, row < 3 ? x + row * stride : fourth + (row - 3) * stride, sizeof four);
        __m256i value = _mm256_set1_epi32(four);
        UNROLLED for (size_t at = 0; at < VECTORS; at++)
          sums[row][at] = _mm256_add_epi16(sums[row][at], _mm256_maddubs_epi16(value, weights[at]));
      }
      x += 4, fourth += 4, words += 4 * EK_PANEL / 32;
    } while (x != end);
    UNROLLED for (size_t row = 0; row < rows; row++)
      UNROLLED for (size_t at = 0; at < VECTORS; at++)
        total[row][at] =
            _mm256_add_epi32(total[row][at], _mm256_madd_epi16(sums[row][at], _mm256_set1_epi16(1)));
  }
  return stretch;
}

// Not inlined: `total` would be registers, which the sums of a stretch need.
AVX2 static __attribute__((noinline)) size_t add_stretches_of_rows(
    const int8_tile *what, size_t first, size_t stretch, strip_sums total) {
#define ADD_STRETCHES(n) return add_stretches(n, what, first, stretch, total)
  WITH_ROWS(what->rows, ADD_STRETCHES)
}

AVX2 INLINED size_t next_covered(const int8_tile *what, size_t first, size_t stretch, size_t stretches) {
  while (stretch < stretches && !is_covered(what, first, stretch)) stretch++;
  return stretch;
}

AVX2 INLINED void strip(const size_t rows, const int8_tile *what, size_t first) {
  strip_sums total;
  size_t stretches = what->stretches ? what->group_stretches : 0, next = next_covered(what, first, 0, stretches);
  if (next == stretches) {
    UNROLLED for (size_t row = 0; row < rows; row++)
      UNROLLED for (size_t at = 0; at < VECTORS; at++)
        total[row][at] = _mm256_loadu_si256((const __m256i *)(what->start + first) + at);
    add_pairs(rows, what, first, 0, what->quads, total);
  } else {
    UNROLLED for (size_t row = 0; row < rows; row++)
      UNROLLED for (size_t at = 0; at < VECTORS; at++) total[row][at] = _mm256_setzero_si256();
    for (size_t done = 0;;) {
      size_t quad = done * what->stretch_quads, end = next < stretches ? next * what->stretch_quads : what->quads;
      if (quad < end) add_centred_pairs(rows, what, first, quad, end, total);
      if (next == stretches) break;
      done = add_stretches_of_rows(what, first, next, total);
      next = next_covered(what, first, done, stretches);
    }
  }
  const bool begins = what->first;
  const float *scales = what->scales, *bias = what->bias;
  UNROLLED for (size_t row = 0; row < rows; row++) {
    __m256 x_scale = _mm256_set1_ps(what->x_scales[row * what->x_scale_stride]);
    float *out = what->out + row * what->out_stride + first;
    UNROLLED for (size_t at = 0; at < VECTORS; at++) {
      __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(total[row][at]), x_scale);
      if (!begins) value = _mm256_add_ps(_mm256_loadu_ps(out + 8 * at), value);
      if (scales) {
        value = _mm256_mul_ps(value, _mm256_loadu_ps(scales + first + 8 * at));
        value = _mm256_add_ps(value, _mm256_loadu_ps(bias + first + 8 * at));
      }
      _mm256_storeu_ps(out + 8 * at, value);
    }
  }
}

AVX2 static void group(const int8_tile *what) {
  for (size_t first = 0; first < EK_PANEL; first += STRIP_COLUMNS) {
#define STRIP(n) strip(n, what, first)
    WITH_ROWS(what->rows, STRIP)
  }
}

AVX2 static void tile(const int8_tile *what) {
  if (!what->stretches) return each_group(what, group);
  // Of all rows together.
  uint16_t largest[MOST_STRETCHES] = {0};
  size_t stretches = what->quads / what->stretch_quads;
  for (size_t row = 0; row < what->rows; row++)
    for (size_t at = 0; at < stretches; at++) {
      uint16_t square = what->x_squares[row * what->x_square_stride + at];
      largest[at] = square > largest[at] ? square : largest[at];
    }
  int8_tile joined = *what;
  joined.x_squares = largest;
  each_group(&joined, group);
}

const int8_path ek_int8_avx2 = {
    .x_offset = 128, .quantize = quantize, .tile = tile, .measure = measure, .survey = survey};

#endif
