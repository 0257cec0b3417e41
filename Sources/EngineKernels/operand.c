#include "matrix.h"

enum { ROWS_PER_CHUNK = 8 };

typedef struct job {
  ek_path path;
  const ek_matrix *matrix;
  const float *x, *norm;
  size_t count;
  float epsilon;
  operand out;
  float *normed;  // a row for each thread
  atomic_size_t next_thread, next_chunk;
} job;

static void work(void *context) {
  job *job = context;
  const vectors *vectors = vectors_of(job->path);
  size_t columns = job->matrix->columns;
  float *normed = job->normed ? job->normed + ek_claim(&job->next_thread) * columns : NULL;
  for (size_t first; (first = ek_claim(&job->next_chunk) * ROWS_PER_CHUNK) < job->count;) {
    size_t end = first + ROWS_PER_CHUNK < job->count ? first + ROWS_PER_CHUNK : job->count;
    for (size_t row = first; row < end; row++) {
      const float *x = job->x + row * columns;
      if (normed) vectors->normalize(x, job->norm, job->epsilon, columns, normed);
      operand_write(job->path, job->matrix, &job->out, row, 0, columns, normed ? normed : x);
    }
  }
}

bool ek_operand_fill(
    ek_path path, ek_pool *pool, const ek_matrix *matrix, const float *x, size_t count, const float *norm,
    float epsilon, void *operand) {
  ek_pool_enter(pool);
  float *normed = NULL;
  if (norm) normed = ek_pool_scratch(pool, ek_pool_threads(pool) * matrix->columns * sizeof *normed);
  bool done = !norm || normed;
  if (done) {
    job job = {
        .path = path, .matrix = matrix, .x = x, .norm = norm, .count = count, .epsilon = epsilon,
        .out = operand_of(path, matrix, count, operand), .normed = normed,
    };
    ek_pool_run(pool, work, &job);
  }
  ek_pool_leave(pool);
  return done;
}
