#if defined(__x86_64__)

#define EK_HAS_FMA
#include "vector_paths.h"

VECTORS(ek_vectors_avx2, ek_single_avx2, __attribute__((target("avx2,fma"))))

#endif
