// Matrix products with packed weights: out[r, o] = sum_k x[r, k] * w[o, k] (+ bias[o]).
//
// An output element is summed in one chain along k whose order depends on nothing but k: not on the number of
// rows, the threads, or what else is computed. Results are therefore bit-identical for any subset of rows and
// any number of threads. Sizes are elements unless said otherwise; the caller guarantees the bounds.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The instruction sets that the products are written for.
typedef enum ek_path : int {
  EK_PORTABLE = 0,  // what the C compiler makes of plain loops
  EK_AVX2 = 1,      // AVX2 and FMA
  EK_AVX512 = 2,    // AVX-512 with BF16 and VNNI
} ek_path;

// Whether this machine can run `path`.
bool ek_path_runs(ek_path path);

// Cores that this process may run on; at least 1.
size_t ek_core_count(void);

// Threads that sleep until there is a product, and the scratch memory of one product at a time.
// Callers from several threads take turns.
typedef struct ek_pool ek_pool;

// `threads` counts the caller. NULL when the system refuses them.
ek_pool *ek_pool_start(size_t threads);
void ek_pool_stop(ek_pool *pool);

// Packed weights come in panels of this many rows of w.
enum { EK_PANEL = 64 };

// Memory for packed weights, at a multiple of 64; NULL when it is refused.
void *ek_allocate(size_t bytes);
void ek_free(void *memory);

// MARK: bf16

// Words of the packed form of w[rows, columns]: panel after panel, pair of columns after pair, one word (the
// even column in its low half) for each of a panel's 64 rows; zeros where w ends.
size_t ek_bf16_words(size_t rows, size_t columns);

// Packs `count` <= 64 rows of w, the first of which is a multiple of 64, into `panel`, the words of that panel.
// Single precision is rounded to the nearest bf16, ties to even.
void ek_bf16_pack_single(const float *values, size_t count, size_t columns, uint32_t *panel);
// The same from stored little-endian bf16, at any alignment.
void ek_bf16_pack_stored(const void *values, size_t count, size_t columns, uint32_t *panel);

// Widens row `row` of w.
void ek_bf16_row(const uint32_t *packed, size_t columns, size_t row, float *out);

// x[count, columns] is rounded to bf16, products are summed in single precision. out[count, rows] is overwritten.
// `bias` may be NULL. False when memory for the rounded x is refused; nothing is written then.
bool ek_bf16_product(
    ek_path path, ek_pool *pool, const uint32_t *packed, size_t rows, size_t columns, const float *x,
    size_t count, const float *bias, float *out);

// MARK: int8

// w[rows, columns] as int8 with one scale a row, x as int8 with one scale a row and group of `group` columns (a
// multiple of 4; the last group may be shorter): out[r, o] = scale_w[o] * sum_g scale_x[r, g] * integers[r, g, o].
// The integers are exact, and what follows them is rounded alike on every path: all paths give the same bits.
// Exact as long as a group has at most 66,000 columns.

// Bytes of the packed form: panel after panel of values, then the scales and the sums of the rows of w.
size_t ek_int8_bytes(size_t rows, size_t columns, size_t group);

// Quantises and packs `count` <= 64 rows of w from row `first` on, a multiple of 64: value = round(w / scale),
// scale = the row's largest absolute value / 127. A row with an infinity or a NaN gets the scale NaN.
void ek_int8_pack(
    const float *values, size_t first, size_t count, size_t rows, size_t columns, size_t group, void *packed);

// As ek_bf16_product; x is quantised instead of rounded.
bool ek_int8_product(
    ek_path path, ek_pool *pool, const void *packed, size_t rows, size_t columns, size_t group, const float *x,
    size_t count, const float *bias, float *out);

// MARK: The machine's limit

// Runs the multiply-add that the products of `path` are made of, operands in registers, `rounds` times on every
// thread of `pool`. Returns the operations of all threads together, a multiplication and an addition being two.
typedef enum ek_arithmetic : int { EK_SINGLE = 0, EK_BF16 = 1, EK_INT8 = 2 } ek_arithmetic;
double ek_peak_run(ek_path path, ek_arithmetic arithmetic, ek_pool *pool, size_t rounds);
