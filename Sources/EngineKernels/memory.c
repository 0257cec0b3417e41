#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "engine_kernels.h"

// Packed weights are gigabytes that are written once, front to back; logits, hundreds of megabytes.
enum { HUGE_PAGE = 1 << 21 };

void *ek_allocate(size_t bytes) {
  size_t unit = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
  size_t rounded = (bytes + unit - 1) / unit * unit;
  if (rounded < bytes) return NULL;
  void *memory = aligned_alloc(unit, rounded);
  if (memory) ek_prefer_huge_pages(memory, rounded);
  return memory;
}

void ek_prefer_huge_pages(void *memory, size_t bytes) {
#if defined(MADV_HUGEPAGE)
  uintptr_t first = ((uintptr_t)memory + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  uintptr_t end = ((uintptr_t)memory + bytes) / HUGE_PAGE * HUGE_PAGE;
  // Only advice: without it everything is the same, slower.
  if (end > first) (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
#else
  (void)memory;
  (void)bytes;
#endif
}

void ek_free(void *memory) { free(memory); }
