// Calls of the C library that Swift's module of it leaves out, because they are extensions of one system.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <sys/socket.h>

/// As accept(2); the new socket does not block, and programs that this one starts do not inherit it.
int cplatform_accept(int listener, struct sockaddr_storage *address, socklen_t *length);

/// Gives memory that was freed back to the system, where the C library would keep it for later. Any thread may call it;
/// takes about a millisecond.
void cplatform_return_freed_memory(void);

#endif
