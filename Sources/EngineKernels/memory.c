#include <stdlib.h>
#include <sys/mman.h>

#include "engine_kernels.h"

// Huge pages: packed weights are gigabytes that are written once, front to back.
enum { HUGE_PAGE = 1 << 21 };

void *ek_allocate(size_t bytes) {
  size_t unit = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
  size_t rounded = (bytes + unit - 1) / unit * unit;
  if (rounded < bytes) return NULL;
  void *memory = aligned_alloc(unit, rounded);
#if defined(MADV_HUGEPAGE)
  // Only advice: without it everything is the same, slower.
  if (memory && unit == HUGE_PAGE) (void)madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  return memory;
}

void ek_free(void *memory) { free(memory); }
