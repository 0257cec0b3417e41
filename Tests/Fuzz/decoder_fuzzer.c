// libFuzzer over Python: runs targets.run(bytes) in an embedded interpreter.
//
// libFuzzer sees which lines follow each other in the modules of Sandbox/Python through a table of extra
// counters, which a trace function fills; and this file measures what the interpreter allocates, because
// the limits of the decoder are promises about memory. targets.py says what must hold.

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <frameobject.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { edge_count = 1 << 16, code_slots = 1 << 12 };

__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t edges[edge_count];

static PyObject *run_target;
static uint32_t previous;

// Coverage -------------------------------------------------------------------------------------------------

typedef struct {
  const PyCodeObject *code;
  uint32_t seed;  // 0: not one of ours
} code_slot;

static code_slot slots[code_slots];

static uint32_t mix(uint32_t value) {
  value ^= value >> 16;
  value *= 0x7feb352dU;
  value ^= value >> 15;
  value *= 0x846ca68bU;
  return value ^ value >> 16;
}

// The same in every process: made of names, not of addresses.
static uint32_t seed_of(PyCodeObject *code) {
  static const char *const ours[] = {"wire.py",   "records.py", "decode.py",  "encode.py", "trial.py",
                                     "oracle.py", "expected.py", "convert.py"};
  const char *path = PyUnicode_AsUTF8(code->co_filename);
  if (path == NULL) {
    PyErr_Clear();
    return 0;
  }
  const char *name = strrchr(path, '/');
  name = name == NULL ? path : name + 1;
  for (size_t index = 0; index < sizeof ours / sizeof *ours; index++) {
    if (strcmp(name, ours[index]) == 0)
      return mix((uint32_t)(index + 1) << 20 | (uint32_t)code->co_firstlineno) | 1;
  }
  return 0;
}

static uint32_t known_seed(PyCodeObject *code) {
  size_t at = mix((uint32_t)((uintptr_t)code >> 4)) % code_slots;
  for (size_t tries = 0; tries < 8; tries++, at = (at + 1) % code_slots) {
    if (slots[at].code == code) return slots[at].seed;
    if (slots[at].code == NULL) {
      Py_INCREF(code);  // its address stays its own
      slots[at] = (code_slot){code, seed_of(code)};
      return slots[at].seed;
    }
  }
  return 0;
}

static int trace(PyObject *self, PyFrameObject *frame, int event, PyObject *argument) {
  (void)self;
  (void)argument;
  if (event != PyTrace_LINE && event != PyTrace_EXCEPTION) return 0;
  PyCodeObject *code = PyFrame_GetCode(frame);
  uint32_t seed = known_seed(code);
  Py_DECREF(code);
  if (seed == 0) return 0;
  uint32_t here = mix(seed + (uint32_t)PyFrame_GetLineNumber(frame) * 2 + (event == PyTrace_EXCEPTION));
  uint8_t *counter = &edges[(here ^ previous >> 1) % edge_count];
  if (*counter < UINT8_MAX) ++*counter;
  previous = here;
  return 0;
}

// Memory ---------------------------------------------------------------------------------------------------

static PyMemAllocatorEx raw;
static PyObjectArenaAllocator arenas;
static size_t held, peak;

static void *counted(void *pointer) {
  if (pointer != NULL) held += malloc_usable_size(pointer);
  if (held > peak) peak = held;
  return pointer;
}

static void *raw_malloc(void *context, size_t size) { return counted(raw.malloc(context, size)); }

static void *raw_calloc(void *context, size_t count, size_t size) {
  return counted(raw.calloc(context, count, size));
}

static void *raw_realloc(void *context, void *pointer, size_t size) {
  size_t before = pointer == NULL ? 0 : malloc_usable_size(pointer);
  void *moved = raw.realloc(context, pointer, size);
  if (moved != NULL) held -= before;
  return counted(moved);
}

static void raw_free(void *context, void *pointer) {
  if (pointer != NULL) held -= malloc_usable_size(pointer);
  raw.free(context, pointer);
}

static void *arena_alloc(void *context, size_t size) {
  void *arena = arenas.alloc(context, size);
  if (arena != NULL) held += size;
  if (held > peak) peak = held;
  return arena;
}

static void arena_free(void *context, void *arena, size_t size) {
  held -= size;
  arenas.free(context, arena, size);
}

static void count_memory(void) {
  PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &raw);
  PyMem_SetAllocator(PYMEM_DOMAIN_RAW,
                     &(PyMemAllocatorEx){raw.ctx, raw_malloc, raw_calloc, raw_realloc, raw_free});
  PyObject_GetArenaAllocator(&arenas);
  PyObject_SetArenaAllocator(&(PyObjectArenaAllocator){arenas.ctx, arena_alloc, arena_free});
}

// Entry points of libFuzzer --------------------------------------------------------------------------------

static void die(const char *what) {
  if (PyErr_Occurred()) PyErr_Print();
  fprintf(stderr, "decoder_fuzzer: %s\n", what);
  abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  count_memory();
  Py_InitializeEx(1);
  PyObject *path = PySys_GetObject("path");
  PyObject *folder = PyUnicode_FromString(FUZZ_FOLDER);
  if (path == NULL || folder == NULL || PyList_Insert(path, 0, folder) < 0) die("no sys.path");
  Py_DECREF(folder);
  PyObject *targets = PyImport_ImportModule("targets");
  if (targets == NULL) die("targets.py cannot be imported");
  run_target = PyObject_GetAttrString(targets, "run");
  if (run_target == NULL) die("targets.py has no run");
  Py_DECREF(targets);
  // Numpy's first use allocates for good.
  PyObject *warm = PyObject_CallFunction(run_target, "y#", "\1\0n\0", (Py_ssize_t)4);
  if (warm == NULL) die("the first run failed");
  Py_DECREF(warm);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t before = held;
  peak = held;
  previous = 0;
  PyEval_SetTrace(trace, NULL);
  PyObject *allowed = PyObject_CallFunction(run_target, "y#", (const char *)data, (Py_ssize_t)size);
  PyEval_SetTrace(NULL, NULL);
  if (allowed == NULL) die("a property does not hold");
  size_t limit = PyLong_AsSize_t(allowed);
  Py_DECREF(allowed);
  if (PyErr_Occurred()) die("run must return the bytes that it may allocate");
  if (peak - before > limit) {
    fprintf(stderr, "%zu bytes allocated, %zu allowed\n", peak - before, limit);
    die("too much memory");
  }
  return 0;
}
