// Reserving the blocks of a file, which the Glibc module leaves out.
#include <errno.h>
#include <linux/falloc.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Reserves `size` bytes from the start without changing the file's size; returns 0 or errno.
static inline int nixlite_reserve(int descriptor, long size) {
    return syscall(SYS_fallocate, descriptor, FALLOC_FL_KEEP_SIZE, 0L, size) == 0 ? 0 : errno;
}
