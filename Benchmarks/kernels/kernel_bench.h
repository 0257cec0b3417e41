// What the files of kernel-bench share.
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "engine_kernels.h"
#include "measuring.h"

static inline void *memory(size_t bytes) {
  void *result = ek_allocate(bytes);
  if (!result) {
    fprintf(stderr, "kernel-bench: no memory for %zu bytes\n", bytes);
    exit(2);
  }
  return result;
}

// screen.c
void measure_screens(ek_path path, ek_pool *pool);
