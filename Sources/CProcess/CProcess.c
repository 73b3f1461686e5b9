#define _GNU_SOURCE
#include "CProcess.h"
#include <spawn.h>

int nixlite_spawn_add_chdir(void *actions, const char *path) { return posix_spawn_file_actions_addchdir_np(actions, path); }
