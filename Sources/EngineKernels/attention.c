#include "matrix.h"

// Queries whose scores are in the cache at a time: four row tiles.
enum { QUERIES = 24 };

typedef struct job {
  ek_path path;
  const float_path *products;
  const ek_attention *what;
  size_t key_panels;     // of 64 positions
  size_t key_pairs;      // of columns of a head
  size_t value_panels;   // of 64 columns of a head
  size_t value_pairs;    // of positions
  char *keys;            // panels, [shared, key_panels, key_pairs]
  char *values;          // panels, [shared, value_panels, value_pairs]
  char *scratch;
  size_t scratch_stride;
  atomic_size_t next_thread, next_panel, next_block;
  ek_barrier packed;
} job;

// Where a thread computes.
typedef struct desk {
  float *head;     // [head_size]: a rotated key or query
  char *query;     // [QUERIES] rows of rounded queries
  size_t query_stride;
  float *scores;   // [QUERIES, padded positions]
  char *weights;   // [QUERIES] rows of rounded weights
  size_t weights_stride;
  float *sums;     // [QUERIES]: of the weights
} desk;

static size_t lines(size_t bytes) { return ((bytes + 63) / 64 | 1) * 64; }

// The next `bytes` of `memory` from `*used` on; only counted when `memory` is NULL.
static void *take(char *memory, size_t *used, size_t bytes) {
  size_t at = *used;
  *used += lines(bytes);
  return memory ? memory + at : NULL;
}

static desk desk_of(const job *job, char *memory, size_t *used) {
  size_t pair_bytes = job->products->pair_bytes;
  desk desk = {
      .query_stride = lines(job->key_pairs * pair_bytes), .weights_stride = lines(job->value_pairs * pair_bytes),
  };
  *used = 0;
  desk.head = take(memory, used, job->what->head_size * sizeof(float));
  desk.query = take(memory, used, QUERIES * desk.query_stride);
  desk.scores = take(memory, used, QUERIES * job->key_panels * EK_PANEL * sizeof(float));
  desk.weights = take(memory, used, QUERIES * desk.weights_stride);
  desk.sums = take(memory, used, QUERIES * sizeof(float));
  return desk;
}

static void rotate(
    const job *job, const float *x, size_t place, const float *norm, float scale, float *out) {
  const ek_attention *what = job->what;
  const vectors *vectors = vectors_of(job->path);
  size_t half = what->head_size / 2;
  if (norm) {
    vectors->normalize(x, norm, what->epsilon, what->head_size, out);
    x = out;
  }
  vectors->rotate(x, what->cosines + place * half, what->sines + place * half, scale, half, out);
}

// Numbers of a pair of columns in one row of a panel.
static inline __attribute__((always_inline)) void put(bool single, char *pair, size_t row, float even, float odd) {
  if (single) {
    float *values = (float *)pair;
    values[row] = even;
    values[EK_PANEL + row] = odd;
  } else {
    ((uint32_t *)pair)[row] = bf16_bits(even) | bf16_bits(odd) << 16;
  }
}

static char *keys_of(const job *job, size_t shared, size_t panel) {
  return job->keys + (shared * job->key_panels + panel) * job->key_pairs * job->products->panel_pair_bytes;
}

static char *values_of(const job *job, size_t shared, size_t part) {
  return job->values + (shared * job->value_panels + part) * job->value_pairs * job->products->panel_pair_bytes;
}

// A panel of rotated keys, then the same positions of the values, turned: pair of positions after pair of positions.
static inline __attribute__((always_inline)) void pack(
    bool single, const job *job, size_t shared, size_t panel, float *rotated) {
  const ek_attention *what = job->what;
  size_t columns = what->shared * what->head_size, size = what->head_size, first = panel * EK_PANEL;
  size_t count = what->positions - first < EK_PANEL ? what->positions - first : EK_PANEL;
  size_t pair_bytes = job->products->panel_pair_bytes;
  char *keys = keys_of(job, shared, panel);
  memset(keys, 0, job->key_pairs * pair_bytes);
  for (size_t at = 0; at < count; at++) {
    rotate(
        job, what->key + (first + at) * columns + shared * size, first + at, what->key_norm, 1, rotated);
    for (size_t pair = 0; pair < job->key_pairs; pair++)
      put(single, keys + pair * pair_bytes, at, rotated[2 * pair], rotated[2 * pair + 1]);
  }
  const float *value = what->value + first * columns + shared * size;
  for (size_t part = 0; part < job->value_panels; part++) {
    size_t width = size - part * EK_PANEL < EK_PANEL ? size - part * EK_PANEL : EK_PANEL;
    char *values = values_of(job, shared, part) + first / 2 * pair_bytes;
    for (size_t pair = 0; 2 * pair < count; pair++) {
      const float *even = value + 2 * pair * columns + part * EK_PANEL;
      const float *odd = 2 * pair + 1 < count ? even + columns : NULL;
      if (width < EK_PANEL) memset(values + pair * pair_bytes, 0, pair_bytes);
      for (size_t at = 0; at < width; at++) put(single, values + pair * pair_bytes, at, even[at], odd ? odd[at] : 0);
    }
  }
}

static void attend(const job *job, size_t head, size_t first, const desk *desk) {
  static const float zeros[EK_PANEL];
  const ek_attention *what = job->what;
  const float_path *products = job->products;
  size_t size = what->head_size, columns = what->heads * size, padded = job->key_panels * EK_PANEL;
  size_t shared = head / (what->heads / what->shared);
  size_t count = what->count - first < QUERIES ? what->count - first : QUERIES;
  float scale = 1 / __builtin_elementwise_sqrt((float)size);
  for (size_t at = 0; at < count; at++) {
    rotate(
        job, what->query + (first + at) * columns + head * size, what->places[first + at], what->query_norm, scale,
        desk->head);
    products->round(desk->head, size, desk->query + at * desk->query_stride);
  }
  for (size_t panel = 0; panel < job->key_panels; panel++) {
    const char *keys = keys_of(job, shared, panel);
    for (size_t at = 0; at < count; at += EK_TILE_ROWS)
      products->tile(
          desk->query + at * desk->query_stride, desk->query_stride, keys, job->key_pairs, zeros,
          desk->scores + at * padded + panel * EK_PANEL, padded,
          count - at < EK_TILE_ROWS ? count - at : EK_TILE_ROWS);
  }
  for (size_t at = 0; at < count; at++) {
    float *scores = desk->scores + at * padded;
    desk->sums[at] = vectors_of(job->path)->soften(scores, what->visible[first + at], padded);
    products->round(scores, 2 * job->value_pairs, desk->weights + at * desk->weights_stride);
  }
  for (size_t part = 0; part < job->value_panels; part++) {
    const char *values = values_of(job, shared, part);
    size_t width = size - part * EK_PANEL < EK_PANEL ? size - part * EK_PANEL : EK_PANEL;
    for (size_t at = 0; at < count; at += EK_TILE_ROWS) {
      size_t rows = count - at < EK_TILE_ROWS ? count - at : EK_TILE_ROWS;
      float tile[EK_TILE_ROWS * EK_PANEL];
      products->tile(
          desk->weights + at * desk->weights_stride, desk->weights_stride, values, job->value_pairs, zeros, tile,
          EK_PANEL, rows);
      for (size_t row = 0; row < rows; row++) {
        float *out = what->out + (first + at + row) * columns + head * size + part * EK_PANEL;
        float share = 1 / desk->sums[at + row];
        for (size_t column = 0; column < width; column++) out[column] = tile[row * EK_PANEL + column] * share;
      }
    }
  }
}

static void work(void *context) {
  job *job = context;
  const ek_attention *what = job->what;
  size_t used;
  desk desk = desk_of(job, job->scratch + ek_claim(&job->next_thread) * job->scratch_stride, &used);
  for (size_t panel; (panel = ek_claim(&job->next_panel)) < what->shared * job->key_panels;)
    if (what->single)
      pack(true, job, panel / job->key_panels, panel % job->key_panels, desk.head);
    else
      pack(false, job, panel / job->key_panels, panel % job->key_panels, desk.head);
  ek_barrier_wait(&job->packed);
  size_t blocks = (what->count + QUERIES - 1) / QUERIES;
  for (size_t block; (block = ek_claim(&job->next_block)) < what->heads * blocks;)
    attend(job, block / blocks, block % blocks * QUERIES, &desk);
}

bool ek_attend(ek_path path, ek_pool *pool, const ek_attention *what) {
  job job = {
      .path = path, .products = what->single ? single_of_path(path) : bf16_of(path), .what = what,
      .key_panels = (what->positions + EK_PANEL - 1) / EK_PANEL,
      .key_pairs = (what->head_size + 1) / 2, .value_panels = (what->head_size + EK_PANEL - 1) / EK_PANEL,
      .value_pairs = (what->positions + 1) / 2, .packed = {.expected = ek_pool_threads(pool)},
  };
  size_t keys = what->shared * job.key_panels * job.key_pairs * job.products->panel_pair_bytes;
  size_t values = what->shared * job.value_panels * job.value_pairs * job.products->panel_pair_bytes;
  (void)desk_of(&job, NULL, &job.scratch_stride);
  ek_pool_enter(pool);
  char *scratch = ek_pool_scratch(pool, keys + values + ek_pool_threads(pool) * job.scratch_stride);
  if (scratch) {
    job.keys = scratch;
    job.values = scratch + keys;
    job.scratch = scratch + keys + values;
    ek_pool_run(pool, work, &job);
  }
  ek_pool_leave(pool);
  return scratch != NULL;
}
