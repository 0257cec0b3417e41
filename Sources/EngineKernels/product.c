#include "matrix.h"

// One thread multiplies a span of rows with a set of panels: one, or the panels of gate and up that belong together.
enum {
  GATED_PANELS = 2,       // of gate, and as many of up: 128 columns of the next operand, a whole group of int8
  SET_PANELS = 2 * GATED_PANELS,
  UNITS_PER_THREAD = 32,  // so that threads end together though one of them loses its core for a moment
  FEWEST_ROWS = 96,       // that are worth reading a panel once more
  SURVEYED_ROWS = 24,     // that are worth looking through a panel for what may be added in 16 bits
  MOST_SUMS = 1 << 16,    // that are kept between two blocks of columns: 256 KiB
  STREAMED = 1 << 25,     // bytes of logits of which no cache would keep the first until they are read
};

typedef struct set {
  factor factors[SET_PANELS];
  size_t count;
  float bias[EK_PANEL];
  // Where what is made of the sums goes: of each row so many bytes, so far apart. NULL when it is kept nowhere.
  char *target;
  size_t target_bytes, target_stride;
  bool direct;  // the sums themselves go there, without `finish`
} set;

typedef struct job job;
struct job {
  ek_path path;
  operand x;
  size_t count, units, rows_per_unit;
  float *sums;  // for each thread [rows_per_unit, set * 64]
  size_t sums_per_thread;
  int8_stretch *stretches;  // for each thread [set, x.stretches]
  size_t stretches_per_thread;
  atomic_size_t next_thread, next_unit;
  // The panels of unit `index`.
  void (*choose)(const job *job, size_t index, set *set);
  // What is done with a row tile of finished sums, [rows, set->count * 64].
  void (*finish)(const job *job, size_t index, const set *set, size_t row, size_t rows, const float *sums);

  const ek_part *parts;
  const ek_matrix *gate, *up, *next;
  operand next_x;
  const ek_matrix *head;
  float divisor;
  size_t banned;
  ek_summary *summaries;
  float *logits;
  bool streams;  // past the caches, which would read each line before it is written
};

// Lines that are about to be written come from memory while the sums are made. There is an instruction for this;
// processors that do not know it take it for none.
#if defined(__x86_64__)
__attribute__((target("prfchw")))
#endif
static void fetch(const set *set, size_t row, size_t rows) {
  if (!set->target) return;
  for (size_t end = row + rows; row < end; row++)
    for (size_t byte = 0; byte < set->target_bytes; byte += 64)
      __builtin_prefetch(set->target + row * set->target_stride + byte, 1);
}

// What one thread has.
typedef struct share {
  float *sums;              // [rows_per_unit, set * 64]
  int8_stretch *stretches;  // [set, x.stretches]
  size_t surveyed;          // the set whose they are, or SIZE_MAX
} share;

static void survey_set(const job *job, size_t index, set *set, share *share) {
  if (job->x.stretches == 0) return;
  for (size_t at = 0; at < set->count; at++) {
    int8_stretch *stretches = share->stretches + at * job->x.stretches;
    if (share->surveyed != index) survey(job->path, &job->x, &set->factors[at], stretches);
    set->factors[at].stretches = stretches;
  }
  share->surveyed = index;
}

static void multiply(const job *job, size_t index, size_t first_row, size_t end_row, share *share) {
  set set = {.count = 0};
  job->choose(job, index, &set);
  if (end_row - first_row >= SURVEYED_ROWS) survey_set(job, index, &set, share);
  float *sums = share->sums;
  size_t stride = set.direct ? set.target_stride / sizeof *sums : set.count * EK_PANEL;
  size_t depth = set.factors[0].depth, step = set.factors[0].step;
  for (size_t first = 0; first < depth; first += step) {
    for (size_t row = first_row; row < end_row; row += EK_TILE_ROWS) {
      size_t rows = end_row - row < EK_TILE_ROWS ? end_row - row : EK_TILE_ROWS;
      // With one block the sums of every tile pass through the same few cache lines.
      float *tile = depth > step ? sums + (row - first_row) * stride : sums;
      if (set.direct) tile = (float *)set.target + row * stride;
      if (first + step >= depth) fetch(&set, row, rows);
      for (size_t at = 0; at < set.count; at++)
        multiply_block(
            job->path, &set.factors[at], &job->x, row, rows, first, set.bias, tile + at * EK_PANEL, stride);
      if (first + step >= depth && !set.direct) job->finish(job, index, &set, row, rows, tile);
    }
  }
}

static void work(void *context) {
  job *job = context;
  size_t thread = ek_claim(&job->next_thread);
  share share = {
      .sums = job->sums + thread * job->sums_per_thread,
      .stretches = job->stretches + thread * job->stretches_per_thread, .surveyed = SIZE_MAX,
  };
  size_t spans = (job->count + job->rows_per_unit - 1) / job->rows_per_unit;
  for (size_t unit; (unit = ek_claim(&job->next_unit)) < job->units * spans;) {
    size_t first = unit % spans * job->rows_per_unit;
    size_t end = first + job->rows_per_unit < job->count ? first + job->rows_per_unit : job->count;
    multiply(job, unit / spans, first, end, &share);
  }
  // What went past the caches is ordered by nothing else.
  if (job->streams) atomic_thread_fence(memory_order_seq_cst);
}

static bool run(job *job, ek_pool *pool, size_t panels_per_set) {
  size_t threads = ek_pool_threads(pool);
  size_t spans = 1;
  while (job->units * spans < UNITS_PER_THREAD * threads && job->count / (spans + 1) >= FEWEST_ROWS) spans++;
  size_t rows = (job->count + spans - 1) / spans;
  rows = (rows + EK_TILE_ROWS - 1) / EK_TILE_ROWS * EK_TILE_ROWS;
  size_t most = MOST_SUMS / EK_PANEL / panels_per_set / EK_TILE_ROWS * EK_TILE_ROWS;
  job->rows_per_unit = rows < most ? rows : most;
  job->sums_per_thread = job->rows_per_unit * panels_per_set * EK_PANEL;
  job->stretches_per_thread = panels_per_set * job->x.stretches;
  ek_pool_enter(pool);
  job->sums = ek_pool_scratch(
      pool, threads * (job->sums_per_thread * sizeof *job->sums + job->stretches_per_thread * sizeof *job->stretches));
  job->stretches = (int8_stretch *)(job->sums + threads * job->sums_per_thread);
  if (job->sums) ek_pool_run(pool, work, job);
  ek_pool_leave(pool);
  return job->sums != NULL;
}

// MARK: Products that are stored

static const ek_part *part_of(const job *job, size_t *index) {
  const ek_part *part = job->parts;
  for (; *index >= panels_of(part->matrix); part++) *index -= panels_of(part->matrix);
  return part;
}

static void choose_part(const job *job, size_t index, set *set) {
  const ek_part *part = part_of(job, &index);
  set->count = 1;
  set->factors[0] = factor_of(part->matrix, index, 1);
  const factor *factor = &set->factors[0];
  size_t width = panel_width(part->matrix, index);
  if (part->bias) memcpy(set->bias, part->bias + index * EK_PANEL, width * sizeof(float));
  set->target = (char *)(part->out + index * EK_PANEL);
  set->target_bytes = width * sizeof(float);
  set->target_stride = part->matrix->rows * sizeof(float);
  set->direct = !part->adds && factor->depth <= factor->step && width == EK_PANEL;
}

static void finish_part(
    const job *job, size_t index, const set *set, size_t row, size_t rows, const float *sums) {
  const ek_part *part = part_of(job, &index);
  size_t width = panel_width(part->matrix, index);
  (void)set;
  for (size_t at = 0; at < rows; at++) {
    float *out = part->out + (row + at) * part->matrix->rows + index * EK_PANEL;
    vectors_of(job->path)->put(sums + at * EK_PANEL, width, part->adds, out);
  }
}

bool ek_product(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_part *parts, size_t part_count) {
  job job = {
      .path = path, .x = operand_of(path, parts[0].matrix, count, (void *)operand), .count = count,
      .choose = choose_part, .finish = finish_part, .parts = parts,
  };
  for (size_t at = 0; at < part_count; at++) job.units += panels_of(parts[at].matrix);
  return run(&job, pool, 1);
}

// MARK: The gated product

static void choose_gated(const job *job, size_t index, set *set) {
  size_t first = index * GATED_PANELS, all = panels_of(job->gate);
  size_t panels = all - first < GATED_PANELS ? all - first : GATED_PANELS;
  set->count = 2 * panels;
  for (size_t at = 0; at < panels; at++) {
    set->factors[at] = factor_of(job->gate, first + at, SET_PANELS);
    set->factors[panels + at] = factor_of(job->up, first + at, SET_PANELS);
  }
  set->target = operand_at(job->path, job->next, &job->next_x, 0, first * EK_PANEL);
  const char *end = operand_at(job->path, job->next, &job->next_x, 0, (first + panels) * EK_PANEL);
  set->target_bytes = (size_t)(end - set->target);
  set->target_stride = job->next_x.stride;
}

static void finish_gated(
    const job *job, size_t index, const set *set, size_t row, size_t rows, const float *sums) {
  size_t first = index * GATED_PANELS * EK_PANEL, width = set->count / 2 * EK_PANEL;
  size_t columns = job->gate->rows - first < width ? job->gate->rows - first : width;
  // First all rows, then all rows: the scale of a row is at the end of a chain that others hide.
  float products[EK_TILE_ROWS * GATED_PANELS * EK_PANEL];
  for (size_t at = 0; at < rows; at++) {
    const float *gate = sums + at * 2 * width;
    vectors_of(job->path)->gate(gate, gate + width, columns, products + at * width);
  }
  for (size_t at = 0; at < rows; at++)
    operand_write(job->path, job->next, &job->next_x, row + at, first, columns, products + at * width);
}

bool ek_gated_product(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_matrix *gate, const ek_matrix *up,
    const ek_matrix *next, void *next_operand) {
  job job = {
      .path = path, .x = operand_of(path, gate, count, (void *)operand), .count = count,
      .units = (panels_of(gate) + GATED_PANELS - 1) / GATED_PANELS, .choose = choose_gated, .finish = finish_gated,
      .gate = gate, .up = up, .next = next, .next_x = operand_of(path, next, count, next_operand),
  };
  return run(&job, pool, SET_PANELS);
}

// MARK: Logits

static void choose_logits(const job *job, size_t index, set *set) {
  set->count = 1;
  set->factors[0] = factor_of(job->head, index, 1);
  if (!job->logits || job->streams) return;
  set->target = (char *)(job->logits + index * EK_PANEL);
  set->target_bytes = panel_width(job->head, index) * sizeof(float);
  set->target_stride = job->head->rows * sizeof(float);
}

static void finish_logits(
    const job *job, size_t index, const set *set, size_t row, size_t rows, const float *sums) {
  size_t width = panel_width(job->head, index), panels = panels_of(job->head);
  (void)set;
  for (size_t at = 0; at < rows; at++) {
    const float *logits = sums + at * EK_PANEL;
    job->summaries[(row + at) * panels + index] =
        summary_of(job->path, logits, width, index * EK_PANEL, job->divisor, job->banned);
    if (!job->logits) continue;
    float *out = job->logits + (row + at) * job->head->rows + index * EK_PANEL;
    if (job->streams)
      vectors_of(job->path)->stream(logits, width, out);
    else
      vectors_of(job->path)->put(logits, width, false, out);
  }
}

bool ek_logits(
    ek_path path, ek_pool *pool, const void *operand, size_t count, const ek_matrix *head, const ek_screen *screen,
    float divisor, size_t banned, ek_summary *summaries, float *logits) {
  const ek_matrix *first = screen ? screen->head : head;
  const void *x = screen ? screen->operand : operand;
  job job = {
      .path = path, .x = operand_of(path, first, count, (void *)x), .count = count, .units = panels_of(first),
      .choose = choose_logits, .finish = finish_logits, .head = first, .divisor = divisor, .banned = banned,
      .summaries = summaries, .logits = logits,
  };
  job.streams = logits && count * head->rows * sizeof *logits >= STREAMED && (uintptr_t)logits % 64 == 0 &&
                head->rows % LANES == 0;
  if (!run(&job, pool, 1)) return false;
  return !screen || settle(path, pool, operand, count, head, screen, divisor, banned, summaries, logits);
}

void ek_logits_of_panel(
    ek_path path, const void *operand, size_t count, const ek_matrix *head, size_t row, size_t panel, float *out) {
  struct operand x = operand_of(path, head, count, (void *)operand);
  multiply_panel(path, head, panel, &x, row, 1, out);
}
