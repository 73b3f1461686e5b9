#pragma once
// What glibc declares for GNU sources only, which Swift's are not. `actions` is a `posix_spawn_file_actions_t *`, unnamed so
// that this module does not take over the types of <spawn.h>.

/// Makes the spawned process start in `path`.
int nixlite_spawn_add_chdir(void *actions, const char *path);
/// Makes the spawned process begin without the descriptors from `first` on.
int nixlite_spawn_add_closefrom(void *actions, int first);
/// Opens a pipe, read end first, that no spawned process inherits.
int nixlite_pipe(int ends[2]);
