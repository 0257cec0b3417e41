#pragma once

#include <stdatomic.h>

#include "engine_kernels.h"

// Calls work(context) once on every thread of the pool, the caller's included, and returns when all have.
// Must be called between ek_pool_enter and ek_pool_leave.
void ek_pool_run(ek_pool *pool, void (*work)(void *context), void *context);

// One product at a time has the pool.
void ek_pool_enter(ek_pool *pool);
void ek_pool_leave(ek_pool *pool);

// At least `bytes` of scratch at a multiple of 64, valid until the pool is left; NULL when memory is refused.
void *ek_pool_scratch(ek_pool *pool, size_t bytes);

// Threads that work(context) runs on.
size_t ek_pool_threads(const ek_pool *pool);

// The next of the numbers 0, 1, ... that threads share out among each other.
static inline size_t ek_claim(atomic_size_t *next) {
  return atomic_fetch_add_explicit(next, 1, memory_order_relaxed);
}

// Where threads wait for each other inside one work(context). Waits are as long as the slowest chunk of a
// conversion, microseconds; a thread that has lost its core is given way to.
typedef struct ek_barrier {
  atomic_size_t arrived;
  size_t expected;
} ek_barrier;

void ek_barrier_wait(ek_barrier *barrier);
