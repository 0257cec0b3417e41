#include "pool.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Every loop keeps 24 (AVX-512) or 12 (AVX2) sums in flight, as the tiles of the products do: enough to hide the
// latency of the instruction. The empty assembly keeps the compiler from shortening the loops.

typedef struct peak {
  void (*loop)(size_t rounds);
  size_t rounds;
} peak;

static void work(void *context) {
  peak *peak = context;
  peak->loop(peak->rounds);
}

#if defined(__x86_64__)

#define LOOP(NAME, TARGET, TYPE, COUNT, STEP)                                                \
  __attribute__((target(TARGET))) static void NAME(size_t rounds) {                          \
    TYPE sums[COUNT] = {0};                                                                  \
    TYPE a = {0}, b = {0};                                                                   \
    __asm__ volatile("" : "+v"(a), "+v"(b));                                                 \
    for (size_t round = 0; round < rounds; round++) {                                        \
      _Pragma("clang loop unroll(full)") for (size_t at = 0; at < COUNT; at++) {             \
        sums[at] = STEP(sums[at], a, b);                                                     \
        __asm__ volatile("" : "+v"(sums[at]));                                               \
      }                                                                                      \
    }                                                                                        \
  }

#define SINGLE_512(sum, x, y) _mm512_fmadd_ps(x, y, sum)
#define BF16_512(sum, x, y) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(y))
#define INT8_512(sum, x, y) _mm512_dpbusd_epi32(sum, x, y)
#define SINGLE_256(sum, x, y) _mm256_fmadd_ps(x, y, sum)
#define INT8_256(sum, x, y) stretch(x, sum)

// Where eight sums fit into 16 bits. In 32 from the start, all come to seven tenths of this.
enum { STRETCH = 8 };
__attribute__((target("avx2"))) static inline __m256i stretch(__m256i x, __m256i sum) {
  __m256i words = _mm256_setzero_si256(), bytes = sum;
  _Pragma("clang loop unroll(full)") for (size_t at = 0; at < STRETCH; at++) {
    words = _mm256_add_epi16(words, _mm256_maddubs_epi16(x, bytes));
    __asm__ volatile("" : "+v"(words), "+v"(bytes));
  }
  return _mm256_add_epi32(sum, _mm256_madd_epi16(words, _mm256_set1_epi16(1)));
}

LOOP(single_512, "avx512f", __m512, 24, SINGLE_512)
LOOP(bf16_512, "avx512f,avx512bf16", __m512, 24, BF16_512)
LOOP(int8_512, "avx512f,avx512vnni", __m512i, 24, INT8_512)
LOOP(single_256, "avx2,fma", __m256, 12, SINGLE_256)
LOOP(int8_256, "avx2", __m256i, 12, INT8_256)

#endif

// Scalar multiply-adds of single precision, or what the compiler makes of them.
static void plain(size_t rounds) {
  float sums[32] = {0};
  volatile float source = 0.5F;
  float a = source, b = source;
  for (size_t round = 0; round < rounds; round++) {
    for (size_t at = 0; at < 32; at++) sums[at] += a * b;
    __asm__ volatile("" : : "r"(sums) : "memory");
  }
}

double ek_peak_run(ek_path path, ek_arithmetic arithmetic, ek_pool *pool, size_t rounds) {
  peak peak = {.loop = plain, .rounds = rounds};
  double operations = 2 * 32;
#if defined(__x86_64__)
  // Without bf16 arithmetic bf16 products are products of singles.
  bool has_bf16 = path == EK_AVX512 && arithmetic == EK_BF16;
  if (path >= EK_AVX512_VNNI) {
    peak.loop = arithmetic == EK_INT8 ? int8_512 : has_bf16 ? bf16_512 : single_512;
    operations = 2.0 * 24 * 16 * (arithmetic == EK_INT8 ? 4 : has_bf16 ? 2 : 1);
  } else if (path == EK_AVX2) {
    peak.loop = arithmetic == EK_INT8 ? int8_256 : single_256;
    operations = 2.0 * 12 * 8 * (arithmetic == EK_INT8 ? 4 * STRETCH : 1);
  }
#else
  (void)path, (void)arithmetic;
#endif
  ek_pool_enter(pool);
  ek_pool_run(pool, work, &peak);
  ek_pool_leave(pool);
  return operations * (double)rounds * (double)ek_pool_threads(pool);
}
