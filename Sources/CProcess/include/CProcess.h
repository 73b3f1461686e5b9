#pragma once
/// Makes the spawned process start in `path`: glibc declares its own function for GNU sources only, which Swift's are not.
/// `actions` is a `posix_spawn_file_actions_t *`, unnamed so that this module does not take over the types of <spawn.h>.
int nixlite_spawn_add_chdir(void *actions, const char *path);
