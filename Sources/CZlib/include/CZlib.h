// A bridge to zlib, which is opened at run time: the program builds without its headers and starts without it.
// It exists in C because z_stream is a struct that the caller lays out.
#ifndef CZLIB_H
#define CZLIB_H

#include <stddef.h>

/// Compresses bytes at level 1 into a buffer of its own in gzip framing (RFC 1952) and sets its length.
/// NULL where zlib is missing or fails; else free it with czlib_free. Any thread may call it.
unsigned char *czlib_gzip(const unsigned char *bytes, size_t count, size_t *length);

void czlib_free(unsigned char *bytes);

#endif
