/* A library to be preloaded (LD_PRELOAD) that gives a program hostile surroundings, as variables say:
 *
 *   NIXLITE_TEST_LOCKS=none|error   flock does nothing, or fails with ENOLCK, as on some network file systems
 *   NIXLITE_TEST_CLOCK=SECONDS      the time of day is so much later; `wild` makes it jump by an hour at every look
 *   NIXLITE_TEST_READONLY=FOLDER    nothing below the folder can be made, changed or removed
 *   NIXLITE_TEST_CREATIONS=COUNT    after so many new files and folders the file system has no room for another
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int flock(int descriptor, int operation) {
    const char *locks = getenv("NIXLITE_TEST_LOCKS");
    if (!locks) return REAL(flock)(descriptor, operation);
    if (!strcmp(locks, "none")) return 0;
    errno = ENOLCK;
    return -1;
}

static time_t shift(void) {
    static atomic_int looks;
    const char *clock = getenv("NIXLITE_TEST_CLOCK");
    if (!clock) return 0;
    if (!strcmp(clock, "wild")) return atomic_fetch_add(&looks, 1) % 2 ? 3600 : -3600;
    return atol(clock);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = REAL(clock_gettime)(clock, time);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += shift();
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int result = REAL(gettimeofday)(time, zone);
    time->tv_sec += shift();
    return result;
}

time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}

/* Whether a name lies below the folder that is said to be read-only. */
static int is_readonly(int directory, const char *name) {
    const char *folder = getenv("NIXLITE_TEST_READONLY");
    if (!folder) return 0;
    char path[PATH_MAX], link[64];
    if (name[0] == '/') {
        snprintf(path, sizeof path, "%s", name);
    } else {
        if (directory == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        ssize_t count = readlink(link, path, sizeof path - 1);
        if (count < 0) return 0;
        snprintf(path + count, sizeof path - count, "/%s", name);
    }
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int is_full(void) {
    static atomic_long made;
    const char *count = getenv("NIXLITE_TEST_CREATIONS");
    return count && atomic_fetch_add(&made, 1) >= atol(count);
}

static int refuse(int number) {
    errno = number;
    return -1;
}

static int open_mode(int flags, va_list arguments) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, int) : 0;
}

#define OPENAT(name)                                                                              \
    int name(int directory, const char *path, int flags, ...) {                                   \
        va_list arguments;                                                                        \
        va_start(arguments, flags);                                                               \
        int mode = open_mode(flags, arguments);                                                   \
        va_end(arguments);                                                                        \
        if (((flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT) && is_readonly(directory, path)) \
            return refuse(EROFS);                                                                 \
        if (flags & O_CREAT && faccessat(directory, path, F_OK, AT_SYMLINK_NOFOLLOW) && is_full()) \
            return refuse(ENOSPC);                                                                \
        return REAL(name)(directory, path, flags, mode);                                          \
    }
OPENAT(openat)
OPENAT(openat64)

#define OPEN(name, at)                                  \
    int name(const char *path, int flags, ...) {        \
        va_list arguments;                              \
        va_start(arguments, flags);                     \
        int mode = open_mode(flags, arguments);         \
        va_end(arguments);                              \
        return at(AT_FDCWD, path, flags, mode);         \
    }
OPEN(open, openat)
OPEN(open64, openat64)

int faccessat(int directory, const char *path, int mode, int flags) {
    return mode & W_OK && is_readonly(directory, path) ? refuse(EROFS) : REAL(faccessat)(directory, path, mode, flags);
}

int access(const char *path, int mode) { return faccessat(AT_FDCWD, path, mode, 0); }

int eaccess(const char *path, int mode) { return faccessat(AT_FDCWD, path, mode, AT_EACCESS); }

int mkdirat(int directory, const char *path, mode_t mode) {
    if (is_readonly(directory, path)) return refuse(EROFS);
    if (faccessat(directory, path, F_OK, AT_SYMLINK_NOFOLLOW) && is_full()) return refuse(ENOSPC);
    return REAL(mkdirat)(directory, path, mode);
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int symlinkat(const char *target, int directory, const char *path) {
    if (is_readonly(directory, path)) return refuse(EROFS);
    if (is_full()) return refuse(ENOSPC);
    return REAL(symlinkat)(target, directory, path);
}

int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int unlinkat(int directory, const char *path, int flags) {
    return is_readonly(directory, path) ? refuse(EROFS) : REAL(unlinkat)(directory, path, flags);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int renameat(int from, const char *old, int to, const char *new) {
    return is_readonly(from, old) || is_readonly(to, new) ? refuse(EROFS) : REAL(renameat)(from, old, to, new);
}

int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }

int fchmodat(int directory, const char *path, mode_t mode, int flags) {
    return is_readonly(directory, path) ? refuse(EROFS) : REAL(fchmodat)(directory, path, mode, flags);
}
