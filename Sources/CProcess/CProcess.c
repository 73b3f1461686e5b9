#define _GNU_SOURCE
#include "CProcess.h"
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

int nixlite_spawn_add_chdir(void *actions, const char *path) { return posix_spawn_file_actions_addchdir_np(actions, path); }

int nixlite_spawn_add_closefrom(void *actions, int first) { return posix_spawn_file_actions_addclosefrom_np(actions, first); }

int nixlite_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
