#include <stdbool.h>

#include "entry.h"
#include "syscall.h"

ENTRY void *take_arena(struct arenas *arenas, uint64_t size) {
  if (size == arenas->size && arenas->count > 0) return (void *)arenas->kept[--arenas->count];
  return map(size);
}

ENTRY void give_arena(struct arenas *arenas, void *address, uint64_t size) {
  if (size == arenas->size && arenas->count < most_arenas) arenas->kept[arenas->count++] = (uint64_t)address;
  else CALL(SYS_munmap, address, size);
}

enum {
  smallest = 16,
  largest = 512,
  pool_head = 48, // bytes before the first block
  most_pools = 16, // of a size that are filled, should a Python lay them out in another way
  most_pages = 64,
};

// Pages that blocks were taken from.
struct pages {
  uint32_t count;
  struct {
    uint64_t start, taken; // bytes
  } items[most_pages];
};

// Counts the part of a block that lies in the page at `start`. The latest pages are the likeliest.
INLINE void count_taken(struct pages *pages, uint64_t start, uint64_t size) {
  for (uint32_t i = pages->count; i-- > 0;)
    if (pages->items[i].start == start) {
      pages->items[i].taken += size;
      return;
    }
  if (pages->count == most_pages) return;
  pages->items[pages->count].start = start;
  pages->items[pages->count++].taken = size;
}

INLINE void open_pool(void *(*allocate)(uint64_t), uint64_t size, uint64_t pool_size) {
  struct pages pages;
  pages.count = 0;
  uint64_t before = 0;
  for (uint64_t left = most_pools * pool_size / size; left > 0; left--) {
    uint64_t block = (uint64_t)allocate(size), end = block + size;
    if (!block) break;
    for (uint64_t at = block; at < end;) {
      uint64_t start = at & -PAGE, next = start + PAGE;
      if (next > end) next = end;
      count_taken(&pages, start, next - at);
      at = next;
    }
    bool is_second = before % pool_size == pool_head && block == before + size;
    if (is_second) break;
    before = block;
  }
  for (uint32_t i = 0; i < pages.count; i++)
    if (pages.items[i].taken == PAGE) CALL(SYS_madvise, pages.items[i].start, PAGE, MADV_DONTNEED);
}

ENTRY void open_pools(uint64_t allocate, uint64_t pool_size) {
  for (uint64_t size = smallest; size <= largest; size += smallest)
    open_pool((void *(*)(uint64_t))allocate, size, pool_size);
}
