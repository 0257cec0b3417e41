#include "matrix.h"

typedef struct loop {
  size_t count;
  void *context;
  void (*work)(void *context, size_t index);
  atomic_size_t next;
} loop;

static void each(void *context) {
  loop *loop = context;
  for (size_t index; (index = ek_claim(&loop->next)) < loop->count;) loop->work(loop->context, index);
}

void ek_for_each(ek_pool *pool, size_t count, void *context, void (*work)(void *context, size_t index)) {
  loop loop = {.count = count, .context = context, .work = work};
  ek_pool_enter(pool);
  ek_pool_run(pool, each, &loop);
  ek_pool_leave(pool);
}

typedef struct job {
  ek_path path;
  size_t columns;
  const float *x, *weight;
  float *out;
  float epsilon;
} job;

static void normalize(void *context, size_t row) {
  const job *job = context;
  size_t first = row * job->columns;
  vectors_of(job->path)->normalize(job->x + first, job->weight, job->epsilon, job->columns, job->out + first);
}

void ek_normalize(
    ek_path path, ek_pool *pool, const float *x, size_t count, size_t columns, const float *weight, float epsilon,
    float *out) {
  job job = {.path = path, .columns = columns, .x = x, .weight = weight, .epsilon = epsilon, .out = out};
  ek_for_each(pool, count, &job, normalize);
}

static void gate(void *context, size_t row) {
  const job *job = context;
  size_t first = row * job->columns;
  vectors_of(job->path)->gate(job->out + first, job->x + first, job->columns, job->out + first);
}

void ek_gate(ek_path path, ek_pool *pool, float *values, const float *up, size_t count, size_t columns) {
  job job = {.path = path, .columns = columns, .x = up, .out = values};
  ek_for_each(pool, count, &job, gate);
}

void ek_summarize(
    ek_path path, const float *logits, size_t count, float divisor, size_t banned, ek_summary *summaries) {
  for (size_t first = 0; first < count; first += EK_PANEL) {
    size_t width = count - first < EK_PANEL ? count - first : EK_PANEL;
    summaries[first / EK_PANEL] = summary_of(path, logits + first, width, first, divisor, banned);
  }
}

ek_total ek_total_of(ek_path path, const ek_summary *summaries, size_t panels) {
  return vectors_of(path)->total(summaries, panels);
}

void ek_masses(ek_path path, const ek_row *row, const float bounds[EK_BOUNDS], ek_mass masses[EK_BOUNDS]) {
  vectors_of(path)->masses(row, bounds, masses);
}

size_t ek_between(
    ek_path path, const ek_row *row, float low, float high, uint32_t *tokens, float *scores, size_t capacity) {
  return vectors_of(path)->between(row, low, high, tokens, scores, capacity);
}

double ek_negative_entropy(ek_path path, const ek_row *row, ek_edge edge, float scale) {
  return vectors_of(path)->entropy(row, &edge, scale);
}

ek_draw ek_draw_token(ek_path path, const ek_row *row, ek_edge edge, double target) {
  return vectors_of(path)->draw(row, &edge, target);
}
