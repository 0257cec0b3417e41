#include "vectors.h"

VECTORS(ek_vectors_portable, ek_single_portable, )
