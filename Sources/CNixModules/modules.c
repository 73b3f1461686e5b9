// Written by Scripts/embed-nix: do not edit.
#include "CNixModules.h"


const struct nixlite_module *nixlite_modules(void) {
  static const struct nixlite_module modules[] = {
      {0, 0, 0}};
  return modules;
}
