"""What an evaluation fetched, the next one does not ask for again: counted at a real nginx and at a real Git server."""

import shutil
import tarfile

import pytest
from git_peers import GitServer, WorkTree
from real_servers import Nginx
from workbench import Project, starting


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    server = Nginx(tmp_path_factory.mktemp("served"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def start_server(tmp_path_factory):
    place = tmp_path_factory.mktemp("git")
    with starting(lambda number: GitServer(place, place / f"requests-{number}.jsonl")) as start:
        yield start


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "work", "http://127.0.0.1:1")


def serve(nginx: Nginx, tmp_path, text: str) -> None:
    """An archive of a folder with one file, and that file."""
    tree = tmp_path / "tree"
    tree.mkdir(exist_ok=True)
    (tree / "file").write_text(text)
    with tarfile.open(nginx.folder / "a.tar.gz", "w:gz") as archive:
        archive.add(tree, "tree")
    (nginx.folder / "file.txt").write_text(text)


def asked(nginx: Nginx) -> int:
    return len(nginx.requests()) if nginx.log.exists() else 0


ARCHIVES = {
    "fetchTarball": 'builtins.readFile "${fetchTarball "%s/a.tar.gz"}/file"',
    "fetchurl": 'builtins.readFile (builtins.fetchurl "%s/file.txt")',
    "fetchTree": 'builtins.readFile "${builtins.fetchTree { type = "tarball"; url = "%s/a.tar.gz"; }}/file"',
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_address_is_asked_once_an_hour(kind, nginx, project, tmp_path):
    expression = ARCHIVES[kind] % f"http://127.0.0.1:{nginx.plain}"

    def value(*arguments: str) -> tuple[str, bool]:
        before = asked(nginx)
        output = project.succeed("eval", "--raw", *arguments, "--expr", expression)
        return output, asked(nginx) > before

    serve(nginx, tmp_path, "old")
    assert value() == ("old", True)
    serve(nginx, tmp_path, "new")
    assert value() == ("old", False)
    assert value("--offline") == ("old", False)
    assert value("--option", "tarball-ttl", "0") == ("new", True)
    serve(nginx, tmp_path, "newer")
    assert value("--refresh") == ("newer", True)
    assert value() == ("newer", False)
    # What the store has lost is asked for again.
    shutil.rmtree(project.folder.parent / "store")
    assert value() == ("newer", True)


def test_a_file_of_this_machine_is_always_read(project, tmp_path):
    file = tmp_path / "file"
    for text in ("old", "new"):
        file.write_text(text)
        assert project.succeed("eval", "--raw", "--expr", f'builtins.readFile (builtins.fetchurl "file://{file}")') == text


def test_a_commit_is_asked_for_once(start_server, project, tmp_path):
    server = start_server()
    url = server.make_repository("r")
    work = WorkTree(tmp_path / "tree")
    commits = []
    for text in ("one", "two"):
        work.write("file", text.encode())
        commits.append(work.commit())
    work.push(url)

    def value(attributes: str, *arguments: str) -> tuple[str, bool]:
        before = len(server.requests())
        expression = f'builtins.readFile "${{builtins.fetchGit {{ url = "{url}"; {attributes} }}}}/file"'
        output = project.succeed("eval", "--raw", *arguments, "--expr", expression)
        return output, len(server.requests()) > before

    fixed = f'rev = "{commits[0]}";'
    assert value(fixed) == ("one", True)
    assert value(fixed) == ("one", False)
    assert value(fixed, "--refresh") == ("one", False)
    assert value('ref = "main";') == ("two", True)
    work.write("file", b"three")
    work.commit()
    work.push(url)
    assert value('ref = "main";') == ("two", False)
    assert value('ref = "main";', "--refresh") == ("three", True)


def test_nothing_of_an_address_is_written(nginx, project, tmp_path):
    serve(nginx, tmp_path, "x")
    url = f"http://somebody:sesame@127.0.0.1:{nginx.plain}/file.txt"
    project.succeed("eval", "--raw", "--expr", f'builtins.readFile (builtins.fetchurl "{url}")')
    cache = [path for path in project.folder.parent.rglob("fetches-v1/*") if path.is_file()]
    assert len(cache) == 1
    assert cache[0].stat().st_mode & 0o777 == 0o600
    assert b"sesame" not in cache[0].read_bytes() + cache[0].name.encode()
