"""Fetches from nginx over TLS and HTTP/2, and through a SOCKS server and an HTTP proxy that ask for passwords."""

import random
import subprocess

import pytest
from real_servers import PASSWORD, USER, Nginx, SocksServer, WebProxy
from workbench import FAKE_HASH, Project, got_hash, starting

PROXY_VARIABLES = {"PROXY_NAME": USER, "PROXY_WORD": PASSWORD}
PROXY_AUTH = 'auth = { usernameEnvVar = "PROXY_NAME"; passwordEnvVar = "PROXY_WORD"; };'
DATA = random.Random(1).randbytes(300_000)


@pytest.fixture
def start(tmp_path):
    """Starts servers, and stops them after the test."""

    def make(_, kind):
        folder = tmp_path / kind.__name__
        folder.mkdir()
        return kind(folder)

    with starting(make) as start:
        yield start


@pytest.fixture
def nginx(start) -> Nginx:
    server = start(Nginx)
    (server.folder / "file").write_bytes(DATA)
    return server


@pytest.fixture
def project(tmp_path, nginx) -> Project:
    made = Project(tmp_path / "work", f"https://127.0.0.1:{nginx.any_tls}")
    made.environment["SSL_CERT_FILE"] = str(nginx.certificate)
    return made


def fetch(project: Project, url: str, network: str = "", **environment: str) -> subprocess.CompletedProcess:
    """Fetches a URL as a model whose hash nobody knows: it ends with the hash that was got, or with why there is none."""
    network = f"retry = {{ maxAttempts = 2; baseDelay = 0.01; }}; {network}"
    project.write_models(
        f'm = {{ source.url.urls = [ "{url}" ]; hash = "{FAKE_HASH}"; network = {{ {network} }}; }};'
    )
    result = project.run("build", ".#models.m.raw", environment=environment)
    assert result.returncode != 0
    assert PASSWORD not in result.stderr
    return result


@pytest.fixture
def direct(project, nginx) -> str:
    """The hash of the model of `file`."""
    return got_hash(fetch(project, f"http://127.0.0.1:{nginx.plain}/file").stderr)


def test_small_files_share_connections_by_http2(project, nginx):
    files = {f"part-{n}.json": b"%d" % n * 500 for n in range(60)}
    nginx.add_model("many", files)
    _, path = project.build_with_got_hash("m", "org/many")
    snapshot = next((project.real(path) / "snapshots").iterdir())
    assert {entry.name: len(entry.read_bytes()) for entry in snapshot.iterdir()} == {n: len(d) for n, d in files.items()}
    requests = nginx.requests()
    assert {entry["protocol"] for entry in requests} == {"HTTP/2.0"}
    assert len([entry for entry in requests if "/resolve/" in entry["uri"]]) == len(files)
    assert len(requests) == len(files) + 2
    assert len({entry["connection"] for entry in requests}) == 1


def test_a_bulk_transfer_has_a_connection_of_its_own(project, nginx, direct):
    result = fetch(project, f"https://127.0.0.1:{nginx.any_tls}/file")
    assert got_hash(result.stderr) == direct
    last = nginx.requests()[-1]
    assert (last["protocol"], last["tls"], last["sent"]) == ("HTTP/1.1", "TLSv1.3", len(DATA))


@pytest.mark.parametrize(
    ("server", "least", "spoken"),
    [("tls12", "1.2", "TLSv1.2"), ("tls13", "1.2", "TLSv1.3"), ("tls13", "1.3", "TLSv1.3"), ("tls12", "1.3", None)],
)
def test_the_least_version_of_tls_is_kept(project, nginx, direct, server, least, spoken):
    result = fetch(
        project, f"https://127.0.0.1:{getattr(nginx, server)}/file", f'tls.minVersion = "{least}";'
    )
    if spoken:
        assert got_hash(result.stderr) == direct
        assert nginx.requests()[-1]["tls"] == spoken
    else:
        assert "got:" not in result.stderr and "version" in result.stderr
        assert not [entry for entry in nginx.requests() if entry["tls"]]


def test_a_killed_fetch_from_nginx_goes_on(project, nginx):
    size = 12_000_000
    (nginx.folder / "large").write_bytes(random.Random(2).randbytes(size))
    url = f"http://127.0.0.1:{nginx.plain}/slow/large"
    project.write_models(f'm = {{ source.url.urls = [ "{url}" ]; hash = "{FAKE_HASH}"; }};')
    build = project.start("build", ".#models.m.raw")
    project.await_recorded(4_000_000, build)
    build.kill()
    build.communicate()
    resumed = fetch(project, url)
    assert "got:" in resumed.stderr
    first, second = nginx.requests()
    assert second["status"] == 206 and second["range"].startswith("bytes=") and second["if_range"]
    assert 4_000_000 - (1 << 20) <= size - second["sent"] < size
    assert got_hash(resumed.stderr) == got_hash(fetch(project, f"http://127.0.0.1:{nginx.plain}/large").stderr)


def socks(server: SocksServer) -> str:
    return f'proxy = {{ socks = {{ enable = true; url = "socks5://127.0.0.1:{server.port}"; }}; {PROXY_AUTH} }};'


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_socks_server_with_a_password(start, project, nginx, direct, scheme):
    server = start(SocksServer)
    port = nginx.plain if scheme == "http" else nginx.any_tls
    result = fetch(project, f"{scheme}://127.0.0.1:{port}/file", socks(server), **PROXY_VARIABLES)
    assert got_hash(result.stderr) == direct
    assert server.targets() == [f"127.0.0.1:{port}"]


def test_a_socks_server_that_refuses(start, project, nginx):
    server = start(SocksServer)
    wrong = {**PROXY_VARIABLES, "PROXY_WORD": "wrong-secret"}
    result = fetch(project, f"http://127.0.0.1:{nginx.plain}/file", socks(server), **wrong)
    assert "got:" not in result.stderr and "wrong-secret" not in result.stderr
    assert "SOCKS5" in result.stderr
    assert server.targets() == [] and nginx.requests() == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_with_a_password(start, project, nginx, direct, scheme):
    server = start(WebProxy)
    port = nginx.plain if scheme == "http" else nginx.any_tls
    url = f"{scheme}://127.0.0.1:{port}/file"
    network = f'proxy = {{ {scheme} = "http://127.0.0.1:{server.port}"; {PROXY_AUTH} }};'
    result = fetch(project, url, network, **PROXY_VARIABLES)
    assert got_hash(result.stderr) == direct
    wanted = f"GET {url} HTTP/1.1" if scheme == "http" else f"CONNECT 127.0.0.1:{port} HTTP/1.1"
    assert wanted in server.asked()


def test_a_proxy_of_the_environment_and_hosts_without(start, project, nginx, direct):
    server = start(WebProxy)
    url = f"http://127.0.0.1:{nginx.plain}/file"
    variables = {"http_proxy": f"http://{USER}:{PASSWORD}@127.0.0.1:{server.port}"}
    assert got_hash(fetch(project, url, **variables).stderr) == direct
    asked = server.asked()
    assert f"GET {url} HTTP/1.1" in asked
    assert got_hash(fetch(project, url, **variables, no_proxy="127.0.0.1").stderr) == direct
    assert got_hash(fetch(project, url, "proxy.useEnvironment = false;", **variables).stderr) == direct
    assert server.asked() == asked


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses(start, project, nginx, scheme):
    server = start(WebProxy)
    port = nginx.plain if scheme == "http" else nginx.any_tls
    network = f'proxy = {{ {scheme} = "http://127.0.0.1:{server.port}"; {PROXY_AUTH} }};'
    wrong = {**PROXY_VARIABLES, "PROXY_WORD": "wrong-secret"}
    result = fetch(project, f"{scheme}://127.0.0.1:{port}/file", network, **wrong)
    assert "got:" not in result.stderr and "wrong-secret" not in result.stderr
    assert "407" in result.stderr or "401" in result.stderr
    assert nginx.requests() == []
