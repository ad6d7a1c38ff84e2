#include "CZlib.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The part of zlib's ABI in use here, as its public header has had it since 1.2 (2003); zlib-ng in its compatible form keeps it.
enum {
    LEVEL_FASTEST = 1,
    METHOD_DEFLATED = 8,
    WINDOW_BITS = 15,
    GZIP_FRAMING = 16,
    MEMORY_LEVEL = 8,
    STRATEGY_DEFAULT = 0,
    FLUSH_FINISH = 4,
    CODE_OK = 0,
    CODE_STREAM_END = 1,
};

struct stream {
    const unsigned char *next_in;
    unsigned available_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned available_out;
    unsigned long total_out;
    const char *message;
    void *state;
    void *(*allocate)(void *, unsigned, unsigned);
    void (*release)(void *, void *);
    void *opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
};

static struct {
    bool is_open;
    int (*init)(struct stream *, int level, int method, int window, int memory, int strategy, const char *, int size);
    unsigned long (*bound)(struct stream *, unsigned long);
    int (*deflate)(struct stream *, int flush);
    int (*end)(struct stream *);
} zlib;

static void open_library(void) {
#ifdef __APPLE__
    void *library = dlopen("libz.1.dylib", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) library = dlopen("/usr/lib/libz.1.dylib", RTLD_NOW | RTLD_LOCAL);
#else
    void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
#endif
    if (library == NULL) return;

    const struct {
        const char *name;
        void *slot;
    } functions[] = {
        {"deflateInit2_", &zlib.init},
        {"deflateBound", &zlib.bound},
        {"deflate", &zlib.deflate},
        {"deflateEnd", &zlib.end},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL) return;
        memcpy(functions[i].slot, &function, sizeof function);
    }
    zlib.is_open = true;
}

static pthread_once_t open_once = PTHREAD_ONCE_INIT;

unsigned char *czlib_gzip(const unsigned char *bytes, size_t count, size_t *length) {
    pthread_once(&open_once, open_library);
    if (!zlib.is_open || count > UINT_MAX / 2) return NULL;

    struct stream stream = {.next_in = bytes, .available_in = (unsigned)count};
    // Of the version only the first digit is compared.
    int code = zlib.init(
        &stream, LEVEL_FASTEST, METHOD_DEFLATED, WINDOW_BITS + GZIP_FRAMING, MEMORY_LEVEL, STRATEGY_DEFAULT, "1",
        sizeof stream);
    if (code != CODE_OK) return NULL;

    // Room for the worst case, so that one call does it all.
    size_t capacity = zlib.bound(&stream, count);
    unsigned char *compressed = malloc(capacity);
    if (compressed != NULL) {
        stream.next_out = compressed;
        stream.available_out = (unsigned)capacity;
        code = zlib.deflate(&stream, FLUSH_FINISH);
    }
    zlib.end(&stream);
    if (compressed == NULL || code != CODE_STREAM_END) {
        free(compressed);
        return NULL;
    }
    *length = stream.total_out;
    return compressed;
}

void czlib_free(unsigned char *bytes) { free(bytes); }
