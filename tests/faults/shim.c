/* Makes chosen writes and syncs of a process fail. Built by shim.py, loaded with LD_PRELOAD.

   SHIM_ORDERS names a file; while it exists, its one line gives the order, read anew before each call:
       <call> <error> <part of the path> <after>
   such as "sync EIO pg_wal 3": from the fourth fsync or fdatasync of a file whose path holds pg_wal, each fails.
   <call> is write or sync; <error> is ENOSPC, EIO or EINTR. EINTR comes before every second call only, so that it ends. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#include <fcntl.h>

static int seen = 0;
static int turn = 0;

static ssize_t plain_read(int fd, void *to, size_t most) { return read(fd, to, most); }

static int ordered(const char *call, int fd) {
    const char *orders = getenv("SHIM_ORDERS");
    if (!orders) return 0;
    int before = errno;
    int file = open(orders, O_RDONLY | O_CLOEXEC);
    if (file < 0) { errno = before; return 0; }
    char line[512] = "", wanted[16], error[16], part[256], link[64], path[1024] = "";
    int after = 0;
    ssize_t length = plain_read(file, line, sizeof line - 1);
    close(file);
    errno = before;
    if (length <= 0 || sscanf(line, "%15s %15s %255s %d", wanted, error, part, &after) < 3) return 0;
    if (strcmp(wanted, call)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length <= 0 || !strstr(path, part)) return 0;
    if (seen++ < after) return 0;
    if (!strcmp(error, "EINTR")) return (turn++ % 2) ? 0 : EINTR;
    return !strcmp(error, "EIO") ? EIO : ENOSPC;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = dlsym(RTLD_NEXT, name);

#define FAIL(call) { int error = ordered(call, fd); if (error) { errno = error; return -1; } }

ssize_t write(int fd, const void *from, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t)
    FAIL("write")
    return real(fd, from, size);
}
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)
    FAIL("write")
    return real(fd, from, size, at);
}
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)
    FAIL("write")
    return real(fd, from, size, at);
}
ssize_t pwritev(int fd, const struct iovec *from, int count, off_t at) {
    REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t)
    FAIL("write")
    return real(fd, from, count, at);
}
int fsync(int fd) {
    REAL(int, "fsync", int)
    FAIL("sync")
    return real(fd);
}
int fdatasync(int fd) {
    REAL(int, "fdatasync", int)
    FAIL("sync")
    return real(fd);
}
