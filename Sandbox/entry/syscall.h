// System calls without a library. Results are the kernel's: -errno on failure.
#pragma once

#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define ENTRY __attribute__((section("entry_code"), noinline))
#define INLINE static inline __attribute__((always_inline))
#define PAGE UINT64_C(4096)

#if defined(__x86_64__)
INLINE int64_t call6(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) {
  register int64_t r10 __asm__("r10") = d;
  register int64_t r8 __asm__("r8") = e;
  register int64_t r9 __asm__("r9") = f;
  int64_t result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
INLINE int64_t call6(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) {
  register int64_t x8 __asm__("x8") = number;
  register int64_t x0 __asm__("x0") = a;
  register int64_t x1 __asm__("x1") = b;
  register int64_t x2 __asm__("x2") = c;
  register int64_t x3 __asm__("x3") = d;
  register int64_t x4 __asm__("x4") = e;
  register int64_t x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}
#else
#error "the entry code knows x86-64 and aarch64"
#endif

#define CALL(number, ...) CALL_PICK(__VA_ARGS__, CALL6, CALL5, CALL4, CALL3, CALL2, CALL1)(number, __VA_ARGS__)
#define CALL_PICK(a, b, c, d, e, f, name, ...) name
#define CALL1(n, a) call6(n, (int64_t)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b) call6(n, (int64_t)(a), (int64_t)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c) call6(n, (int64_t)(a), (int64_t)(b), (int64_t)(c), 0, 0, 0)
#define CALL4(n, a, b, c, d) call6(n, (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d), 0, 0)
#define CALL5(n, a, b, c, d, e) \
  call6(n, (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d), (int64_t)(e), 0)
#define CALL6(n, a, b, c, d, e, f) \
  call6(n, (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d), (int64_t)(e), (int64_t)(f))

// `size` bytes of new memory; 0 when there are none.
INLINE void *map(uint64_t size) {
  int64_t address = CALL(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return address < 0 && address >= -4095 ? 0 : (void *)address;
}
