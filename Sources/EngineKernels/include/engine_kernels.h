// A layer's arithmetic on packed weights: matrix products, attention, and what lies between them.
//
// An output element is summed in one chain whose order depends on nothing but its length: not on the number of
// rows, the threads, or what else is computed. Results are therefore bit-identical for any subset of rows and
// any number of threads. Sizes are elements unless said otherwise; the caller guarantees the bounds.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The instruction sets that the products are written for.
typedef enum ek_path : int {
  EK_PORTABLE = 0,     // what the C compiler makes of plain loops
  EK_AVX2 = 1,         // AVX2 and FMA
  EK_AVX512_VNNI = 2,  // AVX-512 with VNNI
  EK_AVX512 = 3,       // AVX-512 with BF16 and VNNI
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

// Packed weights come in panels of this many rows of w; so many rows of x at most are in the registers at a time.
enum { EK_PANEL = 64, EK_TILE_ROWS = 6 };

// Memory, at a multiple of 64; NULL when it is refused.
void *ek_allocate(size_t bytes);
// Asks for huge pages wherever whole ones fit in.
void ek_prefer_huge_pages(void *memory, size_t bytes);
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

// MARK: int8

// w[rows, columns] as int8 with one scale a row, x as int8 with one scale a row and group of `group` columns (a
// multiple of 4; the last group may be shorter): out[r, o] = scale_w[o] * sum_g scale_x[r, g] * integers[r, g, o].
// The integers are exact, and what follows them is rounded alike on every path: all paths give the same bits.
// Exact as long as a group has at most 66,000 columns.

// Bytes of the packed form: panel after panel of values, then the scales and the sums of the rows of w.
size_t ek_int8_bytes(size_t rows, size_t columns, size_t group);

// Quantises and packs `count` <= 64 rows of w from row `first` on, a multiple of 64: value = round(w / scale),
// scale = the row's largest |w[2k]| + |w[2k + 1]| / 127. So two such values come to at most 128, and with numbers of x
// from 0 to 255 to sums of 16 bits: AVX2 multiplies bytes in no wider ones. A row with an infinity or a NaN gets the
// scale NaN.
void ek_int8_pack(
    const float *values, size_t first, size_t count, size_t rows, size_t columns, size_t group, void *packed);

// What decides how far int8 products with a panel may be from those of unrounded numbers: the largest scale of its
// rows, and the length of the longest.
typedef struct ek_spread {
  float scale, length;
} ek_spread;

// As ek_int8_pack, of panel `panel` of the packed bf16 matrix of these rows and columns.
ek_spread ek_int8_pack_bf16(
    const uint32_t *words, size_t panel, size_t rows, size_t columns, size_t group, void *packed);

// MARK: Products

typedef enum ek_format : int { EK_BF16_WEIGHTS = 0, EK_INT8_WEIGHTS = 1 } ek_format;

// Packed weights, [rows, columns]; `group` says nothing for bf16.
typedef struct ek_matrix {
  ek_format format;
  size_t rows, columns, group;
  const void *packed;
} ek_matrix;

// An operand is x[count, columns] as products with `matrix` read it, rounded to bf16 or quantised to int8. All
// matrices of one format, number of columns and group read the same. It lies at a multiple of 64.
size_t ek_operand_bytes(ek_path path, const ek_matrix *matrix, size_t count);

// Makes an operand of x. With `norm`, [columns], each row is first divided by the root of its mean square and
// multiplied with it. False when memory is refused; nothing is written then. So with all that follow.
bool ek_operand_fill(
    ek_path path, ek_pool *pool, const ek_matrix *matrix, const float *x, size_t count, const float *norm,
    float epsilon, void *operand);

// What becomes of one product: out[count, matrix->rows] = or, with `adds`, += x * w (+ bias).
typedef struct ek_part {
  const ek_matrix *matrix;
  const float *bias;  // or NULL
  float *out;
  bool adds;
} ek_part;

// Several products of one operand.
bool ek_product(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_part *parts, size_t part_count);

// silu(x * gate) * (x * up), made an operand of `next`, whose columns are the rows of gate and up.
bool ek_gated_product(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_matrix *gate, const ek_matrix *up,
    const ek_matrix *next, void *next_operand);

// MARK: Logits

// What 64 logits of a row come to, each divided by the temperature first; NaN as `top` when one is no number.
typedef struct ek_summary {
  float top;     // the largest
  float second;  // the largest of all but one that is the largest
  float sum;     // of e^(score - top)
  float error;   // how far these may be from the head's own scores; 0 when they are the head's
} ek_summary;

// The head once more, as int8, with x as it reads it.
typedef struct ek_screen {
  const ek_matrix *head;
  const ek_spread *spreads;  // [panels]
  const void *operand;
} ek_screen;

// Summaries of the logits of x, [count, panels]. `banned` counts as -inf; a number beyond the rows of the head bans
// nothing. The logits, [count, head->rows], are kept when `logits` is not NULL, the banned one as it is.
//
// With `screen`, they are the screen's where they can be neither the largest nor the second of a row, and the head's
// own where they can.
bool ek_logits(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_matrix *head, const ek_screen *screen,
    float divisor, size_t banned, ek_summary *summaries, float *logits);

// The same of one row of logits that are there.
void ek_summarize(
    ek_path path, const float *logits, size_t count, float divisor, size_t banned, ek_summary *summaries);

// The logits of one panel for row `row` of the operand, the bits that ek_logits had with this head: [64].
void ek_logits_of_panel(
    ek_path path, const void *operand, size_t count, const ek_matrix *head, size_t row, size_t panel, float *out);

// One row's summaries taken together; the sum is of e^(score - top) over all. NaN as `top` when one panel's is.
typedef struct ek_total {
  float top, second;
  double sum;
} ek_total;
ek_total ek_total_of(ek_path path, const ek_summary *summaries, size_t panels);

// MARK: The distribution of one row

// A row of logits with its summaries. A weight is e^(score - top).
typedef struct ek_row {
  const float *logits;
  size_t count;
  const ek_summary *summaries;
  float divisor, top;
  size_t banned;
} ek_row;

// Where the kept scores end: they are larger than `score`, or equal to it with a token up to `token`.
typedef struct ek_edge {
  float score;
  size_t token;
} ek_edge;

enum { EK_BOUNDS = 8 };

// How many scores are at least bounds[i], descending, and the sum of their weights.
typedef struct ek_mass {
  double weight;
  size_t count;
} ek_mass;
void ek_masses(ek_path path, const ek_row *row, const float bounds[EK_BOUNDS], ek_mass masses[EK_BOUNDS]);

// The scores in [low, high), by ascending token. Returns how many there are; at most `capacity` are written.
size_t ek_between(
    ek_path path, const ek_row *row, float low, float high, uint32_t *tokens, float *scores, size_t capacity);

// The sum of p log(p + 1e-10) over the kept scores, p being scale * weight.
double ek_negative_entropy(ek_path path, const ek_row *row, ek_edge edge, float scale);

// The kept token whose weight takes the sum of kept weights, in order of tokens, above `target`; the last one with a
// weight when none does.
typedef struct ek_draw {
  size_t token;
  float weight;
} ek_draw;
ek_draw ek_draw_token(ek_path path, const ek_row *row, ek_edge edge, double target);

// MARK: Attention

// Query head j reads key-value head j / (heads / shared). Keys and queries are normalised head by head where a
// weight is given, then rotated. Unless `single` is set, both are rounded to bf16, and so are values and the weights
// of the positions.
typedef struct ek_attention {
  bool single;
  size_t heads, shared, head_size;
  size_t positions, count;
  const float *query;         // [count, heads * head_size]
  const float *key, *value;   // [positions, shared * head_size]
  const uint32_t *places;     // [count]: the position of each query
  const uint32_t *visible;    // [count]: how many positions each query sees, from the first on
  const float *cosines, *sines;          // [positions, head_size / 2]
  const float *query_norm, *key_norm;    // [head_size] or NULL
  float epsilon;
  float *out;                 // [count, heads * head_size]
} ek_attention;

bool ek_attend(ek_path path, ek_pool *pool, const ek_attention *what);

// MARK: Rows in single precision

// out[count, columns] = x / sqrt(mean(x^2) + epsilon) * weight.
void ek_normalize(
    ek_path path, ek_pool *pool, const float *x, size_t count, size_t columns, const float *weight, float epsilon,
    float *out);

// gate = silu(gate) * up.
void ek_gate(ek_path path, ek_pool *pool, float *gate, const float *up, size_t count, size_t columns);

// Calls work(context, index) for every index below `count`, shared out among the threads.
void ek_for_each(ek_pool *pool, size_t count, void *context, void (*work)(void *context, size_t index));

// MARK: The machine's limit

// Runs the multiply-add that the products of `path` are made of, operands in registers, `rounds` times on every
// thread of `pool`. Returns the operations of all threads together, a multiplication and an addition being two.
typedef enum ek_arithmetic : int { EK_SINGLE = 0, EK_BF16 = 1, EK_INT8 = 2 } ek_arithmetic;
double ek_peak_run(ek_path path, ek_arithmetic arithmetic, ek_pool *pool, size_t rounds);
