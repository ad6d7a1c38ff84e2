#include "CStartup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { SIGNALS = 3 };
static const int caught[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction before[SIGNALS];
static int read_end = -1;
static int write_end = -1;

/// Blocking the signals would not do: libdispatch lets the main thread wait with none of them blocked.
static void note(int number) {
    int code = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe holds more signals than anybody needs.
    ssize_t written = write(write_end, &byte, 1);
    (void)written;
    errno = code;
}

__attribute__((constructor)) static void catch_signals(void) {
    int ends[2];
    if (pipe(ends) != 0) return;
    for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    read_end = ends[0];
    write_end = ends[1];
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++) sigaction(caught[i], &action, &before[i]);
}

/// The C library would keep for later what large pages took, and a heap for each thread: this program has few threads that
/// work at once, and large pages seldom.
__attribute__((constructor)) static void keep_little_memory(void) {
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 512 << 10);
#endif
}

int cstartup_signals(void) { return read_end; }

void cstartup_release_signals(void) {
    if (read_end < 0) return;
    for (int i = 0; i < SIGNALS; i++) sigaction(caught[i], &before[i], NULL);
    fcntl(read_end, F_SETFL, O_NONBLOCK);
    unsigned char number;
    while (read(read_end, &number, 1) == 1) kill(getpid(), number);
}
