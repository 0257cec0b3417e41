#include <sys/mman.h>

#include "entry.h"
#include "syscall.h"

ENTRY void *take_arena(struct arenas *arenas, uint64_t size) {
  if (size == arenas->size && arenas->count > 0) return (void *)arenas->kept[--arenas->count];
  int64_t address = CALL(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return address < 0 && address >= -4095 ? 0 : (void *)address;
}

ENTRY void give_arena(struct arenas *arenas, void *address, uint64_t size) {
  if (size == arenas->size && arenas->count < most_arenas) arenas->kept[arenas->count++] = (uint64_t)address;
  else CALL(SYS_munmap, address, size);
}
