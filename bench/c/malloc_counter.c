/* Counts allocations and the bytes that are live. Loaded before everything else (LD_PRELOAD); glibc only. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *pointer);

static atomic_llong allocations, bytes;

long long bench_allocations(void) { return atomic_load(&allocations); }
long long bench_live_bytes(void) { return atomic_load(&bytes); }

static void *counted(void *pointer) {
  atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&bytes, (long long)malloc_usable_size(pointer), memory_order_relaxed);
  return pointer;
}

static void gone(void *pointer) {
  atomic_fetch_sub_explicit(&bytes, (long long)malloc_usable_size(pointer), memory_order_relaxed);
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
  void *pointer = memalign(alignment, size);
  if (pointer == NULL) return ENOMEM;
  *out = pointer;
  return 0;
}

/* One that only grows is counted too: it may copy all that it has. */
void *realloc(void *old, size_t size) {
  void *grown;
  gone(old);
  grown = __libc_realloc(old, size);
  return counted(grown);
}

void free(void *pointer) {
  gone(pointer);
  __libc_free(pointer);
}
