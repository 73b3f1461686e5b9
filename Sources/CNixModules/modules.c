// Written by Scripts/embed-nix: do not edit.
#include "CNixModules.h"

static const unsigned char file_0[] = {
#embed "../../nix/default.nix" suffix(,)
    0};
static const unsigned char file_1[] = {
#embed "../../nix/devenv/default.nix" suffix(,)
    0};
static const unsigned char file_2[] = {
#embed "../../nix/devenv/modules/core.nix" suffix(,)
    0};
static const unsigned char file_3[] = {
#embed "../../nix/devenv/modules/dotenv.nix" suffix(,)
    0};
static const unsigned char file_4[] = {
#embed "../../nix/devenv/modules/languages.nix" suffix(,)
    0};
static const unsigned char file_5[] = {
#embed "../../nix/devenv/modules/scripts.nix" suffix(,)
    0};
static const unsigned char file_6[] = {
#embed "../../nix/devenv/modules/services.nix" suffix(,)
    0};
static const unsigned char file_7[] = {
#embed "../../nix/devenv/modules/shell.nix" suffix(,)
    0};
static const unsigned char file_8[] = {
#embed "../../nix/devenv/output.nix" suffix(,)
    0};
static const unsigned char file_9[] = {
#embed "../../nix/devenv/types.nix" suffix(,)
    0};
static const unsigned char file_10[] = {
#embed "../../nix/fetchurl.nix" suffix(,)
    0};
static const unsigned char file_11[] = {
#embed "../../nix/flakes/flake-parts.nix" suffix(,)
    0};
static const unsigned char file_12[] = {
#embed "../../nix/flakes/flake-utils.nix" suffix(,)
    0};
static const unsigned char file_13[] = {
#embed "../../nix/inputs.nix" suffix(,)
    0};
static const unsigned char file_14[] = {
#embed "../../nix/lib/asserts.nix" suffix(,)
    0};
static const unsigned char file_15[] = {
#embed "../../nix/lib/attrsets.nix" suffix(,)
    0};
static const unsigned char file_16[] = {
#embed "../../nix/lib/cli.nix" suffix(,)
    0};
static const unsigned char file_17[] = {
#embed "../../nix/lib/customisation.nix" suffix(,)
    0};
static const unsigned char file_18[] = {
#embed "../../nix/lib/debug.nix" suffix(,)
    0};
static const unsigned char file_19[] = {
#embed "../../nix/lib/default.nix" suffix(,)
    0};
static const unsigned char file_20[] = {
#embed "../../nix/lib/derivations.nix" suffix(,)
    0};
static const unsigned char file_21[] = {
#embed "../../nix/lib/fetchers.nix" suffix(,)
    0};
static const unsigned char file_22[] = {
#embed "../../nix/lib/fileset.nix" suffix(,)
    0};
static const unsigned char file_23[] = {
#embed "../../nix/lib/filesystem.nix" suffix(,)
    0};
static const unsigned char file_24[] = {
#embed "../../nix/lib/fixed-points.nix" suffix(,)
    0};
static const unsigned char file_25[] = {
#embed "../../nix/lib/generators.nix" suffix(,)
    0};
static const unsigned char file_26[] = {
#embed "../../nix/lib/licenses.nix" suffix(,)
    0};
static const unsigned char file_27[] = {
#embed "../../nix/lib/lists.nix" suffix(,)
    0};
static const unsigned char file_28[] = {
#embed "../../nix/lib/meta.nix" suffix(,)
    0};
static const unsigned char file_29[] = {
#embed "../../nix/lib/modules.nix" suffix(,)
    0};
static const unsigned char file_30[] = {
#embed "../../nix/lib/options.nix" suffix(,)
    0};
static const unsigned char file_31[] = {
#embed "../../nix/lib/path.nix" suffix(,)
    0};
static const unsigned char file_32[] = {
#embed "../../nix/lib/sources.nix" suffix(,)
    0};
static const unsigned char file_33[] = {
#embed "../../nix/lib/strings-with-deps.nix" suffix(,)
    0};
static const unsigned char file_34[] = {
#embed "../../nix/lib/strings.nix" suffix(,)
    0};
static const unsigned char file_35[] = {
#embed "../../nix/lib/systems/default.nix" suffix(,)
    0};
static const unsigned char file_36[] = {
#embed "../../nix/lib/systems/doubles.nix" suffix(,)
    0};
static const unsigned char file_37[] = {
#embed "../../nix/lib/systems/inspect.nix" suffix(,)
    0};
static const unsigned char file_38[] = {
#embed "../../nix/lib/systems/parse.nix" suffix(,)
    0};
static const unsigned char file_39[] = {
#embed "../../nix/lib/trivial.nix" suffix(,)
    0};
static const unsigned char file_40[] = {
#embed "../../nix/lib/types.nix" suffix(,)
    0};
static const unsigned char file_41[] = {
#embed "../../nix/lib/versions.nix" suffix(,)
    0};
static const unsigned char file_42[] = {
#embed "../../nix/model-repo/configuration.nix" suffix(,)
    0};
static const unsigned char file_43[] = {
#embed "../../nix/model-repo/default.nix" suffix(,)
    0};
static const unsigned char file_44[] = {
#embed "../../nix/model-repo/fetch-model.nix" suffix(,)
    0};
static const unsigned char file_45[] = {
#embed "../../nix/model-repo/integration.nix" suffix(,)
    0};
static const unsigned char file_46[] = {
#embed "../../nix/model-repo/models.nix" suffix(,)
    0};
static const unsigned char file_47[] = {
#embed "../../nix/model-repo/modules/devenv.nix" suffix(,)
    0};
static const unsigned char file_48[] = {
#embed "../../nix/model-repo/modules/home-manager.nix" suffix(,)
    0};
static const unsigned char file_49[] = {
#embed "../../nix/model-repo/modules/nixos.nix" suffix(,)
    0};
static const unsigned char file_50[] = {
#embed "../../nix/model-repo/modules/options.nix" suffix(,)
    0};
static const unsigned char file_51[] = {
#embed "../../nix/model-repo/sources/default.nix" suffix(,)
    0};
static const unsigned char file_52[] = {
#embed "../../nix/model-repo/sources/factories.nix" suffix(,)
    0};
static const unsigned char file_53[] = {
#embed "../../nix/model-repo/validation/presets.nix" suffix(,)
    0};
static const unsigned char file_54[] = {
#embed "../../nix/model-repo/validation/validators.nix" suffix(,)
    0};
static const unsigned char file_55[] = {
#embed "../../nix/model-repo/version.nix" suffix(,)
    0};
static const unsigned char file_56[] = {
#embed "../../nix/nixpkgs/default.nix" suffix(,)
    0};
static const unsigned char file_57[] = {
#embed "../../nix/nixpkgs/lib/default.nix" suffix(,)
    0};
static const unsigned char file_58[] = {
#embed "../../nix/pkgs/call-package.nix" suffix(,)
    0};
static const unsigned char file_59[] = {
#embed "../../nix/pkgs/default.nix" suffix(,)
    0};
static const unsigned char file_60[] = {
#embed "../../nix/pkgs/fetchers.nix" suffix(,)
    0};
static const unsigned char file_61[] = {
#embed "../../nix/pkgs/formats.nix" suffix(,)
    0};
static const unsigned char file_62[] = {
#embed "../../nix/pkgs/placeholder.nix" suffix(,)
    0};
static const unsigned char file_63[] = {
#embed "../../nix/pkgs/python.nix" suffix(,)
    0};
static const unsigned char file_64[] = {
#embed "../../nix/pkgs/stdenv.nix" suffix(,)
    0};
static const unsigned char file_65[] = {
#embed "../../nix/pkgs/trivial-builders.nix" suffix(,)
    0};
static const unsigned char file_66[] = {
#embed "../../nix/project/default.nix" suffix(,)
    0};
static const unsigned char file_67[] = {
#embed "../../nix/project/inputs.nix" suffix(,)
    0};
static const unsigned char file_68[] = {
#embed "../../nix/project/wishes.nix" suffix(,)
    0};
static const unsigned char file_69[] = {
#embed "../../nix/systems/default.nix" suffix(,)
    0};

const struct nixlite_module *nixlite_modules(void) {
  static const struct nixlite_module modules[] = {
      {"default.nix", file_0, sizeof file_0 - 1},
      {"devenv/default.nix", file_1, sizeof file_1 - 1},
      {"devenv/modules/core.nix", file_2, sizeof file_2 - 1},
      {"devenv/modules/dotenv.nix", file_3, sizeof file_3 - 1},
      {"devenv/modules/languages.nix", file_4, sizeof file_4 - 1},
      {"devenv/modules/scripts.nix", file_5, sizeof file_5 - 1},
      {"devenv/modules/services.nix", file_6, sizeof file_6 - 1},
      {"devenv/modules/shell.nix", file_7, sizeof file_7 - 1},
      {"devenv/output.nix", file_8, sizeof file_8 - 1},
      {"devenv/types.nix", file_9, sizeof file_9 - 1},
      {"fetchurl.nix", file_10, sizeof file_10 - 1},
      {"flakes/flake-parts.nix", file_11, sizeof file_11 - 1},
      {"flakes/flake-utils.nix", file_12, sizeof file_12 - 1},
      {"inputs.nix", file_13, sizeof file_13 - 1},
      {"lib/asserts.nix", file_14, sizeof file_14 - 1},
      {"lib/attrsets.nix", file_15, sizeof file_15 - 1},
      {"lib/cli.nix", file_16, sizeof file_16 - 1},
      {"lib/customisation.nix", file_17, sizeof file_17 - 1},
      {"lib/debug.nix", file_18, sizeof file_18 - 1},
      {"lib/default.nix", file_19, sizeof file_19 - 1},
      {"lib/derivations.nix", file_20, sizeof file_20 - 1},
      {"lib/fetchers.nix", file_21, sizeof file_21 - 1},
      {"lib/fileset.nix", file_22, sizeof file_22 - 1},
      {"lib/filesystem.nix", file_23, sizeof file_23 - 1},
      {"lib/fixed-points.nix", file_24, sizeof file_24 - 1},
      {"lib/generators.nix", file_25, sizeof file_25 - 1},
      {"lib/licenses.nix", file_26, sizeof file_26 - 1},
      {"lib/lists.nix", file_27, sizeof file_27 - 1},
      {"lib/meta.nix", file_28, sizeof file_28 - 1},
      {"lib/modules.nix", file_29, sizeof file_29 - 1},
      {"lib/options.nix", file_30, sizeof file_30 - 1},
      {"lib/path.nix", file_31, sizeof file_31 - 1},
      {"lib/sources.nix", file_32, sizeof file_32 - 1},
      {"lib/strings-with-deps.nix", file_33, sizeof file_33 - 1},
      {"lib/strings.nix", file_34, sizeof file_34 - 1},
      {"lib/systems/default.nix", file_35, sizeof file_35 - 1},
      {"lib/systems/doubles.nix", file_36, sizeof file_36 - 1},
      {"lib/systems/inspect.nix", file_37, sizeof file_37 - 1},
      {"lib/systems/parse.nix", file_38, sizeof file_38 - 1},
      {"lib/trivial.nix", file_39, sizeof file_39 - 1},
      {"lib/types.nix", file_40, sizeof file_40 - 1},
      {"lib/versions.nix", file_41, sizeof file_41 - 1},
      {"model-repo/configuration.nix", file_42, sizeof file_42 - 1},
      {"model-repo/default.nix", file_43, sizeof file_43 - 1},
      {"model-repo/fetch-model.nix", file_44, sizeof file_44 - 1},
      {"model-repo/integration.nix", file_45, sizeof file_45 - 1},
      {"model-repo/models.nix", file_46, sizeof file_46 - 1},
      {"model-repo/modules/devenv.nix", file_47, sizeof file_47 - 1},
      {"model-repo/modules/home-manager.nix", file_48, sizeof file_48 - 1},
      {"model-repo/modules/nixos.nix", file_49, sizeof file_49 - 1},
      {"model-repo/modules/options.nix", file_50, sizeof file_50 - 1},
      {"model-repo/sources/default.nix", file_51, sizeof file_51 - 1},
      {"model-repo/sources/factories.nix", file_52, sizeof file_52 - 1},
      {"model-repo/validation/presets.nix", file_53, sizeof file_53 - 1},
      {"model-repo/validation/validators.nix", file_54, sizeof file_54 - 1},
      {"model-repo/version.nix", file_55, sizeof file_55 - 1},
      {"nixpkgs/default.nix", file_56, sizeof file_56 - 1},
      {"nixpkgs/lib/default.nix", file_57, sizeof file_57 - 1},
      {"pkgs/call-package.nix", file_58, sizeof file_58 - 1},
      {"pkgs/default.nix", file_59, sizeof file_59 - 1},
      {"pkgs/fetchers.nix", file_60, sizeof file_60 - 1},
      {"pkgs/formats.nix", file_61, sizeof file_61 - 1},
      {"pkgs/placeholder.nix", file_62, sizeof file_62 - 1},
      {"pkgs/python.nix", file_63, sizeof file_63 - 1},
      {"pkgs/stdenv.nix", file_64, sizeof file_64 - 1},
      {"pkgs/trivial-builders.nix", file_65, sizeof file_65 - 1},
      {"project/default.nix", file_66, sizeof file_66 - 1},
      {"project/inputs.nix", file_67, sizeof file_67 - 1},
      {"project/wishes.nix", file_68, sizeof file_68 - 1},
      {"systems/default.nix", file_69, sizeof file_69 - 1},
      {0, 0, 0}};
  return modules;
}
