#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

struct ek_pool {
  pthread_mutex_t turn;  // held by the product that has the pool

  pthread_mutex_t lock;  // guards what follows
  pthread_cond_t begun, ended;
  unsigned long round;  // counts calls of ek_pool_run
  size_t busy;          // workers that have not ended this round
  bool stopping;
  void (*work)(void *);
  void *context;

  void *scratch;
  size_t scratch_bytes;
  size_t workers;
  pthread_t *handles;
};

static void *serve(void *argument) {
  ek_pool *pool = argument;
  unsigned long seen = 0;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    while (pool->round == seen && !pool->stopping) pthread_cond_wait(&pool->begun, &pool->lock);
    if (pool->stopping) break;
    seen = pool->round;
    void (*work)(void *) = pool->work;
    void *context = pool->context;
    pthread_mutex_unlock(&pool->lock);
    work(context);
    pthread_mutex_lock(&pool->lock);
    if (--pool->busy == 0) pthread_cond_signal(&pool->ended);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

ek_pool *ek_pool_start(size_t threads) {
  ek_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pthread_mutex_init(&pool->turn, NULL);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->begun, NULL);
  pthread_cond_init(&pool->ended, NULL);
  size_t wanted = threads > 1 ? threads - 1 : 0;
  pool->handles = calloc(wanted + 1, sizeof *pool->handles);
  if (!pool->handles) {
    ek_pool_stop(pool);
    return NULL;
  }
  while (pool->workers < wanted) {
    if (pthread_create(&pool->handles[pool->workers], NULL, serve, pool) != 0) {
      ek_pool_stop(pool);
      return NULL;
    }
    pool->workers++;
  }
  return pool;
}

void ek_pool_stop(ek_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  pool->stopping = true;
  pthread_cond_broadcast(&pool->begun);
  pthread_mutex_unlock(&pool->lock);
  for (size_t at = 0; at < pool->workers; at++) pthread_join(pool->handles[at], NULL);
  pthread_cond_destroy(&pool->begun);
  pthread_cond_destroy(&pool->ended);
  pthread_mutex_destroy(&pool->lock);
  pthread_mutex_destroy(&pool->turn);
  free(pool->handles);
  ek_free(pool->scratch);
  free(pool);
}

void ek_pool_enter(ek_pool *pool) { pthread_mutex_lock(&pool->turn); }

void ek_pool_leave(ek_pool *pool) { pthread_mutex_unlock(&pool->turn); }

size_t ek_pool_threads(const ek_pool *pool) { return pool->workers + 1; }

void *ek_pool_scratch(ek_pool *pool, size_t bytes) {
  if (bytes > pool->scratch_bytes) {
    ek_free(pool->scratch);
    pool->scratch = ek_allocate(bytes);
    pool->scratch_bytes = pool->scratch ? bytes : 0;
  }
  return pool->scratch;
}

void ek_pool_run(ek_pool *pool, void (*work)(void *), void *context) {
  if (pool->workers > 0) {
    pthread_mutex_lock(&pool->lock);
    pool->work = work;
    pool->context = context;
    pool->busy = pool->workers;
    pool->round++;
    pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->lock);
  }
  work(context);
  if (pool->workers > 0) {
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0) pthread_cond_wait(&pool->ended, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
  }
}

void ek_barrier_wait(ek_barrier *barrier) {
  atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel);
  while (atomic_load_explicit(&barrier->arrived, memory_order_acquire) < barrier->expected) sched_yield();
}
