#define _GNU_SOURCE
#include <link.h>
#include <stddef.h>

#include "entry.h"
#include "syscall.h"

// The kernel joins mappings of a file that lie side by side as soon as they allow the same. That constants may be
// executed and a library's addresses be written over gives a program nothing that it could not give itself.
static ENTRY int join_object(struct dl_phdr_info *object, size_t size, void *nothing) {
  (void)size, (void)nothing;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    uint64_t start = object->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;
    if (part->p_type == PT_LOAD && !(part->p_flags & (PF_W | PF_X))) {
      start &= -PAGE;
      CALL(SYS_mprotect, start, ((end + PAGE - 1) & -PAGE) - start, PROT_READ | PROT_EXEC);
    } else if (part->p_type == PT_GNU_RELRO) {
      start &= -PAGE, end &= -PAGE; // as the loader has protected it
      if (end > start) CALL(SYS_mprotect, start, end - start, PROT_READ | PROT_WRITE);
    }
  }
  return 0;
}

ENTRY void join_segments(uint64_t dl_iterate_phdr_of_libc) {
  typedef int iterate(int (*)(struct dl_phdr_info *, size_t, void *), void *);
  ((iterate *)dl_iterate_phdr_of_libc)(join_object, 0);
}
