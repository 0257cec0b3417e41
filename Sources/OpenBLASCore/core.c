// OpenBLAS 0.3.21 (Debian 12) does not know AMD's processors with AVX-512 and takes kernels without it, at half the
// speed. It chooses when it is loaded, before main, by an environment variable if there is one: so it is set before
// libraries are initialised, which only a program can do, and taken back for the programs that this one starts.
#define _GNU_SOURCE

#include <stdbool.h>
#include <stdlib.h>

#include "openblas_core.h"

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)

static const char name[] = "OPENBLAS_CORETYPE";
static bool is_ours;

static void choose(int count, char **arguments, char **environment) {
  (void)count, (void)arguments, (void)environment;
  __builtin_cpu_init();
  if (getenv(name) || !__builtin_cpu_is("amd")) return;
  is_ours = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
            setenv(name, "SkylakeX", 1) == 0;
}

__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(int, char **, char **) =
    choose;

__attribute__((constructor)) static void take_back(void) {
  if (is_ours) unsetenv(name);
}

#endif
