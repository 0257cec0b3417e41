#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

struct ek_pool {
  pthread_mutex_t turn;  // held by the product that has the pool

  void (*work)(void *);  // written before `round`
  void *context;
  atomic_ulong round;  // counts calls of ek_pool_run
  atomic_size_t busy;  // workers that have not ended this round
  atomic_bool stopping;

  pthread_mutex_t lock;  // guards what follows, and is held between looking at what precedes and falling asleep
  pthread_cond_t begun, ended;
  size_t asleep;  // workers
  bool waiting;   // the caller is asleep

  void *scratch;
  size_t scratch_bytes;
  size_t workers;
  pthread_t *handles;
};

// A pass is some two hundred calls that follow each other within microseconds, and to fall asleep and be woken takes
// tens of them. So threads look for a while before they do; not longer, since others may want the core.
enum { LOOKS = 10000 };

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

static bool has_begun(ek_pool *pool, unsigned long seen) {
  return atomic_load_explicit(&pool->round, memory_order_acquire) != seen ||
         atomic_load_explicit(&pool->stopping, memory_order_relaxed);
}

static bool has_ended(ek_pool *pool) { return atomic_load_explicit(&pool->busy, memory_order_acquire) == 0; }

static void *serve(void *argument) {
  ek_pool *pool = argument;
  for (unsigned long seen = 0;; seen++) {
    for (size_t look = 0; look < LOOKS && !has_begun(pool, seen); look++) pause_briefly();
    if (!has_begun(pool, seen)) {
      pthread_mutex_lock(&pool->lock);
      pool->asleep++;
      while (!has_begun(pool, seen)) pthread_cond_wait(&pool->begun, &pool->lock);
      pool->asleep--;
      pthread_mutex_unlock(&pool->lock);
    }
    if (atomic_load_explicit(&pool->stopping, memory_order_relaxed)) return NULL;
    pool->work(pool->context);
    if (atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_acq_rel) > 1) continue;
    pthread_mutex_lock(&pool->lock);
    if (pool->waiting) pthread_cond_signal(&pool->ended);
    pthread_mutex_unlock(&pool->lock);
  }
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
  atomic_store_explicit(&pool->stopping, true, memory_order_relaxed);
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
    pool->work = work;
    pool->context = context;
    atomic_store_explicit(&pool->busy, pool->workers, memory_order_relaxed);
    atomic_fetch_add_explicit(&pool->round, 1, memory_order_release);
    pthread_mutex_lock(&pool->lock);
    if (pool->asleep > 0) pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->lock);
  }
  work(context);
  for (size_t look = 0; look < LOOKS && !has_ended(pool); look++) pause_briefly();
  if (has_ended(pool)) return;
  pthread_mutex_lock(&pool->lock);
  pool->waiting = true;
  while (!has_ended(pool)) pthread_cond_wait(&pool->ended, &pool->lock);
  pool->waiting = false;
  pthread_mutex_unlock(&pool->lock);
}

void ek_barrier_wait(ek_barrier *barrier) {
  atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel);
  while (atomic_load_explicit(&barrier->arrived, memory_order_acquire) < barrier->expected) sched_yield();
}
