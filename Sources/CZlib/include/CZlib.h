// A bridge to zlib, which is opened at run time: the program builds without its headers and starts without it.
// It exists in C because z_stream is a struct that the caller lays out.
#ifndef CZLIB_H
#define CZLIB_H

#include <stddef.h>

/// Bytes that are compressed at level 1 in gzip framing (RFC 1952), one stretch after the other. Not for two threads at once.
struct czlib_gzip;

/// Begins with room for so many bytes in all. NULL where zlib is missing or fails.
struct czlib_gzip *czlib_gzip_begin(size_t count);

void czlib_gzip_append(struct czlib_gzip *gzip, const unsigned char *bytes, size_t count);

/// What all of them came to, and its length. NULL where zlib failed; else free it with czlib_free. `gzip` is freed.
unsigned char *czlib_gzip_finish(struct czlib_gzip *gzip, size_t *length);

void czlib_free(unsigned char *bytes);

#endif
