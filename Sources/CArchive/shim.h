// libarchive's headers, and its file type macros (casts, which Swift does not import) as constants. No logic here.
#include <archive.h>
#include <archive_entry.h>

static const unsigned int nixlite_archive_regular = AE_IFREG;
static const unsigned int nixlite_archive_symlink = AE_IFLNK;
static const unsigned int nixlite_archive_directory = AE_IFDIR;
