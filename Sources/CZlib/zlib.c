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
    FLUSH_NONE = 0,
    FLUSH_FINISH = 4,
    CODE_OK = 0,
    CODE_STREAM_END = 1,
    CODE_NO_MEMORY = -4,
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

struct czlib_gzip {
    struct stream stream;
    unsigned char *compressed;
    int code;
};

struct czlib_gzip *czlib_gzip_begin(size_t count) {
    pthread_once(&open_once, open_library);
    if (!zlib.is_open || count > UINT_MAX / 2) return NULL;

    struct czlib_gzip *gzip = calloc(1, sizeof *gzip);
    if (gzip == NULL) return NULL;
    // Of the version only the first digit is compared.
    int code = zlib.init(
        &gzip->stream, LEVEL_FASTEST, METHOD_DEFLATED, WINDOW_BITS + GZIP_FRAMING, MEMORY_LEVEL, STRATEGY_DEFAULT, "1",
        sizeof gzip->stream);
    if (code != CODE_OK) {
        free(gzip);
        return NULL;
    }
    // Room for the worst case, which takes memory only as far as it is written.
    size_t capacity = zlib.bound(&gzip->stream, count);
    gzip->compressed = malloc(capacity);
    gzip->stream.next_out = gzip->compressed;
    gzip->stream.available_out = (unsigned)capacity;
    gzip->code = gzip->compressed == NULL ? CODE_NO_MEMORY : CODE_OK;
    return gzip;
}

void czlib_gzip_append(struct czlib_gzip *gzip, const unsigned char *bytes, size_t count) {
    // Without a byte it would complain that it cannot go on.
    if (gzip->code != CODE_OK || count == 0) return;
    gzip->stream.next_in = bytes;
    gzip->stream.available_in = (unsigned)count;
    gzip->code = zlib.deflate(&gzip->stream, FLUSH_NONE);
    // More than was announced.
    if (gzip->stream.available_in > 0) gzip->code = CODE_NO_MEMORY;
}

unsigned char *czlib_gzip_finish(struct czlib_gzip *gzip, size_t *length) {
    if (gzip->code == CODE_OK) {
        gzip->stream.available_in = 0;
        gzip->code = zlib.deflate(&gzip->stream, FLUSH_FINISH);
    }
    zlib.end(&gzip->stream);
    unsigned char *compressed = gzip->compressed;
    *length = gzip->stream.total_out;
    if (gzip->code != CODE_STREAM_END) {
        free(compressed);
        compressed = NULL;
    }
    free(gzip);
    return compressed;
}

void czlib_free(unsigned char *bytes) { free(bytes); }
