#include <math.h>

#include "matrix.h"

// Panels that are claimed together: what a row has of them is four lines of the cache.
enum { PANELS_PER_UNIT = 16 };

typedef struct job {
  ek_path path;
  size_t count;
  const ek_matrix *head;
  operand x;
  const ek_screen *screen;
  operand screened;
  float divisor;
  size_t banned;
  ek_summary *summaries;
  float *logits;
  float *bounds;  // [count]: at least so large is each row's second score
  char *tiles;    // a tile of rows of x for each thread
  atomic_size_t next_row, next_thread, next_unit;
} job;

// Of one row of an int8 operand.
static ek_spread spread_of(ek_path path, const ek_matrix *matrix, const operand *x, size_t row) {
  ek_spread spread = {.scale = 0, .length = 0};
  for (size_t group = 0; group < x->groups; group++) {
    size_t first = group * matrix->group;
    size_t end = first + matrix->group < matrix->columns ? first + matrix->group : matrix->columns;
    const char *values = x->rows + row * x->stride;
    float scale = x->scales[row * x->groups + group], square = 0;
    for (size_t k = first; k < end; k++) {
      int8_t value = (int8_t)(values[k] - int8_of(path)->x_offset);
      square += (float)(value * value);
    }
    spread.scale = __builtin_elementwise_max(spread.scale, scale);
    spread.length += scale * scale * square;
  }
  spread.length = __builtin_elementwise_sqrt(spread.length);
  return spread;
}

// A product is off by the sum over the columns of one factor's rounding error times the other factor. Each error is
// anywhere within half a scale to either side, so its deviation is scale / sqrt(12), and sums of such errors stray
// no further than normally distributed ones. Six deviations of each of the two sums.
static void bound_row(job *job, size_t row) {
  const float deviations = 6 / __builtin_elementwise_sqrt(12.0F);
  ek_spread x = spread_of(job->path, job->screen->head, &job->screened, row);
  size_t panels = panels_of(job->head);
  float largest = -INFINITY, second = -INFINITY;
  for (size_t panel = 0; panel < panels; panel++) {
    ek_summary *summary = job->summaries + row * panels + panel;
    const ek_spread *w = job->screen->spreads + panel;
    summary->error = deviations * (x.scale * w->length + w->scale * x.length) / job->divisor;
    float first_low = summary->top - summary->error, second_low = summary->second - summary->error;
    float lower = first_low < largest ? first_low : largest;
    if (first_low > largest) largest = first_low;
    if (lower > second) second = lower;
    if (second_low > second) second = second_low;
  }
  job->bounds[row] = second;
}

static void bound(void *context) {
  job *job = context;
  for (size_t row; (row = ek_claim(&job->next_row)) < job->count;) bound_row(job, row);
}

// The logits of `panel` for some rows, `count` <= EK_TILE_ROWS, from the head.
static void replace(const job *job, size_t panel, const size_t *rows, size_t count, char *tile) {
  operand x = {.rows = tile, .stride = job->x.stride};
  for (size_t at = 0; at < count; at++)
    memcpy(tile + at * x.stride, job->x.rows + rows[at] * job->x.stride, x.stride);
  float sums[EK_TILE_ROWS * EK_PANEL];
  multiply_panel(job->path, job->head, panel, &x, 0, count, sums);
  size_t width = panel_width(job->head, panel), panels = panels_of(job->head);
  for (size_t at = 0; at < count; at++) {
    const float *logits = sums + at * EK_PANEL;
    job->summaries[rows[at] * panels + panel] =
        summary_of(job->path, logits, width, panel * EK_PANEL, job->divisor, job->banned);
    if (job->logits)
      memcpy(job->logits + rows[at] * job->head->rows + panel * EK_PANEL, logits, width * sizeof *logits);
  }
}

static void decide(void *context) {
  job *job = context;
  char *tile = job->tiles + ek_claim(&job->next_thread) * EK_TILE_ROWS * job->x.stride;
  size_t panels = panels_of(job->head);
  for (size_t start; (start = ek_claim(&job->next_unit) * PANELS_PER_UNIT) < panels;) {
    for (size_t panel = start; panel < panels && panel < start + PANELS_PER_UNIT; panel++) {
      size_t rows[EK_TILE_ROWS], found = 0;
      for (size_t row = 0; row < job->count; row++) {
        const ek_summary *summary = job->summaries + row * panels + panel;
        if (summary->top + summary->error < job->bounds[row]) continue;  // what is no number goes to the head
        rows[found++] = row;
        if (found < EK_TILE_ROWS) continue;
        replace(job, panel, rows, found, tile);
        found = 0;
      }
      if (found > 0) replace(job, panel, rows, found, tile);
    }
  }
}

bool settle(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_matrix *head, const ek_screen *screen,
    float divisor, size_t banned, ek_summary *summaries, float *logits) {
  job job = {
      .path = path, .count = count, .head = head, .x = operand_of(path, head, count, (void *)operand),
      .screen = screen, .screened = operand_of(path, screen->head, count, (void *)screen->operand),
      .divisor = divisor, .banned = banned, .summaries = summaries, .logits = logits,
  };
  size_t tiles = ek_pool_threads(pool) * EK_TILE_ROWS * job.x.stride;
  ek_pool_enter(pool);
  job.tiles = ek_pool_scratch(pool, tiles + count * sizeof *job.bounds);
  job.bounds = (float *)(job.tiles + tiles);
  if (job.tiles) {
    ek_pool_run(pool, bound, &job);
    ek_pool_run(pool, decide, &job);
  }
  ek_pool_leave(pool);
  return job.tiles != NULL;
}
