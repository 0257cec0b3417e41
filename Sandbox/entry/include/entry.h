// The machine code that the zygote starts programs with, as a blob that the jail hands to it.
//
// From the moment a program's process is forked every page that it touches is copied, and each step that
// Python takes touches dozens. So what happens between the fork and the program, and what the zygote does
// while it waits, is C. It cannot be a shared library: the box of a container may have no path that shows
// one. So the code is compiled into a section of its own which depends on nothing outside of it (no
// constants, no library, no relocation), is written into a memory file, and mapped by launch.py.
#pragma once

#include <stdint.h>

// How a program's process ended: the first part of the message "x"; the second is what was left in its outbox.
// Mirrored by orders.py.
struct ending {
  int32_t pid;
  int32_t status; // as wait4 gives it
  int32_t cause;  // enum cause
  uint8_t is_locked, step, unused[2]; // whether it was locked down, and the step that failed
  int64_t wall, cpu; // nanoseconds, microseconds
  int64_t rss;       // KiB
};
enum cause { cause_itself, cause_limit, cause_judge, cause_orphaned };

// What launch.py and launch.c share; mirrored there. Addresses are of the zygote's memory.
struct launch {
  // Given.
  uint64_t fork;     // libc's `_Fork`, which keeps the thread id that libc remembers right
  uint64_t filter;   // of struct sock_filter, patched in place by the child
  uint64_t patches;  // of uint32_t: instructions that compare with the own process id
  uint64_t page;     // of struct progress, shared with the children
  uint64_t buffer;   // for the body of an order
  uint64_t outbox;   // shared with the children, and cleared before each: uint64_t bytes in use, the bytes
  uint64_t space[2]; // bytes of address space and of data; all ones leave them
  int64_t limit;     // nanoseconds of wall time until the child is killed; an order has its own
  uint32_t filter_count, patch_count, capacity;
  uint32_t outbox_size;
  int32_t socket; // to the judge
  int32_t is_late; // whether `launch` returns in the child as it is, for it to call `lock`
  // Taken: the letter of the last message, the bytes of its body, and the child's ends of the two pipes that came with
  // it, or -1.
  uint32_t letter, length;
  int32_t result, program;
  // Of the child at hand.
  int64_t child_limit, parent;
};

// How far a child's set-up has come; cleared before each.
struct progress {
  uint8_t is_locked, step; // the step that failed
  int64_t began, spent;    // when it was locked down (ns), and its CPU time until then (us)
};

enum served {
  served_child = 0,   // this is the child
  served_parent = 1,  // the child has ended, and the judge knows how
  served_message = 2, // a message that is no order; its body has not been read
  served_end = 3,     // the judge is gone
};

// Starts a program's process with the pipes of the last message, waits for its end, and tells the judge that ("x").
// Returns served_parent in the zygote, served_child in the child, which is locked down then and finds its result pipe
// at descriptor 3 and its program at 4, and -errno when there is no child. What a late child takes until it is locked
// down counts for nothing but the end of patience.
int32_t launch(struct launch *task);

// Locks a late child down. Does not return where that fails.
void lock(struct launch *task);

// Takes the head of a message off the socket, but not its body. Returns served_message or served_end.
int32_t next_message(struct launch *task);

// Takes messages off the socket and launches a child for each order ("R", which begins with the limit, int64).
// The child finds the order in the buffer. Returns for any other message.
int32_t serve(struct launch *task);

// The bytes that RLIMIT_AS (or RLIMIT_DATA) counts as in use, to 1 MiB, found by trying from `least` on: there is no
// /proc.
uint64_t space_in_use(int32_t resource, uint64_t least);

// The items of a list (or tuple) of lists (or tuples), row after row. Addresses are of objects of a CPython whose
// layout bulk.py has tried.
struct items {
  // Given.
  uint64_t rows;        // where the addresses of the rows are
  uint64_t row_count;
  uint64_t row_type;    // what every row must be, exactly
  uint64_t are_lists;   // whether that is list, and not tuple
  uint64_t out;         // where to write; 0 to look only
  uint64_t room;        // the most items to write
  // Where to go on; 0 at first.
  uint64_t row, column;
  // Taken: the items, and the bytes, that this call was about.
  uint64_t items, bytes;
};

// Numbers the different items, at most 256. Of int and float those of the same value are one, of all else the same
// objects.
struct identity {
  struct items items;
  uint64_t int_type, float_type;
  uint64_t as_long_long; // PyLong_AsLongLongAndOverflow
  uint64_t width;        // items of the first row
  // Given for writing: the base of the digits, how many fit into a byte, and by number the digit.
  uint32_t base, per_byte;
  uint8_t digits[256];
  // Taken; 0 at first.
  uint64_t is_uneven;    // whether a row has another width
  uint64_t count;        // of numbers
  uint64_t objects[256]; // by number, one that has it
  // For identify alone; 0 at first. A slot is a number and 1.
  uint64_t keys[256], types[256];
  uint64_t met[256];
  uint8_t met_numbers[256];
  uint16_t slots[1024];
};

// Looks at all items, or writes the digits of the next ones, the first one of a byte worth one, the second `base`, and so
// on. Returns 0 when a row is not what it must be, different items are too many, or an int takes more than 64 bits.
int32_t identify(struct identity *task);

// Items that are int or float.
struct numbers {
  struct items items;
  uint64_t int_type, float_type;
  uint64_t as_long_long; // PyLong_AsLongLongAndOverflow
  uint64_t has_nan;      // set when one is found
};

// Writes the next items as marshal writes a list of them in version 2, at most 15 bytes an item and 5 more. Returns 0
// when a row or an item is not what it must be or, writing, takes more than 64 bits.
int32_t write_numbers(struct numbers *task);

// Arenas, the pieces that Python's allocator of small objects asks for, which were given back.
enum { most_arenas = 64 }; // mirrored by arenas.py
struct arenas {
  uint64_t size;  // of those that are kept
  uint64_t count; // 0 at first
  uint64_t kept[most_arenas];
};

// The functions of a PyObjectArenaAllocator; arenas.py says what for. The first returns 0 when there is no memory.
void *take_arena(struct arenas *arenas, uint64_t size);
void give_arena(struct arenas *arenas, void *address, uint64_t size);

// Has what is made from now on lie in pools that nothing else lies in, one for each size of block: takes all blocks
// that are left in others, for good, and gives the pages that nothing else lies in back to the kernel. `allocate` is
// PyObject_Malloc, `pool_size` what it hands out blocks of one size from.
void open_pools(uint64_t allocate, uint64_t pool_size);

// Makes fewer mappings of what the interpreter and its libraries have loaded by now: each costs every fork and every
// end of a process a microsecond. `dl_iterate_phdr` is the address of libc's.
void join_segments(uint64_t dl_iterate_phdr);

// The section: [__start_entry_code, __stop_entry_code).
extern const unsigned char __start_entry_code[], __stop_entry_code[];
