#if defined(__x86_64__)

#include "vectors.h"

VECTORS(ek_vectors_avx2, ek_single_avx2, __attribute__((target("avx2"))))

#endif
