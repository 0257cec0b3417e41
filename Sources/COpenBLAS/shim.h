#include <cblas.h>

// No part of OpenBLAS's interface, so it may be missing (builds without threads). OpenBLAS itself calls it
// before each fork, and starts its threads again when they are needed.
extern int blas_thread_shutdown_(void) __attribute__((weak));

static inline void evalkit_stop_blas_threads(void) {
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}
