#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CPlatform.h"

#include <fcntl.h>
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

int cplatform_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
#ifdef __linux__
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    int accepted = accept(listener, (struct sockaddr *)address, length);
    if (accepted < 0) return accepted;
    fcntl(accepted, F_SETFD, FD_CLOEXEC);
    fcntl(accepted, F_SETFL, fcntl(accepted, F_GETFL) | O_NONBLOCK);
    return accepted;
#endif
}

void cplatform_return_freed_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
