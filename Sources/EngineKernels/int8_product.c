#include "int8.h"
#include "int8_layout.h"
#include "pool.h"

// As for bf16: 224 KiB of weights stay in the second-level cache while all row tiles pass. A group is not split.
enum { QUADS_PER_BLOCK = 896, ROWS_PER_CHUNK = 16 };

typedef struct job {
  const int8_path *path;
  int8_layout layout;
  const char *packed;
  size_t rows, columns, group;
  const float *x;
  size_t count;
  const float *bias;
  float *out;
  char *quantized;
  size_t stride;   // bytes of a row of x
  float *x_scales;  // [count, groups]
  atomic_size_t next_chunk, next_panel;
  ek_barrier quantized_all;
} job;

static void quantize_row(const job *job, size_t row) {
  for (size_t group = 0; group < job->layout.groups; group++) {
    size_t first = group * job->group;
    size_t columns = job->columns - first < job->group ? job->columns - first : job->group;
    job->x_scales[row * job->layout.groups + group] = job->path->quantize(
        job->x + row * job->columns + first, columns, job->quantized + row * job->stride + first);
  }
}

static void multiply_panel(const job *job, size_t index) {
  static const int32_t zeros[EK_PANEL];
  const int8_layout *layout = &job->layout;
  size_t first = index * EK_PANEL;
  size_t width = job->rows - first < EK_PANEL ? job->rows - first : EK_PANEL;
  const int8_t *panel = (const int8_t *)job->packed + index * panel_bytes(layout);
  const float *scales = (const float *)(job->packed + scales_at(layout)) + first;
  const int32_t *offsets = (const int32_t *)(job->packed + sums_at(layout)) + first * layout->groups;
  float bias[EK_PANEL] = {0};
  if (job->bias) memcpy(bias, job->bias + first, width * sizeof(float));
  size_t groups_per_block = QUADS_PER_BLOCK / layout->group_quads;
  if (groups_per_block == 0) groups_per_block = 1;

  for (size_t begin = 0; begin < layout->groups; begin += groups_per_block) {
    size_t end = begin + groups_per_block < layout->groups ? begin + groups_per_block : layout->groups;
    for (size_t row = 0; row < job->count; row += EK_INT8_TILE_ROWS) {
      size_t rows = job->count - row < EK_INT8_TILE_ROWS ? job->count - row : EK_INT8_TILE_ROWS;
      // Sums of a panel that is wider than what is left of out go through a tile of its own.
      float edge[EK_INT8_TILE_ROWS * EK_PANEL] = {0};
      float *out = job->out + row * job->rows + first;
      if (width < EK_PANEL && begin > 0)
        for (size_t at = 0; at < rows; at++)
          memcpy(edge + at * EK_PANEL, out + at * job->rows, width * sizeof(float));
      float *target = width < EK_PANEL ? edge : out;
      size_t stride = width < EK_PANEL ? EK_PANEL : job->rows;
      for (size_t group = begin; group < end; group++) {
        size_t quad = group * layout->group_quads;
        size_t quads = layout->quads - quad < layout->group_quads ? layout->quads - quad : layout->group_quads;
        int8_tile tile = {
            .x = job->quantized + row * job->stride + 4 * quad, .x_stride = job->stride,
            .panel = panel + quad * 4 * EK_PANEL, .quads = quads,
            .start = job->path->x_offset ? offsets + group * EK_PANEL : zeros,
            .x_scales = job->x_scales + row * layout->groups + group, .x_scale_stride = layout->groups,
            .first = group == 0, .scales = group + 1 == layout->groups ? scales : NULL, .bias = bias,
            .out = target, .out_stride = stride, .rows = rows,
        };
        job->path->tile(&tile);
      }
      if (width < EK_PANEL)
        for (size_t at = 0; at < rows; at++)
          memcpy(out + at * job->rows, edge + at * EK_PANEL, width * sizeof(float));
    }
  }
}

static void work(void *context) {
  job *job = context;
  size_t chunks = (job->count + ROWS_PER_CHUNK - 1) / ROWS_PER_CHUNK;
  for (size_t chunk; (chunk = ek_claim(&job->next_chunk)) < chunks;) {
    size_t end = (chunk + 1) * ROWS_PER_CHUNK < job->count ? (chunk + 1) * ROWS_PER_CHUNK : job->count;
    for (size_t row = chunk * ROWS_PER_CHUNK; row < end; row++) quantize_row(job, row);
  }
  ek_barrier_wait(&job->quantized_all);
  for (size_t panel; (panel = ek_claim(&job->next_panel)) < job->layout.panels;) multiply_panel(job, panel);
}

bool ek_int8_product(
    ek_path path, ek_pool *pool, const void *packed, size_t rows, size_t columns, size_t group, const float *x,
    size_t count, const float *bias, float *out) {
  const int8_path *chosen = &ek_int8_portable;
#if defined(__x86_64__)
  if (path == EK_AVX512) chosen = &ek_int8_avx512;
  if (path == EK_AVX2) chosen = &ek_int8_avx2;
#else
  (void)path;
#endif
  int8_layout layout = layout_of(rows, columns, group);
  // An odd number of cache lines a row, so that the rows of a tile do not share the sets of the cache.
  size_t stride = ((layout.quads * 4 + 63) / 64 | 1) * 64;
  ek_pool_enter(pool);
  char *scratch = ek_pool_scratch(pool, count * (stride + layout.groups * sizeof(float)));
  if (scratch) {
    job job = {
        .path = chosen, .layout = layout, .packed = packed, .rows = rows, .columns = columns, .group = group,
        .x = x, .count = count, .bias = bias, .out = out, .quantized = scratch, .stride = stride,
        .x_scales = (float *)(scratch + count * stride),
        .quantized_all = {.expected = ek_pool_threads(pool)},
    };
    ek_pool_run(pool, work, &job);
  }
  ek_pool_leave(pool);
  return scratch != NULL;
}
