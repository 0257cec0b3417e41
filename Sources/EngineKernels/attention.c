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
  uint32_t *keys;  // [64] rotated keys, before they are turned
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

// A key as it is multiplied with: pairs of columns, or twice as many single columns.
static size_t words_per_key(const job *job) { return job->key_pairs * (job->what->single ? 2 : 1); }

static desk desk_of(const job *job, char *memory, size_t *used) {
  size_t pair_bytes = job->products->pair_bytes;
  desk desk = {
      .query_stride = lines(job->key_pairs * pair_bytes), .weights_stride = lines(job->value_pairs * pair_bytes),
  };
  *used = 0;
  desk.head = take(memory, used, job->what->head_size * sizeof(float));
  desk.keys = take(memory, used, EK_PANEL * words_per_key(job) * sizeof *desk.keys);
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

// Columns of a head in a panel of values.
static size_t width_of(const job *job, size_t part) {
  size_t left = job->what->head_size - part * EK_PANEL;
  return left < EK_PANEL ? left : EK_PANEL;
}

static char *keys_of(const job *job, size_t shared, size_t panel) {
  return job->keys + (shared * job->key_panels + panel) * job->key_pairs * job->products->panel_pair_bytes;
}

static char *values_of(const job *job, size_t shared, size_t part) {
  return job->values + (shared * job->value_panels + part) * job->value_pairs * job->products->panel_pair_bytes;
}

// A panel of rotated keys.
static void pack_keys(const job *job, size_t shared, size_t panel, const desk *desk) {
  const ek_attention *what = job->what;
  size_t columns = what->shared * what->head_size, first = panel * EK_PANEL, words = words_per_key(job);
  size_t count = what->positions - first < EK_PANEL ? what->positions - first : EK_PANEL;
  for (size_t at = 0; at < count; at++) {
    const float *key = what->key + (first + at) * columns + shared * what->head_size;
    rotate(job, key, first + at, what->key_norm, 1, desk->head);
    if (what->single)
      memcpy(desk->keys + at * words, desk->head, words * sizeof *desk->keys);
    else
      vectors_of(job->path)->pair(desk->head, what->head_size, desk->keys + at * words);
  }
  ek_turn(desk->keys, count, words, (uint32_t *)keys_of(job, shared, panel));
}

// The values of the same positions lie in the right order already: pair of positions after pair of positions.
static void pack_values(const job *job, size_t shared, size_t panel) {
  static const float zeros[EK_PANEL];
  const ek_attention *what = job->what;
  size_t columns = what->shared * what->head_size, pair_bytes = job->products->panel_pair_bytes;
  size_t first = panel * EK_PANEL, end = first + EK_PANEL < what->positions ? first + EK_PANEL : what->positions;
  for (size_t part = 0; part < job->value_panels; part++) {
    size_t width = width_of(job, part);
    for (size_t at = first; at < end; at += 2) {
      char *pair = values_of(job, shared, part) + at / 2 * pair_bytes;
      const float *even = what->value + at * columns + shared * what->head_size + part * EK_PANEL;
      const float *odd = at + 1 < end ? even + columns : zeros;
      if (width < EK_PANEL) memset(pair, 0, pair_bytes);
      if (what->single) {
        memcpy(pair, even, width * sizeof *even);
        memcpy(pair + EK_PANEL * sizeof *odd, odd, width * sizeof *odd);
      } else {
        vectors_of(job->path)->pair_rows(even, odd, width, (uint32_t *)pair);
      }
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
  const float *queries = what->query + first * columns + head * size;
  // They lie far apart, in lines that are not in the nearest cache: all are fetched at once.
  for (size_t at = 0; at < count; at++)
    for (size_t column = 0; column < size; column += 64 / sizeof *queries)
      __builtin_prefetch(queries + at * columns + column);
  for (size_t at = 0; at < count; at++) {
    rotate(job, queries + at * columns, what->places[first + at], what->query_norm, scale, desk->head);
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
    size_t width = width_of(job, part);
    for (size_t at = 0; at < count; at += EK_TILE_ROWS) {
      size_t rows = count - at < EK_TILE_ROWS ? count - at : EK_TILE_ROWS;
      float tile[EK_TILE_ROWS * EK_PANEL];
      products->tile(
          desk->weights + at * desk->weights_stride, desk->weights_stride, values, job->value_pairs, zeros, tile,
          EK_PANEL, rows);
      for (size_t row = 0; row < rows; row++) {
        float *out = what->out + (first + at + row) * columns + head * size + part * EK_PANEL;
        vectors_of(job->path)->multiply(tile + row * EK_PANEL, 1 / desk->sums[at + row], width, out);
      }
    }
  }
}

static void work(void *context) {
  job *job = context;
  const ek_attention *what = job->what;
  size_t used;
  desk desk = desk_of(job, job->scratch + ek_claim(&job->next_thread) * job->scratch_stride, &used);
  for (size_t panel; (panel = ek_claim(&job->next_panel)) < what->shared * job->key_panels;) {
    pack_keys(job, panel / job->key_panels, panel % job->key_panels, &desk);
    pack_values(job, panel / job->key_panels, panel % job->key_panels);
  }
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
