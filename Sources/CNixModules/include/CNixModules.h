#pragma once
#include <stddef.h>
/// One bundled file of `nix/`: its path below that folder and its bytes.
struct nixlite_module { const char *path; const unsigned char *bytes; size_t length; };
/// All bundled files, ended by an entry whose path is null.
const struct nixlite_module *nixlite_modules(void);
