"""The source git-lfs against git http-backend, giftless and sshd, compared with what git and git-lfs give."""

import os
import pathlib
import random
import shutil
import socket
import stat
import subprocess
import time

import pytest
from git_peers import GitServer, WorkTree, cloned_tree, git, tree
from workbench import FAKE_HASH, Project, got_hash, starting

LOGIN = "reader:Secret-Of-Reader"


def content(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> pathlib.Path:
    return tmp_path_factory.mktemp("git")


@pytest.fixture(scope="module")
def work(place) -> WorkTree:
    """A repository with everything that a tree can have."""
    work = WorkTree(place / "work")
    git(work.folder, "lfs", "track", "*.bin", "weights/**")
    work.write("README.md", b"a model\n")
    work.write("model.bin", content(1, 3_000_000))
    work.write("same.bin", content(1, 3_000_000))
    work.write("tool.bin", b"#!/bin/sh\n" + content(2, 2_000), executable=True)
    work.write("run.sh", b"#!/bin/sh\nexit 0\n", executable=True)
    work.write("empty.bin", b"")
    work.write("weights/a folder/wei#ght?%20 é.dat", content(3, 70_000))
    work.write("sub/config.json", b"{}\n")
    work.write("sub/deep/model.bin", content(4, 40_000))
    work.write("windows.txt", b"one\ntwo\n")
    (work.folder / "link").symlink_to("sub/config.json")
    with (work.folder / ".gitattributes").open("a") as attributes:
        attributes.write("windows.txt text eol=crlf\nsub/plain.bin -filter\n")
    work.write("sub/plain.bin", b"not in LFS\n")
    git(work.folder, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(submodule(place)), "other")
    work.commit()
    git(work.folder, "tag", "-a", "-m", "a release", "v1.0")
    git(work.folder, "tag", "light")
    work.write("model.bin", content(5, 100_000))
    work.commit("another")
    git(work.folder, "branch", "feature/x")
    return work


def submodule(place: pathlib.Path) -> pathlib.Path:
    other = WorkTree(place / "submodule")
    other.write("file", b"of another repository\n")
    other.commit()
    return other.folder


@pytest.fixture(scope="module")
def start_server(place, work):
    """Starts servers of one set of repositories with the flags a test asks for."""
    first = GitServer(place, place / "push.jsonl")
    url = first.make_repository("org/model")
    work.push(url, "main", "feature/x", "v1.0", "light")
    first.stop()

    with starting(lambda number, *flags: GitServer(place, place / f"requests-{number}.jsonl", *flags)) as start:
        yield start


@pytest.fixture(scope="module")
def server(start_server) -> GitServer:
    return start_server()


def source(url: str, revision: str, more: str = "", kind: str = "git-lfs") -> str:
    return f'source.{kind} = {{ url = "{url}"; rev = "{revision}"; {more} }};'


class Builder:
    """A project that builds one model and compares it."""

    def __init__(self, project: Project):
        self.project = project

    def attempt(self, model: str, more: str = "", hash_value: str = FAKE_HASH):
        self.project.write_models(f'm = {{ {model} hash = "{hash_value}"; {more} }};')
        return self.project.run("build", ".#models.m", "--print-out-paths")

    def build(self, model: str, more: str = "") -> pathlib.Path:
        """Builds against the hash that was got; the raw output."""
        refused = self.attempt(model, more)
        assert refused.returncode == 1, refused.stderr
        self.hash = got_hash(refused.stderr)
        self.errors = refused.stderr
        result = self.attempt(model, more, self.hash)
        assert result.returncode == 0, result.stderr
        raw = [path for path in (self.project.store / "nix/store").glob("*-raw") if path.is_dir()]
        return max(raw, key=lambda path: path.stat().st_ctime)

    def refused(self, model: str, more: str = "") -> str:
        result = self.attempt(model, more)
        assert result.returncode == 1
        assert "got:" not in result.stderr
        return result.stderr


@pytest.fixture
def builder(tmp_path) -> Builder:
    return Builder(Project(tmp_path / "work", "http://127.0.0.1:1"))


@pytest.mark.parametrize("revision", ["main", "feature/x", "v1.0", "light", "refs/heads/main", "HEAD", "commit", "older"])
def test_equals_git_and_git_lfs(builder, server, work, tmp_path, revision):
    commits = {"commit": "HEAD", "older": "HEAD~1"}
    if revision in commits:
        revision = git(work.folder, "rev-parse", commits[revision])
    url = f"{server.address}/org/model.git"
    expected = cloned_tree(url, revision, tmp_path / "clone")
    raw = builder.build(source(url, revision))
    assert tree(raw) == tree(expected)
    assert tree(raw)["other"] == ("folder",)
    assert builder.hash == builder.project.succeed("hash", "path", str(expected)).strip()


def test_one_batch_and_one_download_for_each_content(builder, server, work):
    before = len(server.requests())
    builder.build(source(f"{server.address}/org/model.git", "v1.0"))
    asked = server.requests()[before:]
    batches = [entry for entry in asked if entry["path"].endswith("/objects/batch")]
    downloads = [entry["path"] for entry in asked if entry["method"] == "GET" and "/objects/storage/" in entry["path"]]
    assert len(batches) == 1
    assert len(downloads) == len(set(downloads)) == 4
    assert all("jwt=" in entry["query"] for entry in asked if "/objects/storage/" in entry["path"])


def test_many_objects_are_asked_for_by_the_hundred(builder, server, tmp_path):
    many = WorkTree(tmp_path / "many")
    git(many.folder, "lfs", "track", "*.bin")
    for number in range(230):
        many.write(f"{number}.bin", f"content {number}".encode())
    many.commit()
    url = server.make_repository("org/many")
    many.push(url)
    before = len(server.requests())
    raw = builder.build(source(url, "main"))
    assert tree(raw) == tree(cloned_tree(url, "main", tmp_path / "clone"))
    asked = server.requests()[before:]
    assert sum(entry["path"].endswith("/objects/batch") for entry in asked) >= 3


def test_subdir_and_selection(builder, server, work):
    url = f"{server.address}/org/model.git"
    raw = builder.build(source(url, "v1.0", 'subdir = "sub"; lfsFiles = [ "deep/*" ];'))
    assert tree(raw) == {
        "config.json": ("file", False, b"{}\n"),
        "plain.bin": ("file", False, b"not in LFS\n"),
        "deep": ("folder",),
        "deep/model.bin": ("file", False, content(4, 40_000)),
    }


def test_selection_leaves_other_large_files_out(builder, server, work):
    raw = builder.build(source(f"{server.address}/org/model.git", "v1.0", 'lfsFiles = [ "model.bin" ];'))
    names = set(tree(raw))
    assert {"README.md", "model.bin", "empty.bin", "run.sh", "sub/plain.bin"} <= names
    assert not {"same.bin", "tool.bin", "sub/deep/model.bin"} & names


def test_factory(builder, server, work):
    project = builder.project
    (project.folder / "devenv.yaml").write_text("inputs:\n  nix-model-repo:\n    url: github:parthspatel/nix-model-repo\n")
    (project.folder / "devenv.nix").write_text(f"""{{ inputs, ... }}: {{
      services.model-repo.enable = true;
      services.model-repo.models.m = {{
        source = inputs.nix-model-repo.lib.sources.mkGitLfs {{ baseUrl = "{server.address}/org"; }}
          {{ repo = "model"; rev = "light"; files = [ "tool.bin" ]; }};
        hash = "{FAKE_HASH}";
      }};
    }}""")
    result = project.run("build", ".#models.m")
    assert got_hash(result.stderr)
    (raw,) = [path for path in (project.store / "nix/store").glob("*-raw") if path.is_dir()]
    assert tree(raw)["tool.bin"] == ("file", True, b"#!/bin/sh\n" + content(2, 2_000))


def test_git_xet_is_the_same(builder, server, work):
    url = f"{server.address}/org/model.git"
    large = builder.build(source(url, "v1.0"))
    first = builder.hash
    builder.build(source(url, "v1.0", kind="git-xet"))
    assert builder.hash == first
    assert tree(large)


def test_local_repository(builder, work, tmp_path):
    git(work.folder, "lfs", "fetch", "--all", str(work.folder))
    raw = builder.build(source(f"file://{work.folder}", "v1.0"))
    first = builder.hash
    assert tree(raw)["model.bin"] == ("file", False, content(1, 3_000_000))
    builder.build(source(str(work.folder), "v1.0"))
    assert builder.hash == first


@pytest.fixture(scope="module")
def guarded(start_server) -> GitServer:
    return start_server("--login", LOGIN)


def secret_is_nowhere(builder: Builder, *outputs: str) -> None:
    secret = LOGIN.split(":")[1]
    assert all(secret not in output for output in outputs)
    found = subprocess.run(["grep", "-rl", secret, str(builder.project.store)], capture_output=True, text=True)
    assert found.stdout == ""


@pytest.mark.parametrize("way", ["variables", "token", "url", "netrc", "named netrc", "helper", "askpass"])
def test_logins(builder, guarded, work, way):
    user, password = LOGIN.split(":")
    address = guarded.address
    project = builder.project
    more = ""
    if way == "variables":
        more = 'auth = { usernameEnvVar = "GIT_USER"; passwordEnvVar = "GIT_PASSWORD"; };'
        project.environment |= {"GIT_USER": user, "GIT_PASSWORD": password}
    elif way == "token":
        more = 'auth = { usernameEnvVar = "GIT_USER"; tokenEnvVar = "GIT_TOKEN"; };'
        project.environment |= {"GIT_USER": user, "GIT_TOKEN": password}
    elif way == "url":
        address = address.replace("://", f"://{LOGIN}@")
    elif way in ("netrc", "named netrc"):
        file = project.home / (".netrc" if way == "netrc" else "other")
        file.write_text(f"machine 127.0.0.1 login {user} password {password}\n")
        if way == "named netrc":
            project.environment["NETRC"] = str(file)
    elif way == "helper":
        (project.home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
        (project.home / ".git-credentials").write_text(address.replace("://", f"://{LOGIN}@") + "\n")
    else:
        script = project.home / "askpass"
        script.write_text(f'#!/bin/sh\ncase "$1" in Username*) echo {user};; *) echo {password};; esac\n')
        script.chmod(0o755)
        project.environment["GIT_ASKPASS"] = str(script)
    before = len(guarded.requests())
    if way == "url":
        # A secret in a URL is part of the derivation, where Nix has it too: only the fetch is looked at.
        result = builder.attempt(source(f"{address}/org/model.git", "v1.0"))
        assert "got:" in result.stderr, result.stderr
        assert password not in result.stderr
        return
    raw = builder.build(source(f"{address}/org/model.git", "v1.0"), more)
    assert tree(raw)["model.bin"] == ("file", False, content(1, 3_000_000))
    secret_is_nowhere(builder, builder.errors)
    assert len(guarded.requests()) > before


@pytest.mark.parametrize("wrong", [None, "wrong"])
def test_refused_logins(builder, guarded, work, wrong):
    more = ""
    if wrong:
        more = 'auth.tokenEnvVar = "GIT_TOKEN";'
        builder.project.environment["GIT_TOKEN"] = wrong
    errors = builder.refused(source(f"{guarded.address}/org/model.git", "v1.0"), more)
    assert "no access to" in errors and "hint:" in errors


def test_token_of_one_server_is_not_sent_to_another(builder, start_server, guarded, work, tmp_path):
    """The commit's .lfsconfig names another server, which gets no credentials but its own."""
    other = start_server("--login", "someone:else")
    strange = WorkTree(tmp_path / "strange")
    git(strange.folder, "lfs", "track", "*.bin")
    strange.write("a.bin", b"large")
    strange.write(".lfsconfig", f"[lfs]\n\turl = {other.address}/org/model.git/info/lfs\n".encode())
    strange.commit()
    bare = guarded.repositories / "org/strange.git"
    git(strange.folder, "clone", "--quiet", "--bare", str(strange.folder), str(bare), environment={"GIT_LFS_SKIP_PUSH": "1"})
    builder.project.environment |= {"GIT_USER": "reader", "GIT_PASSWORD": LOGIN.split(":")[1]}
    more = 'auth = { usernameEnvVar = "GIT_USER"; passwordEnvVar = "GIT_PASSWORD"; };'
    errors = builder.refused(source(f"{guarded.address}/org/strange.git", "main"), more)
    assert "the LFS server" in errors and "wants credentials" in errors
    assert [entry["authorization"] for entry in other.requests() if entry["path"].endswith("/batch")] == [None]


def test_permissions_that_end_on_the_way(builder, start_server, work, tmp_path):
    server = start_server("--permits", "2")
    # A limit of bandwidth means one connection: the third file finds its permission ended.
    raw = builder.build(source(f"{server.address}/org/model.git", "v1.0"), 'network.bandwidth.limit = "1G";')
    assert tree(raw) == tree(cloned_tree(f"file://{work.folder}", "v1.0", tmp_path / "clone"))
    assert sum(entry["path"].endswith("/objects/batch") for entry in server.requests()) >= 2


def test_missing_object_is_named(builder, start_server, tmp_path):
    server = start_server()
    work = WorkTree(tmp_path / "lacking")
    git(work.folder, "lfs", "track", "*.bin")
    work.write("lost.bin", b"never pushed")
    work.commit()
    git(tmp_path, "clone", "--quiet", "--bare", str(work.folder), str(server.repositories / "org/lacking.git"))
    errors = builder.refused(source(f"{server.address}/org/lacking.git", "main"))
    assert "'lost.bin'" in errors and "404" in errors


def test_corrupt_object_is_refused(builder, start_server, place, tmp_path):
    server = start_server()
    work = WorkTree(tmp_path / "corrupt")
    git(work.folder, "lfs", "track", "*.bin")
    work.write("a.bin", b"right content")
    work.commit()
    url = server.make_repository("org/corrupt")
    work.push(url)
    (stored,) = (place / "objects/org/corrupt").iterdir()
    stored.write_bytes(b"wrong content")
    errors = builder.refused(source(url, "main"))
    assert "does not have the expected hash" in errors


def test_extensions_are_refused(builder, start_server, tmp_path):
    """A pointer of a file that a program changed on its way in: git-lfs itself wants that program."""
    server = start_server()
    work = WorkTree(tmp_path / "extended")
    digest = "0" * 64
    lines = ["version https://git-lfs.github.com/spec/v1", f"ext-0-case-inverter sha256:{digest}", f"oid sha256:{digest}", "size 3"]
    work.write("a.bin", "\n".join([*lines, ""]).encode())
    # As it is: git-lfs would make a pointer of the pointer.
    git(work.folder, "add", "a.bin")
    work.write(".gitattributes", b"*.bin filter=lfs\n")
    git(work.folder, "add", ".gitattributes")
    git(work.folder, "commit", "--quiet", "--message", "x")
    git(tmp_path, "clone", "--quiet", "--bare", str(work.folder), str(server.repositories / "org/extended.git"))
    errors = builder.refused(source(f"{server.address}/org/extended.git", "main"))
    assert "'a.bin'" in errors and "the Git LFS extension 'case-inverter'" in errors


def test_unknown_revisions_and_repositories(builder, server, work):
    url = f"{server.address}/org/model.git"
    assert "has no branch or tag 'nowhere'" in builder.refused(source(url, "nowhere"))
    assert "has no commit '" + "1" * 40 in builder.refused(source(url, "1" * 40))
    assert "whole hash" in builder.refused(source(url, "abcdef1"))
    assert "'abc123...' is no name" in builder.refused(source(url, "abc123..."))
    assert "does not exist" in builder.refused(source(f"{server.address}/org/nothing.git", "main"))
    assert "has nothing below 'nowhere'" in builder.refused(source(url, "main", 'subdir = "nowhere";'))
    assert "match '*.gguf'" in builder.refused(source(url, "main", 'lfsFiles = [ "*.gguf" ];'))


@pytest.mark.parametrize("url", ["ext::sh -c id", "--upload-pack=id", "ssh://-oProxyCommand=id/x", "ftp://host/x", "relative"])
def test_hostile_addresses_are_refused(builder, url):
    assert "is not usable as a Git repository" in builder.refused(source(url, "main"))


def test_settings_of_the_user_do_not_change_the_content(builder, server, work):
    url = f"{server.address}/org/model.git"
    builder.build(source(url, "v1.0"))
    first = builder.hash
    (builder.project.home / ".gitconfig").write_text(
        '[core]\n\tautocrlf = true\n\tsymlinks = false\n\tattributesFile = ~/attributes\n[filter "upper"]\n\tsmudge = tr a-z A-Z\n'
    )
    (builder.project.home / "attributes").write_text("* filter=upper\n")
    shutil.rmtree(builder.project.store, onerror=make_writable)
    builder.build(source(url, "v1.0"))
    assert builder.hash == first


def make_writable(function, path, _) -> None:
    os.chmod(os.path.dirname(path), stat.S_IRWXU)
    function(path)


def test_address_rewritten_by_the_user(builder, server, work):
    (builder.project.home / ".gitconfig").write_text(f'[url "{server.address}/org/"]\n\tinsteadOf = "https://models.invalid/"\n')
    raw = builder.build(source("https://models.invalid/model.git", "v1.0"))
    assert tree(raw)["tool.bin"][1] is True


@pytest.fixture(scope="module")
def secure_shell(place, server, work):
    """An sshd of this user that serves the repositories, and where their large files are; how to reach it."""
    folder = place / "ssh"
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    command = folder / "command"
    command.write_text(f"""#!/bin/sh
echo "$SSH_ORIGINAL_COMMAND" >> {folder}/commands
set -- $SSH_ORIGINAL_COMMAND
case "$1" in
git-upload-pack) exec git upload-pack "{server.repositories}/$(echo "$2" | tr -d "'")" ;;
git-lfs-authenticate) echo '{{"href": "{server.address}/org/model.git/info/lfs", "header": {{"X-From": "ssh"}}, "expires_in": 60}}' ;;
*) echo "no $1" >&2; exit 1 ;;
esac
""")
    command.chmod(0o755)
    key = (folder / "user.pub").read_text()
    (folder / "authorized").write_text(f'command="{command}" {key}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(f"""Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PidFile none
AcceptEnv GIT_PROTOCOL
""")
    if os.getuid() == 0:
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    log = (folder / "log").open("wb")
    process = subprocess.Popen([shutil.which("sshd", path="/usr/sbin:/usr/bin"), "-D", "-e", "-f", str(folder / "config")], stderr=log)
    while True:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    options = f"-i {folder}/user -o IdentitiesOnly=yes -o UserKnownHostsFile={folder}/known -o StrictHostKeyChecking=accept-new"
    yield port, {"GIT_SSH_COMMAND": f"ssh -F none {options}"}, folder / "commands"
    process.terminate()
    process.wait()


def test_over_ssh(builder, secure_shell, work, tmp_path):
    port, environment, commands = secure_shell
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    builder.project.environment |= environment
    raw = builder.build(source(f"ssh://{user}@127.0.0.1:{port}/org/model.git", "v1.0"))
    assert tree(raw) == tree(cloned_tree(f"file://{work.folder}", "v1.0", tmp_path / "clone"))
    assert "git-lfs-authenticate /org/model.git download" in commands.read_text().splitlines()


def test_ssh_that_refuses(builder, secure_shell):
    port, environment, _ = secure_shell
    builder.project.environment["GIT_SSH_COMMAND"] = "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i /nonexistent -o IdentitiesOnly=yes"
    errors = builder.refused(source(f"ssh://nobody@127.0.0.1:{port}/org/model.git", "main"))
    assert "no access to" in errors and "Permission denied" in errors


@pytest.mark.parametrize("where", ["server", "folder"])
def test_fetch_git(builder, server, work, tmp_path, where):
    """`fetchGit` with `lfs = true`: contents in place of pointers, everything else as it is in the commit."""
    url = f"{server.address}/org/model.git" if where == "server" else f"file://{work.folder}"
    commit = git(work.folder, "rev-parse", "HEAD~1")

    def fetched(more: str) -> dict[str, tuple]:
        expression = f'"${{builtins.fetchGit {{ url = "{url}"; rev = "{commit}"; {more} }}}}"'
        path = builder.project.succeed("eval", "--impure", "--raw", "--expr", expression).strip()
        return tree(builder.project.real(path))

    expected = tree(cloned_tree(f"{server.address}/org/model.git", commit, tmp_path / "clone"))
    expected["windows.txt"] = ("file", False, b"one\ntwo\n")
    assert fetched("lfs = true;") == expected
    pointer = fetched("")["model.bin"][2]
    assert pointer.startswith(b"version https://git-lfs.github.com/spec/v1\n") and len(pointer) < 200
