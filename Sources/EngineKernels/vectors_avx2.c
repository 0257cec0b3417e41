#if defined(__x86_64__)

#include "vector_paths.h"

VECTORS(ek_vectors_avx2, ek_single_avx2, __attribute__((target("avx2"))))

#endif
