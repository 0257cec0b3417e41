#include "bf16.h"
#include "pool.h"

// Pairs of columns that a panel is multiplied with before the next row tile: 896 of them are 224 KiB of
// weights, which stay in the second-level cache while all row tiles pass.
enum { PAIRS_PER_BLOCK = 896, ROWS_PER_CHUNK = 16 };

typedef struct job {
  const bf16_path *path;
  const uint32_t *packed;
  size_t rows, columns, pairs;
  const float *x;
  size_t count;
  const float *bias;
  float *out;
  char *rounded;
  size_t rounded_stride;  // bytes
  atomic_size_t next_chunk, next_panel;
  ek_barrier rounded_all;
} job;

static void multiply_panel(const job *job, size_t index) {
  size_t first = index * EK_PANEL;
  size_t width = job->rows - first < EK_PANEL ? job->rows - first : EK_PANEL;
  const uint32_t *panel = job->packed + first * job->pairs;
  float start[EK_PANEL] = {0};
  if (job->bias) memcpy(start, job->bias + first, width * sizeof(float));
  for (size_t pair = 0; pair < job->pairs; pair += PAIRS_PER_BLOCK) {
    size_t pairs = job->pairs - pair < PAIRS_PER_BLOCK ? job->pairs - pair : PAIRS_PER_BLOCK;
    for (size_t row = 0; row < job->count; row += EK_TILE_ROWS) {
      size_t rows = job->count - row < EK_TILE_ROWS ? job->count - row : EK_TILE_ROWS;
      const char *x = job->rounded + row * job->rounded_stride + pair * job->path->pair_bytes;
      float *out = job->out + row * job->rows + first;
      const float *from = pair == 0 ? start : NULL;
      if (width == EK_PANEL) {
        job->path->tile(x, job->rounded_stride, panel + pair * EK_PANEL, pairs, from, out, job->rows, rows);
      } else {
        // A panel that is wider than what is left of out goes through a tile of its own.
        float edge[EK_TILE_ROWS * EK_PANEL] = {0};
        for (size_t at = 0; at < rows && !from; at++)
          memcpy(edge + at * EK_PANEL, out + at * job->rows, width * sizeof(float));
        job->path->tile(x, job->rounded_stride, panel + pair * EK_PANEL, pairs, from, edge, EK_PANEL, rows);
        for (size_t at = 0; at < rows; at++)
          memcpy(out + at * job->rows, edge + at * EK_PANEL, width * sizeof(float));
      }
    }
  }
}

static void work(void *context) {
  job *job = context;
  size_t chunks = (job->count + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK;
  for (size_t chunk; (chunk = ek_claim(&job->next_chunk)) < chunks;) {
    size_t end = (chunk + 1) * ROWS_PER_CHUNK < job->count ? (chunk + 1) * ROWS_PER_CHUNK : job->count;
    for (size_t row = chunk * ROWS_PER_CHUNK; row < end; row++)
      job->path->round(job->x + row * job->columns, job->columns, job->rounded + row * job->rounded_stride);
  }
  ek_barrier_wait(&job->rounded_all);
  size_t panels = (job->rows + EK_PANEL - 1) / EK_PANEL;
  for (size_t panel; (panel = ek_claim(&job->next_panel)) < panels;) multiply_panel(job, panel);
}

bool ek_bf16_product(
    ek_path path, ek_pool *pool, const uint32_t *packed, size_t rows, size_t columns, const float *x,
    size_t count, const float *bias, float *out) {
  const bf16_path *chosen = &ek_bf16_portable;
#if defined(__x86_64__)
  if (path == EK_AVX512) chosen = &ek_bf16_avx512;
  if (path == EK_AVX2) chosen = &ek_bf16_avx2;
#else
  (void)path;
#endif
  size_t pairs = (columns + 1) / 2;
  // An odd number of cache lines a row, so that the rows of a tile do not share the sets of the cache.
  size_t stride = ((pairs * chosen->pair_bytes + 63) / 64 | 1) * 64;
  ek_pool_enter(pool);
  char *rounded = ek_pool_scratch(pool, stride * count);
  if (rounded) {
    job job = {
        .path = chosen, .packed = packed, .rows = rows, .columns = columns, .pairs = pairs, .x = x,
        .count = count, .bias = bias, .out = out, .rounded = rounded, .rounded_stride = stride,
        .rounded_all = {.expected = ek_pool_threads(pool)},
    };
    ek_pool_run(pool, work, &job);
  }
  ek_pool_leave(pool);
  return rounded != NULL;
}
