# Sources that are fetched by a fixed-output derivation.
{
  lib,
  pkgs,
  placeholder,
}:
let
  inherit (pkgs.stdenv) mkDerivation;

  # The three attributes of a fixed output, from whichever way of writing a hash was used.
  fixedOutput =
    mode: given:
    let
      algorithm = builtins.filter (name: given.${name} or "" != "") [ "sha256" "sha512" "sha1" "md5" ];
      named = builtins.head algorithm;
    in
    {
      outputHashMode = mode;
    }
    // (
      if given.hash or "" != "" then
        {
          outputHashAlgo = null;
          outputHash = given.hash;
        }
      else if algorithm != [ ] then
        {
          outputHashAlgo = named;
          outputHash = given.${named};
        }
      else if given.outputHash or "" != "" then
        {
          outputHashAlgo = given.outputHashAlgo or null;
          inherit (given) outputHash;
        }
      else
        {
          outputHashAlgo = "sha256";
          outputHash = "";
        }
    );

  baseName =
    url:
    let
      path = builtins.head (builtins.match "([^?#]*).*" url);
    in
    baseNameOf path;

  # One file. Only the first address is used.
  fetchurl =
    {
      url ? builtins.head urls,
      urls ? [ url ],
      name ? if pname == null then baseName url else "${pname}-${version}",
      pname ? null,
      version ? "",
      executable ? false,
      meta ? { },
      passthru ? { },
      ...
    }@given:
    derivation (
      fixedOutput (if executable then "recursive" else "flat") given
      // {
        inherit
          name
          url
          executable
          ;
        urls = [ url ];
        system = "builtin";
        builder = "builtin:fetchurl";
        unpack = false;
        preferLocalBuild = true;
      }
    )
    // {
      inherit meta passthru;
    }
    // passthru;

  # An archive, unpacked; its one top folder is taken off unless stripRoot is false.
  fetchzip =
    {
      url ? builtins.head urls,
      urls ? [ url ],
      name ? "source",
      stripRoot ? true,
      extension ? null,
      postFetch ? "",
      meta ? { },
      passthru ? { },
      ...
    }@given:
    mkDerivation (
      fixedOutput "recursive" given
      // {
        inherit
          name
          url
          postFetch
          passthru
          meta
          ;
        archive = if extension == null then baseName url else "archive.${extension}";
        stripRoot = if stripRoot then "1" else "";
        buildCommand = ''
          curl -fsSL --retry 3 -o "$archive" "$url"
          mkdir unpacked
          case $archive in
            *.zip) unzip -q "$archive" -d unpacked ;;
            *) tar xf "$archive" -C unpacked ;;
          esac
          if [ -n "$stripRoot" ]; then
            if [ "$(ls -A unpacked | wc -l)" != 1 ]; then
              echo "the archive has more than one file at its top; stripRoot = false keeps them" >&2
              exit 1
            fi
            mv unpacked/* "$out"
          else
            mv unpacked "$out"
          fi
          eval "$postFetch"
        '';
      }
    );

  # A commit of a Git repository, without its history.
  fetchgit =
    {
      url,
      rev ? if tag == null then "HEAD" else "refs/tags/${tag}",
      tag ? null,
      name ? "source",
      fetchSubmodules ? true,
      fetchLFS ? false,
      leaveDotGit ? false,
      meta ? { },
      passthru ? { },
      ...
    }@given:
    mkDerivation (
      fixedOutput "recursive" given
      // {
        inherit
          name
          url
          rev
          passthru
          meta
          ;
        fetchSubmodules = if fetchSubmodules then "1" else "";
        fetchLFS = if fetchLFS then "1" else "";
        leaveDotGit = if leaveDotGit then "1" else "";
        buildCommand = ''
          export HOME=$PWD
          git init -q "$out"
          cd "$out"
          git fetch -q --depth 1 "$url" "$rev" || git fetch -q "$url" '+refs/*:refs/remotes/origin/*'
          git checkout -q "$(git rev-parse -q --verify FETCH_HEAD || echo "$rev")"
          if [ -n "$fetchLFS" ]; then git lfs fetch "$url"; git lfs checkout; fi
          if [ -n "$fetchSubmodules" ] && [ -e .gitmodules ]; then git submodule update -q --init --recursive; fi
          if [ -z "$leaveDotGit" ]; then find . -name .git -prune -exec rm -rf {} +; fi
        '';
      }
    );

  # An archive of a forge, or a clone of the repository where the archive would lack something.
  fromForge =
    archive: repository:
    {
      owner,
      repo,
      rev ? if tag == null then "HEAD" else "refs/tags/${tag}",
      tag ? null,
      name ? "source",
      fetchSubmodules ? false,
      fetchLFS ? false,
      leaveDotGit ? false,
      ...
    }@given:
    let
      shared = builtins.removeAttrs given [
        "owner"
        "repo"
        "domain"
        "group"
      ];
      result =
        if fetchSubmodules || fetchLFS || leaveDotGit then
          fetchgit (shared // { url = repository given; inherit name rev fetchSubmodules; })
        else
          fetchzip (shared // { url = archive (given // { inherit rev; }); inherit name; });
    in
    result // { inherit owner repo rev; };
in
{
  inherit fetchurl fetchzip fetchgit;
  fetchurlBoot = fetchurl;
  fetchFromGitHub = fromForge (
    {
      owner,
      repo,
      rev,
      githubBase ? "github.com",
      ...
    }:
    "https://${githubBase}/${owner}/${repo}/archive/${rev}.tar.gz"
  ) ({ owner, repo, githubBase ? "github.com", ... }: "https://${githubBase}/${owner}/${repo}.git");
  fetchFromGitLab = fromForge (
    {
      owner,
      repo,
      rev,
      domain ? "gitlab.com",
      ...
    }:
    "https://${domain}/${owner}/${repo}/-/archive/${rev}/${repo}.tar.gz"
  ) ({ owner, repo, domain ? "gitlab.com", ... }: "https://${domain}/${owner}/${repo}.git");
}
