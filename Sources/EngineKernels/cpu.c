// For sched_getaffinity and its sets.
#define _GNU_SOURCE
#include <sched.h>

#include "engine_kernels.h"

bool ek_path_runs(ek_path path) {
  switch (path) {
    case EK_PORTABLE:
      return true;
#if defined(__x86_64__)
    case EK_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case EK_AVX512_VNNI:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vnni");
    case EK_AVX512:
      return ek_path_runs(EK_AVX512_VNNI) && __builtin_cpu_supports("avx512bf16");
#endif
    default:
      return false;
  }
}

size_t ek_core_count(void) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  int count = CPU_COUNT(&cores);
  return count > 0 ? (size_t)count : 1;
}
