// Counts what a program takes from the heap, and tells it at the end. To be preloaded.
#include <stddef.h>
#include <stdio.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static long count;

void *malloc(size_t size) { return __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED), __libc_malloc(size); }
void *calloc(size_t number, size_t size) { return __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED), __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { return __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED), __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) {
    return __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED), __libc_memalign(alignment, size);
}
int posix_memalign(void **result, size_t alignment, size_t size) {
    __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    return (*result = __libc_memalign(alignment, size)) ? 0 : 12;
}

__attribute__((destructor)) static void tell(void) { fprintf(stderr, "allocations %ld\n", count); }
