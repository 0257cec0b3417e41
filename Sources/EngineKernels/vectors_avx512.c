#if defined(__x86_64__)

#define EK_HAS_FMA
#include "vector_paths.h"

VECTORS(ek_vectors_avx512, ek_single_avx512, __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))))

#endif
