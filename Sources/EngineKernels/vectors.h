#pragma once

#include <math.h>
#include <string.h>

#include "bf16.h"

// What lies between the products, sixteen numbers at a time. Every path compiles the same operations in the same
// order, fused where FUSED says so and nowhere else, so all paths give the same bits; only products differ from
// path to path.

typedef struct vectors {
  // out = x / sqrt(mean(x^2) + epsilon) * weight.
  void (*normalize)(const float *x, const float *weight, float epsilon, size_t count, float *out);
  // In place: x = e^(x - max) over the first `visible` numbers, zeros behind; returns their sum.
  float (*soften)(float *x, size_t visible, size_t count);
  // out = or, with `adds`, += x.
  void (*put)(const float *x, size_t count, bool adds, float *out);
  // out = x, past the caches: both at multiples of 64, and so is `count` of 16.
  void (*stream)(const float *x, size_t count, float *out);
  // out = x * factor.
  void (*multiply)(const float *x, float factor, size_t count, float *out);
  // Pairs of bf16 numbers, the even one in the low half of a word: of neighbours in a row; of a row and the next.
  void (*pair)(const float *x, size_t count, uint32_t *out);
  void (*pair_rows)(const float *even, const float *odd, size_t count, uint32_t *out);
  // out = silu(gate) * up.
  void (*gate)(const float *gate, const float *up, size_t count, float *out);
  // out = the first half of a head paired with its second half, rotated, times `scale`.
  void (*rotate)(const float *x, const float *cosines, const float *sines, float scale, size_t half, float *out);
  // Of at most 64 logits.
  ek_summary (*summarize)(const float *logits, size_t count, float divisor, size_t banned);
  // As ek_total_of, ek_masses, ek_between, ek_negative_entropy and ek_draw_token.
  ek_total (*total)(const ek_summary *summaries, size_t panels);
  void (*masses)(const ek_row *row, const float *bounds, ek_mass *masses);
  size_t (*between)(const ek_row *row, float low, float high, uint32_t *tokens, float *scores, size_t capacity);
  double (*entropy)(const ek_row *row, const ek_edge *edge, float scale);
  ek_draw (*draw)(const ek_row *row, const ek_edge *edge, double target);
} vectors;

extern const vectors ek_vectors_portable;
#if defined(__x86_64__)
extern const vectors ek_vectors_avx2;
extern const vectors ek_vectors_avx512;
#endif

static inline const vectors *vectors_of(ek_path path) {
#if defined(__x86_64__)
  if (path >= EK_AVX512_VNNI) return &ek_vectors_avx512;
  if (path == EK_AVX2) return &ek_vectors_avx2;
#else
  (void)path;
#endif
  return &ek_vectors_portable;
}

// Of the `width` logits from token `first` on.
static inline ek_summary summary_of(
    ek_path path, const float *logits, size_t width, size_t first, float divisor, size_t banned) {
  return vectors_of(path)->summarize(logits, width, divisor, banned >= first ? banned - first : EK_PANEL);
}

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16 };
typedef float lanes __attribute__((ext_vector_type(16)));
typedef float eight_lanes __attribute__((ext_vector_type(8)));
typedef float four_lanes __attribute__((ext_vector_type(4)));
typedef float two_lanes __attribute__((ext_vector_type(2)));
typedef double wide_lanes __attribute__((ext_vector_type(16)));
typedef int32_t whole __attribute__((ext_vector_type(16)));
typedef uint32_t words __attribute__((ext_vector_type(16)));

// Vectors pass by address: by value, their calling convention would depend on the instruction set.
INLINE void load(const float *x, size_t count, float missing, lanes *out) {
  if (count >= LANES) {
    memcpy(out, x, sizeof *out);
  } else {
    float some[LANES];
    for (size_t at = 0; at < LANES; at++) some[at] = at < count ? x[at] : missing;
    memcpy(out, some, sizeof some);
  }
}

INLINE void store(const lanes *x, size_t count, float *out) {
  if (count >= LANES) {
    memcpy(out, x, sizeof *x);  // one instruction, where a length that is not known takes a call
  } else {
    memcpy(out, x, count * sizeof *out);
  }
}

#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define SMALLER(a, b) ((a) < (b) ? (a) : (b))

// Always in the same order: halves upon halves.
INLINE float sum_of(const lanes *x) {
  eight_lanes eight = x->lo + x->hi;
  four_lanes four = eight.lo + eight.hi;
  two_lanes two = four.lo + four.hi;
  return two.lo + two.hi;
}

INLINE float largest_of(const lanes *x) {
  eight_lanes eight = LARGER(x->lo, x->hi);
  four_lanes four = LARGER(eight.lo, eight.hi);
  two_lanes two = LARGER(four.lo, four.hi);
  return LARGER(two.lo, two.hi);
}

// The second largest of all numbers in both, of which `second` has for each lane one that is not larger.
INLINE float second_of(const lanes *top, const lanes *second) {
  eight_lanes eight = LARGER(top->lo, top->hi);
  eight_lanes next_eight = LARGER(SMALLER(top->lo, top->hi), LARGER(second->lo, second->hi));
  four_lanes four = LARGER(eight.lo, eight.hi);
  four_lanes next_four = LARGER(SMALLER(eight.lo, eight.hi), LARGER(next_eight.lo, next_eight.hi));
  two_lanes two = LARGER(four.lo, four.hi);
  two_lanes next_two = LARGER(SMALLER(four.lo, four.hi), LARGER(next_four.lo, next_four.hi));
  float lower = SMALLER(two.lo, two.hi), next = LARGER(next_two.lo, next_two.hi);
  return LARGER(lower, next);
}

// a * b + c, rounded once. Without an instruction for it, in double precision, where the product is exact: rounding
// the sum twice could give another number in rare cases. In exponentials() it never does: Tests/Kernels tries all.
#if defined(__FP_FAST_FMAF) || defined(EK_HAS_FMA)
#define FUSED(a, b, c) __builtin_elementwise_fma((lanes)(a), (lanes)(b), (lanes)(c))
#else
#define DOUBLES(x) __builtin_convertvector((lanes)(x), wide_lanes)
#define FUSED(a, b, c) __builtin_convertvector(DOUBLES(a) * DOUBLES(b) + DOUBLES(c), lanes)
#endif

// In place: e^x for x <= 0, exactly 1 at 0, and 0 below -87, where single precision has no normal numbers.
// Relative error at most 2^-23.6; the polynomial, made for this, adds 2^-28.2 to what rounding does.
// Every step waits for the one before it, so that several vectors take each together.
enum { TOGETHER = 4 };
#define EACH for (size_t at = 0; at < count; at++)
INLINE void exponentials_of(lanes *x, const size_t count) {
  lanes shifted[TOGETHER], rest[TOGETHER], power[TOGETHER], lowest = -87.0F, zero = 0.0F;
  // 1.5 * 2^23 added to a small number rounds it to an integer, which stands in the lowest bits.
  EACH shifted[at] = FUSED(x[at], 1.442695041F, 0x1.8p23F);
  // ln 2 in two parts, the first of so few bits that its products with integers are exact.
  EACH rest[at] = FUSED(shifted[at] - 0x1.8p23F, -0.693359375F, x[at]);
  EACH rest[at] = FUSED(shifted[at] - 0x1.8p23F, 2.12194440e-4F, rest[at]);
  EACH power[at] = FUSED(rest[at], 0x1.6a221p-10F, 0x1.1239d4p-7F);
  EACH power[at] = FUSED(power[at], rest[at], 0x1.5558d4p-5F);
  EACH power[at] = FUSED(power[at], rest[at], 0x1.555492p-3F);
  EACH power[at] = FUSED(power[at], rest[at], 0x1.fffffcp-2F);
  EACH power[at] = FUSED(power[at], rest[at], 1.0F);
  EACH power[at] = FUSED(power[at], rest[at], 1.0F);
  EACH {
    whole bits, exponent;
    memcpy(&bits, &power[at], sizeof bits);
    memcpy(&exponent, &shifted[at], sizeof exponent);
    bits += exponent << 23;
    memcpy(&power[at], &bits, sizeof bits);
    x[at] = x[at] < lowest ? zero : power[at];
  }
}
#undef EACH

INLINE void exponentials(lanes *x) { exponentials_of(x, 1); }

enum { VECTORS_PER_PANEL = EK_PANEL / LANES };

// Of a panel's scores, that of the banned token. By comparisons: a store into the middle would put all in memory.
INLINE void ban(size_t banned, lanes *scores) {
  const whole lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  lanes never = -INFINITY;
  for (size_t at = 0; at < VECTORS_PER_PANEL; at++)
    scores[at] = lane == (int)banned - (int)(at * LANES) ? never : scores[at];
}

INLINE void normalize_row(const float *x, const float *weight, float epsilon, size_t count, float *out) {
  lanes squares = 0.0F;
  for (size_t at = 0; at < count; at += LANES) {
    lanes some;
    load(x + at, count - at, 0, &some);
    squares += some * some;
  }
  float scale = 1 / __builtin_elementwise_sqrt(sum_of(&squares) / (float)count + epsilon);
  for (size_t at = 0; at < count; at += LANES) {
    lanes some, weights;
    load(x + at, count - at, 0, &some);
    load(weight + at, count - at, 0, &weights);
    some = some * scale * weights;
    store(&some, count - at, out + at);
  }
}

// Loops over rows come in two parts: vectors that are whole, as the compiler knows, and what is left.
INLINE void soften_some(const size_t vectors, const lanes *top, size_t count, float *x, lanes *sum) {
  lanes some[TOGETHER];
  for (size_t at = 0; at < vectors; at++) {
    load(x + at * LANES, count - at * LANES, -INFINITY, &some[at]);
    some[at] -= *top;
  }
  exponentials_of(some, vectors);
  for (size_t at = 0; at < vectors; at++) {
    *sum += some[at];
    store(&some[at], count - at * LANES, x + at * LANES);
  }
}

INLINE float soften_row(float *x, size_t visible, size_t count) {
  enum { CHAINS = 4 };  // to find the largest takes as long as the longest chain of comparisons
  lanes largest[CHAINS], some, sum = 0.0F;
  for (size_t chain = 0; chain < CHAINS; chain++) largest[chain] = -INFINITY;
  size_t at = 0;
  for (; at + CHAINS * LANES <= visible; at += CHAINS * LANES)
    for (size_t chain = 0; chain < CHAINS; chain++) {
      load(x + at + chain * LANES, LANES, 0, &some);
      largest[chain] = LARGER(some, largest[chain]);
    }
  for (; at < visible; at += LANES) {
    load(x + at, visible - at, -INFINITY, &some);
    largest[0] = LARGER(some, largest[0]);
  }
  largest[0] = LARGER(largest[0], largest[1]);
  largest[2] = LARGER(largest[2], largest[3]);
  largest[0] = LARGER(largest[0], largest[2]);
  lanes top = largest_of(&largest[0]);
  for (at = 0; at + TOGETHER * LANES <= visible; at += TOGETHER * LANES)
    soften_some(TOGETHER, &top, TOGETHER * LANES, x + at, &sum);
  for (; at + LANES <= visible; at += LANES) soften_some(1, &top, LANES, x + at, &sum);
  if (at < visible) soften_some(1, &top, visible - at, x + at, &sum);
  memset(x + visible, 0, (count - visible) * sizeof *x);
  return sum_of(&sum);
}

INLINE void put_row(const float *x, size_t count, bool adds, float *out) {
  for (size_t at = 0; at < count; at += LANES) {
    lanes some, old;
    load(x + at, count - at, 0, &some);
    if (adds) {
      load(out + at, count - at, 0, &old);
      some += old;
    }
    store(&some, count - at, out + at);
  }
}

INLINE void stream_row(const float *x, size_t count, float *out) {
  for (size_t at = 0; at < count; at += LANES) {
    lanes some;
    memcpy(&some, x + at, sizeof some);
    __builtin_nontemporal_store(some, (lanes *)(out + at));
  }
}

INLINE void multiply_row(const float *x, float factor, size_t count, float *out) {
  for (size_t at = 0; at < count; at += LANES) {
    lanes some;
    load(x + at, count - at, 0, &some);
    some *= factor;
    store(&some, count - at, out + at);
  }
}

// As bf16_bits.
INLINE void round_lanes(const lanes *x, words *out) {
  words bits;
  memcpy(&bits, x, sizeof bits);
  words is_number = (words)((bits & 0x7FFFFFFF) <= 0x7F800000);
  words rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16, strange = bits >> 16 | 0x40;
  *out = (rounded & is_number) | (strange & ~is_number);
}

INLINE void store_pairs(const lanes *even, const lanes *odd, size_t count, uint32_t *out) {
  words low, high;
  round_lanes(even, &low);
  round_lanes(odd, &high);
  low |= high << 16;
  memcpy(out, &low, (count < LANES ? count : LANES) * sizeof *out);
}

INLINE void pair_row(const float *x, size_t count, uint32_t *out) {
  for (size_t at = 0; at < count; at += 2 * LANES) {
    size_t left = count - at;
    lanes first, second, even, odd;
    load(x + at, left, 0, &first);
    load(x + at + LANES, left > LANES ? left - LANES : 0, 0, &second);
    even = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    odd = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    store_pairs(&even, &odd, (left + 1) / 2, out + at / 2);
  }
}

INLINE void pair_two_rows(const float *even, const float *odd, size_t count, uint32_t *out) {
  for (size_t at = 0; at < count; at += LANES) {
    lanes first, second;
    load(even + at, count - at, 0, &first);
    load(odd + at, count - at, 0, &second);
    store_pairs(&first, &second, count - at, out + at);
  }
}

// silu(z) = z / (1 + e^-z), with the power of -|z|, which cannot overflow.
INLINE void gate_some(const size_t vectors, const float *gate, const float *up, size_t count, float *out) {
  lanes z[TOGETHER], power[TOGETHER], other, one = 1.0F;
  for (size_t at = 0; at < vectors; at++) {
    load(gate + at * LANES, count - at * LANES, 0, &z[at]);
    power[at] = z[at] < 0.0F ? z[at] : -z[at];
  }
  exponentials_of(power, vectors);
  for (size_t at = 0; at < vectors; at++) {
    load(up + at * LANES, count - at * LANES, 0, &other);
    lanes some = z[at] * (z[at] < 0.0F ? power[at] : one) / (1.0F + power[at]) * other;
    store(&some, count - at * LANES, out + at * LANES);
  }
}

INLINE void gate_row(const float *gate, const float *up, size_t count, float *out) {
  size_t at = 0;
  for (; at + TOGETHER * LANES <= count; at += TOGETHER * LANES)
    gate_some(TOGETHER, gate + at, up + at, TOGETHER * LANES, out + at);
  for (; at + LANES <= count; at += LANES) gate_some(1, gate + at, up + at, LANES, out + at);
  if (at < count) gate_some(1, gate + at, up + at, count - at, out + at);
}

INLINE void rotate_head(
    const float *x, const float *cosines, const float *sines, float scale, size_t half, float *out) {
  for (size_t at = 0; at < half; at += LANES) {
    size_t count = half - at;
    lanes low, high, cosine, sine;
    load(x + at, count, 0, &low);
    load(x + half + at, count, 0, &high);
    load(cosines + at, count, 0, &cosine);
    load(sines + at, count, 0, &sine);
    lanes first = (low * cosine - high * sine) * scale, second = (high * cosine + low * sine) * scale;
    store(&first, count, out + at);
    store(&second, count, out + half + at);
  }
}

INLINE ek_summary summarize_logits(const float *logits, size_t count, float divisor, size_t banned) {
  float padded[EK_PANEL];
  lanes scores[VECTORS_PER_PANEL];
  if (count < EK_PANEL) {
    for (size_t at = 0; at < EK_PANEL; at++) padded[at] = at < count ? logits[at] : -INFINITY;
    logits = padded;
  }
  memcpy(scores, logits, sizeof scores);
  if (divisor != 1)  // a tenth of all this, for nothing
    for (size_t at = 0; at < VECTORS_PER_PANEL; at++) scores[at] /= divisor;
  if (banned < count) ban(banned, scores);
  whole strange = 0;
  lanes largest = -INFINITY, next = -INFINITY, sum = 0.0F;
  for (size_t at = 0; at < VECTORS_PER_PANEL; at++) {
    strange |= scores[at] != scores[at];
    lanes lower = SMALLER(scores[at], largest);
    largest = LARGER(scores[at], largest);
    next = LARGER(lower, next);
  }
  if (__builtin_reduce_or(strange)) return (ek_summary){.top = NAN, .second = NAN, .sum = 0};
  float top = largest_of(&largest);
  if (!isfinite(top)) return (ek_summary){.top = top, .second = top, .sum = 0};
  for (size_t at = 0; at < VECTORS_PER_PANEL; at++) scores[at] -= top;
  exponentials_of(scores, VECTORS_PER_PANEL);
  for (size_t at = 0; at < VECTORS_PER_PANEL; at++) sum += scores[at];
  return (ek_summary){.top = top, .second = second_of(&largest, &next), .sum = sum_of(&sum)};
}

INLINE void copy_row(const float *x, size_t columns, float *out) {
  memcpy(out, x, columns * sizeof *out);
  if (columns & 1) out[columns] = 0;
}

// out[rows, 64] = start, or out when that is NULL, + x * panel, all in single precision: [pairs, 2, 64].
INLINE void single_tile(
    const void *x, size_t x_stride, const float *panel, size_t pairs, const float *start, float *out,
    size_t out_stride, size_t rows) {
  for (size_t strip = 0; strip < EK_PANEL; strip += LANES) {
    lanes sums[EK_TILE_ROWS];
    for (size_t row = 0; row < EK_TILE_ROWS; row++)
      memcpy(&sums[row], (start ? start : out + (row < rows ? row : 0) * out_stride) + strip, sizeof(lanes));
    for (size_t column = 0; column < 2 * pairs; column++) {
      lanes weights;
      memcpy(&weights, panel + column * EK_PANEL + strip, sizeof weights);
      for (size_t row = 0; row < EK_TILE_ROWS; row++) {
        const float *line = (const float *)((const char *)x + (row < rows ? row : 0) * x_stride);
        sums[row] += line[column] * weights;
      }
    }
    for (size_t row = 0; row < rows; row++) memcpy(out + row * out_stride + strip, &sums[row], sizeof(lanes));
  }
}
