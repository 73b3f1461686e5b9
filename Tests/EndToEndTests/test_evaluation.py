"""`nixlite eval` and `nixlite instantiate` on files as people have them."""

import json
import subprocess

import pytest
from workbench import NIXLITE

FLAKE = """{
  inputs = { nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable"; nix-model-repo.url = "github:parthspatel/nix-model-repo";
    devenv.url = "github:cachix/devenv"; };
  outputs = { self, nixpkgs, devenv, nix-model-repo, ... }@inputs:
    let pkgs = nixpkgs.legacyPackages.x86_64-linux; in {
      answer = 42;
      devShells.x86_64-linux.default = devenv.lib.mkShell {
        inherit inputs pkgs;
        modules = [ nix-model-repo.devenvModules.default {
          services.model-repo = { enable = true; models.bert = {
            source.huggingface.repo = "nixlite/tiny-bert"; hash = nixpkgs.lib.fakeHash; }; };
        } ];
      };
    };
}
"""


def test_expression(project):
    assert project.succeed("eval", "-E", "1 + 2") == "3\n"
    assert project.succeed("eval", "--raw", "-E", '"text"') == "text"
    assert json.loads(project.succeed("eval", "--json", "-E", "{ a = [ 1 null ]; }")) == {"a": [1, None]}
    assert project.succeed("eval", "-E", "[ 1 2 ]", "--apply", "builtins.length") == "2\n"


def test_file_and_attribute(project):
    (project.folder / "values.nix").write_text("{ name ? \"nobody\" }: { greeting = \"hello ${name}\"; }\n")
    output = project.succeed("eval", "-f", "values.nix", "greeting", "--argstr", "name", "you")
    assert output == '"hello you"\n'


def test_devenv_attributes(project):
    project.write_model("bert", "nixlite/tiny-bert", more='revision = "main";')
    output = project.succeed("eval", "--json", "devenv.nix#services.model-repo.models.bert.source")
    assert json.loads(output)["huggingface"]["repo"] == "nixlite/tiny-bert"


def test_bundled_nixpkgs_is_imported(project):
    (project.folder / "devenv.nix").write_text(
        '{ inputs, ... }: let p = import inputs.nixpkgs { system = "x86_64-linux"; }; in { env.X = p.lib.toUpper "x"; }'
    )
    assert project.succeed("eval", "--raw", "devenv.nix#env.X") == "X"


def test_error_is_nix_s(project):
    result = project.run("eval", "-E", "{ a = 1; }.b")
    assert result.returncode == 1
    assert "error: attribute 'b' missing" in result.stderr


def test_flake(project):
    (project.folder / "flake.nix").write_text(FLAKE)
    assert project.succeed("eval", ".#answer") == "42\n"
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "nixlite-tiny-bert-raw.drv" in result.stderr and "got:" in result.stderr


def test_unknown_option_is_named(project):
    project.write_models("", "services.model-repo.cachDir = \"x\";")
    result = project.run("eval", "devenv.nix")
    assert result.returncode == 1
    assert "services.model-repo.cachDir" in result.stderr
    assert "devenv.nix" in result.stderr


@pytest.mark.parametrize(
    "model, words",
    [
        ("source = { };", "source"),
        ('source = { huggingface.repo = "a/b"; url.urls = [ "http://x/y" ]; };', "source"),
        ("source.huggingface = { };", "repo"),
        ('source.huggingface.repo = "no-slash";', "org/model"),
    ],
)
def test_bad_models_are_explained(project, model, words):
    project.write_models(f"bert = {{ {model} hash = lib.fakeHash; }};")
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "Invalid fetchModel configuration" in result.stderr, result.stderr
    assert words in result.stderr


def test_version():
    result = subprocess.run([NIXLITE, "--version"], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0
    assert result.stdout.startswith("nixlite ")
