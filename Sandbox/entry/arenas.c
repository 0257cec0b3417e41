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
