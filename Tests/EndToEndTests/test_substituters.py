"""What builds ask of binary caches, how often, and what becomes of caches that fail."""

import collections
import http.server
import json
import shutil
import threading

import binary_caches
import pytest
import substitutes
from real_servers import Nginx
from substitutes import KEY, PATHS, Cache
from workbench import FAKE_HASH, Project, got_hash, starting

CLOSURE = ("leaf", "mid", "top")


class Server:
    """A server of a cache's folder that answers with a status where `failing` says so; it knows what it was asked for."""

    def __init__(self, folder):
        self.asked, self.failing = [], lambda path: None

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(handler, *arguments):
                super().__init__(*arguments, directory=folder)

            def do_GET(handler):
                self.asked.append(handler.path)
                status = self.failing(handler.path)
                if status:
                    handler.send_error(status)
                else:
                    super().do_GET()

            def do_CONNECT(handler):
                self.asked.append(handler.path)
                handler.send_error(502)

            def log_message(handler, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()

    def counts(self):
        return collections.Counter(path.rsplit("/", 1)[-1][-8:].split(".", 1)[-1] for path in self.asked)


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def serve(cache):
    with starting(lambda number, folder=cache.folder: Server(folder)) as start:
        yield start


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path / "work", "http://127.0.0.1:9")
    shutil.copy(substitutes.SOURCES / "default.nix", made.folder)
    return made


def arguments(server, *attributes, more=()):
    return ["build", "-f", "default.nix", *attributes, "--no-link", "--substituters", server.address, "--trusted-public-keys", KEY, *more]


def build(project, server, *attributes, more=()):
    return project.run(*arguments(server, *attributes, more=more))


def built(result):
    assert result.returncode == 0, result.stderr
    return result.stderr.count("building '")


def test_nothing_is_asked_twice(project, server):
    assert built(build(project, server, "top", "mid", "leaf", "user")) == 0
    wanted = ["/nix-cache-info"]
    for name in (*CLOSURE, "user", "fixed"):
        cache_path = PATHS[name].removeprefix("/nix/store/")[:32]
        wanted.append(f"/{cache_path}.narinfo")
    assert sorted(path for path in server.asked if "/nar/" not in path) == sorted(wanted)
    assert len({path for path in server.asked if "/nar/" in path}) == 5
    assert len(server.asked) == len(set(server.asked)) == 11
    assert built(build(project, server, "top")) == 0
    assert len(server.asked) == 11
    project.verifies_clean()


def test_inputs_are_not_wanted(project, server):
    assert built(build(project, server, "top")) == 0
    assert {PATHS[name] for name in CLOSURE} <= binary_caches.objects(project.store).keys()
    assert PATHS["tool"] not in binary_caches.objects(project.store)


def test_processes_share_the_work(project, server):
    commands = [project.start(*arguments(server, "top", "both")) for _ in range(4)]
    for command in commands:
        _, errors = command.communicate(timeout=60)
        assert command.returncode == 0, errors
    archives = [path for path in server.asked if "/nar/" in path]
    assert len(archives) == len(set(archives)) == 6
    project.verifies_clean()


def test_results_are_those_of_the_cache(project, server):
    path = project.run(*arguments(server, "top", more=["--print-out-paths"])).stdout.strip()
    assert project.real(path).read_text() == PATHS["mid"] + "\n"


@pytest.mark.parametrize("flags", [["--offline"], ["--no-substitute"], ["--option", "substitute", "false"]])
def test_flags_against_it(flags, project, server):
    assert built(build(project, server, "leaf", more=flags)) == 1
    assert server.asked == []


def test_configuration(project, server):
    (project.home / ".config" / "nix").mkdir(parents=True)
    (project.home / ".config" / "nix" / "nix.conf").write_text(f"substituters = {server.address}\ntrusted-public-keys = {KEY}\n")
    result = project.run("build", "-f", "default.nix", "leaf", "--no-link", environment={"NIX_CONFIG": ""})
    assert built(result) == 0
    assert f"copying path '{PATHS['leaf']}' from '{server.address}'..." in result.stderr


# Failing caches


def test_failing_cache_ends_the_build(project, server):
    server.failing = lambda path: 500 if path.endswith(".narinfo") else None
    result = build(project, server, "leaf", more=["--option", "download-attempts", "1"])
    assert result.returncode == 1
    assert f"error: unable to download '{server.address}/{PATHS['leaf'][11:43]}.narinfo'" in result.stderr
    assert len(server.asked) == 2


def test_failing_cache_is_asked_once_with_fallback(project, server):
    server.failing = lambda path: 500 if path.endswith(".narinfo") else None
    result = build(project, server, "top", more=["--option", "download-attempts", "1", "--fallback"])
    assert built(result) == 4
    assert f"disabling binary cache '{server.address}' for the rest of the run" in result.stderr
    assert result.stderr.count("error: ") == 1
    assert len(server.asked) == 2


def test_failing_cache_before_a_good_one(project, server, serve):
    server.failing = lambda path: 500 if path.endswith(".narinfo") else None
    good = serve()
    flags = ["--option", "download-attempts", "1", "--extra-substituters", good.address]
    result = build(project, server, "top", more=flags)
    assert built(result) == 0
    assert result.stderr.count("error: ") == 1
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_refusals_say_that_nothing_is_there(status, project, server):
    server.failing = lambda path: status if path.endswith(".narinfo") else None
    result = build(project, server, "top")
    assert built(result) == 4
    assert "error" not in result.stderr and "warning" not in result.stderr


@pytest.mark.parametrize("status", [403, 404])
def test_lost_archives_are_built(status, project, server):
    server.failing = lambda path: status if "/nar/" in path else None
    result = build(project, server, "leaf")
    assert built(result) == 1
    assert "warning: file 'nar/" in result.stderr and "does not exist in binary cache" in result.stderr


def test_failing_archives(project, server):
    server.failing = lambda path: 500 if "/nar/" in path else None
    once = ["--option", "download-attempts", "1"]
    result = build(project, server, "leaf", more=once)
    assert result.returncode == 1
    assert "try '--fallback' to build derivation from source" in result.stderr
    assert built(build(project, server, "leaf", more=[*once, "--fallback"])) == 1


def test_unreachable_cache_is_a_warning(project, server):
    server.stop()
    server.server.server_close()
    result = build(project, server, "top")
    assert built(result) == 4
    assert result.stderr.count("warning: ") == 1
    assert f"warning: unable to download '{server.address}/nix-cache-info': " in result.stderr


def test_names_of_archives_with_queries(project, server, cache):
    archive = cache.archive("leaf")
    archive.rename(archive.with_name("a+b.nar.xz"))
    cache.set("leaf", URL="nar/a+b.nar.xz?token=x%20y")
    assert built(build(project, server, "leaf")) == 0
    assert "/nar/a+b.nar.xz?token=x%20y" in server.asked


# What is not asked


@pytest.fixture
def proxied(project, serve):
    """The environment of a machine on which nobody configured substituters, and the proxy that sees all it asks."""
    proxy = serve()
    return {"NIX_CONFIG": "", "https_proxy": proxy.address, "no_proxy": ""}, proxy


def test_default_cache_is_asked_for_ordinary_builds(project, proxied):
    environment, proxy = proxied
    result = project.run("build", "-f", "default.nix", "leaf", "--no-link", environment=environment)
    assert built(result) == 1
    assert proxy.asked == ["cache.nixos.org:443"]
    assert result.stderr.count("warning: unable to download 'https://cache.nixos.org/nix-cache-info': ") == 1


def declare_file(project, server):
    (project.folder / "file.nix").write_text(
        f"""derivation {{
  name = "file"; system = "builtin"; builder = "builtin:fetchurl"; url = "{server.address}/nix-cache-info";
  outputHash = builtins.hashString "sha256" "StoreDir: /nix/store\\n"; outputHashAlgo = "sha256";
}}"""
    )


def test_default_cache_is_not_asked_for_own_fetches(project, proxied, server):
    environment, proxy = proxied
    declare_file(project, server)
    assert built(project.run("build", "-f", "file.nix", "--no-link", environment=environment)) == 1
    assert proxy.asked == []
    assert server.asked == ["/nix-cache-info"]


def test_default_cache_is_not_asked_for_models(project, proxied, server):
    environment, proxy = proxied
    project.environment |= environment
    project.write_models(f'm = {{ source.url.urls = [ "{server.address}/nix-cache-info" ]; hash = "{FAKE_HASH}"; }};')
    refused = project.run("build", ".#models.m")
    project.write_models(f'm = {{ source.url.urls = [ "{server.address}/nix-cache-info" ]; hash = "{got_hash(refused.stderr)}"; }};')
    result = project.run("build", ".#models.m", "--no-link")
    assert result.returncode == 0 and "warning" not in result.stderr
    assert proxy.asked == []


def test_chosen_caches_are_asked_for_own_fetches(project, server, tmp_path):
    declare_file(project, server)
    path = project.succeed("build", "-f", "file.nix", "--no-link", "--print-out-paths").strip()
    project.succeed("copy", "--to", f"file://{tmp_path}/own", path)
    before = len(server.asked)
    flags = ["--extra-substituters", f"file://{tmp_path}/own", "--store", str(tmp_path / "other")]
    result = project.run("build", "-f", "file.nix", "--no-link", *flags)
    assert built(result) == 0
    assert f"copying path '{path}' from 'file://{tmp_path}/own'..." in result.stderr
    assert len(server.asked) == before


# Further ways


def test_nginx_over_tls(project, tmp_path, cache):
    (tmp_path / "nginx").mkdir()
    nginx = Nginx(tmp_path / "nginx")
    try:
        shutil.copytree(cache.folder, nginx.folder / "cache")
        project.environment["SSL_CERT_FILE"] = str(nginx.certificate)
        flags = ["--substituters", f"https://127.0.0.1:{nginx.any_tls}/cache", "--trusted-public-keys", KEY]
        assert built(project.run("build", "-f", "default.nix", "top", "both", "--no-link", *flags)) == 0
        asked = [entry["uri"] for entry in nginx.requests()]
        assert len(asked) == len(set(asked)) == 13
    finally:
        nginx.stop()


def test_activities(project, server):
    result = build(project, server, "top", more=["--log-format", "internal-json"])
    assert result.returncode == 0, result.stderr
    events = [json.loads(line.removeprefix("@nix ")) for line in result.stderr.splitlines()]
    starts = collections.Counter(event["type"] for event in events if event["action"] == "start")
    assert starts[102] == starts[103] == starts[104] == 1
    assert starts[108] == starts[100] == starts[101] == 3
    assert starts.total() == sum(event["action"] == "stop" for event in events)
    copies = next(event["id"] for event in events if event.get("type") == 103)
    ends = [event["fields"] for event in events if event["action"] == "result" and event["id"] == copies]
    assert ends[-1] == [3, 3, 0, 0]


def test_real_nix_takes_what_was_substituted(project, server, tmp_path):
    assert built(build(project, server, "top")) == 0
    objects = binary_caches.objects(project.store)
    assert all(objects[PATHS[name]]["sigs"].startswith("builds-1:") for name in CLOSURE)
    assert not any(objects[PATHS[name]].get("ultimate") for name in CLOSURE)
    project.verifies_clean()
