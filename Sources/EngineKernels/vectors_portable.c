#include "vector_paths.h"

VECTORS(ek_vectors_portable, ek_single_portable, )
