"""Every setting of a model's `network` and `auth`, and of `globalNetwork`: each changes what happens, or is refused in words."""

import contextlib
import hashlib
import json
import pathlib
import select
import socket
import subprocess
import threading
import urllib.request

import pytest
from fault_peers import chaos
from workbench import FAKE_HASH, Peer, Project, got_hash

NAME = "weights.bin"


def content(size: int) -> bytes:
    return hashlib.shake_128(NAME.encode()).digest(size)


class FaultServer(Peer):
    """A server of faults with a port of TLS."""

    def __init__(self, folder: pathlib.Path):
        super().__init__("faultserver.py", str(folder), stdin=subprocess.PIPE)
        ports = self.greeting.split()
        self.certificate = folder / "certificate.pem"
        self.address, self.proxy = (f"http://127.0.0.1:{port}" for port in ports[:2])
        self.tls = f"https://127.0.0.1:{ports[2]}"

    def requests(self, fault: str) -> list[dict]:
        with urllib.request.urlopen(f"{self.address}/_log") as answer:
            return [entry for entry in json.load(answer) if f"/f/{fault}/" in entry["path"]]


@pytest.fixture
def server(tmp_path):
    (tmp_path / "tls").mkdir()
    server = FaultServer(tmp_path / "tls")
    yield server
    server.stop()


class Settings:
    """A project with one file from a URL, whose `network` is the model's own or that of all models."""

    def __init__(self, project: Project, where: str):
        self.project = project
        self.where = where

    def fetch(self, url: str, network: str, digest: str = "") -> subprocess.CompletedProcess:
        known = f' sha256 = "{digest}";' if digest else ""
        model = f'source.url.urls = [ {{ url = "{url}";{known} }} ]; hash = "{FAKE_HASH}";'
        if self.where == "network":
            self.project.write_models(f"m = {{ {model} network = {{ {network} }}; }};")
        else:
            self.project.write_models(
                f"m = {{ {model} }};", f"services.model-repo.globalNetwork = {{ {network} }};"
            )
        return self.project.run("build", ".#models.m")


@pytest.fixture(params=["network", "globalNetwork"])
def settings(request, tmp_path) -> Settings:
    return Settings(Project(tmp_path / "work", "http://127.0.0.1:1"), request.param)


def succeeded(result: subprocess.CompletedProcess) -> bool:
    assert result.returncode == 1, result.stderr
    return "got:" in result.stderr


@pytest.mark.parametrize("most", [1, 4])
def test_most_attempts(settings, server, most):
    result = settings.fetch(f"{server.address}/f/status-500/9/{NAME}", f"retry = {{ maxAttempts = {most}; baseDelay = 0; }};")
    assert not succeeded(result)
    assert len(server.requests("status-500")) == most


@pytest.mark.parametrize(
    ("retry", "pauses"),
    [
        ("baseDelay = 0.5; jitter = 0;", ["0.5", "1.0"]),
        ("baseDelay = 0.5; jitter = false;", ["0.5", "1.0"]),
        ("baseDelay = 60; maxDelay = 0.25; jitter = 0;", ["0.3", "0.3"]),
    ],
)
def test_pauses(settings, server, retry, pauses):
    result = settings.fetch(f"{server.address}/f/twice-500/9/{NAME}", f"retry = {{ maxAttempts = 5; {retry} }};")
    assert succeeded(result), result.stderr
    said = [line.split("trying again in ")[1].split(" ")[0] for line in result.stderr.splitlines() if "trying again" in line]
    assert said == pauses


@pytest.mark.parametrize(
    ("fault", "retry", "count"),
    [
        ("status-500", 'retryOn = [ "connection_reset" ];', 1),
        ("status-500", 'retryOn = [ "http_5xx" ];', 3),
        ("status-404", 'retryOn = [ "http_404" ];', 3),
        ("status-500", 'noRetryOn = [ "http_500" ];', 1),
        ("flip-1", "", 2),
        ("flip-1", 'noRetryOn = [ "hash_mismatch" ];', 1),
    ],
)
def test_what_is_tried_again(settings, server, fault, retry, count):
    digest = hashlib.sha256(content(9)).hexdigest() if fault == "flip-1" else ""
    url = f"{server.address}/f/{fault}/9/{NAME}"
    settings.fetch(url, f"retry = {{ maxAttempts = 3; baseDelay = 0; {retry} }};", digest)
    assert len(server.requests(fault)) == count


def test_unknown_conditions_are_refused(settings, server):
    result = settings.fetch(f"{server.address}/f/ok/9/{NAME}", 'retry.retryOn = [ "bad_luck" ];')
    assert "network.retry.retryOn: unknown failure 'bad_luck'" in result.stderr


@pytest.mark.parametrize("key", ["timeout.read", "timeouts.read", "timeouts.stallTimeout"])
def test_a_stalled_transfer_goes_on(settings, server, key):
    result = settings.fetch(f"{server.address}/f/stall-1000/5000/{NAME}", f"{key} = 1; retry.baseDelay = 0;")
    assert succeeded(result), result.stderr
    assert len(server.requests("stall-1000")) == 2


def test_the_lowest_speed(settings, server):
    network = 'timeouts = { stallTimeout = 1; stallMinSpeed = "1M"; }; retry = { maxAttempts = 3; baseDelay = 0; };'
    settings.fetch(f"{server.address}/f/slow-200/40000/{NAME}", network)
    assert len(server.requests("slow-200")) > 1


LATE = "not there after 1 seconds, as 'network.timeouts' demands"


def test_a_time_for_the_whole(settings, server):
    assert LATE in settings.fetch(f"{server.address}/f/slow-20/90000/{NAME}", "timeouts.total = 1;").stderr


def test_a_time_by_size(tmp_path):
    """Where the size is told beforehand, as a hub does; the time is no less than the one of a GiB."""
    with chaos(0, "--calm", "--rate", "100000") as (address, _):
        project = Project(tmp_path / "work", address)
        network = "network.timeouts.totalPerGB = 1;"
        project.write_models(f'm = {{ source.huggingface.repo = "org/model"; hash = "{FAKE_HASH}"; {network} }};')
        assert LATE in project.run("build", ".#models.m").stderr


def test_a_connection_that_never_stands(settings):
    """A listener whose queue is full answers nobody."""
    with socket.socket() as listener, contextlib.ExitStack() as held:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        network = "timeout.connect = 1; retry.maxAttempts = 1;"
        result = settings.fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/{NAME}", network)
    assert not succeeded(result)
    assert "after 100" in result.stderr or "timed out" in result.stderr.lower() or "Timeout" in result.stderr, result.stderr


PROXIED = [
    ('proxy = "PROXY";', {}, True),
    ('proxy.http = "PROXY";', {}, True),
    ('proxy.https = "PROXY";', {}, False),
    ('proxy = { http = "PROXY"; noProxy = [ "example.com" "127.0.0.1" ]; };', {}, False),
    ('proxy = { http = "PROXY"; noProxy = "127.0.0.1"; };', {}, False),
    ("", {"http_proxy": "PROXY"}, True),
    ("proxy.useEnvironment = false;", {"http_proxy": "PROXY"}, False),
    ('proxy.http = "PROXY";', {"http_proxy": "http://127.0.0.1:9"}, True),
]


@pytest.mark.parametrize(("network", "variables", "is_proxied"), PROXIED)
def test_proxies(settings, server, network, variables, is_proxied):
    settings.project.environment |= {name: value.replace("PROXY", server.proxy) for name, value in variables.items()}
    result = settings.fetch(f"{server.address}/f/ok/9/{NAME}", network.replace("PROXY", server.proxy))
    assert succeeded(result), result.stderr
    assert [entry["proxied"] for entry in server.requests("ok")] == [is_proxied]


def test_login_of_a_proxy(settings, server):
    settings.project.environment |= {"PROXY_USER": "me", "PROXY_PASSWORD": "Proxy-Secret"}
    auth = 'auth = { usernameEnvVar = "PROXY_USER"; passwordEnvVar = "PROXY_PASSWORD"; };'
    result = settings.fetch(f"{server.address}/f/ok/9/{NAME}", f'proxy = {{ http = "{server.proxy}"; {auth} }};')
    assert succeeded(result), result.stderr
    assert server.requests("ok")[0]["Proxy-Authorization"] == "Basic bWU6UHJveHktU2VjcmV0"
    result = settings.fetch(f"{server.address}/f/ok/9/{NAME}", f'proxy = {{ http = "{server.proxy}"; auth.password = "p"; }};')
    assert "network.proxy.auth holds credentials" in result.stderr


@contextlib.contextmanager
def socks_proxy():
    """A SOCKS 5 proxy; its address and the names it was asked for."""
    asked = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client):
        with client, contextlib.suppress(OSError):
            client.recv(2 + client.recv(2)[1])
            client.sendall(b"\x05\x00")
            _, _, _, kind = client.recv(4)
            host = client.recv(client.recv(1)[0]).decode() if kind == 3 else socket.inet_ntoa(client.recv(4))
            port = int.from_bytes(client.recv(2), "big")
            asked.append(host)
            with socket.create_connection(("127.0.0.1", port)) as target:
                client.sendall(b"\x05\x00\x00\x01" + bytes(6))
                while True:
                    for source in select.select([client, target], [], [])[0]:
                        data = source.recv(65536)
                        if not data:
                            return
                        (target if source is client else client).sendall(data)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"127.0.0.1:{listener.getsockname()[1]}", asked
    listener.close()


def test_a_socks_proxy(settings, server):
    with socks_proxy() as (address, asked):
        port = server.address.rsplit(":", 1)[1]
        network = f'proxy.socks = {{ enable = true; url = "socks5://{address}"; version = 5; }};'
        result = settings.fetch(f"http://models.invalid:{port}/f/ok/9/{NAME}", network)
    assert succeeded(result), result.stderr
    assert asked == ["models.invalid"]


def test_certificates(settings, server):
    url = f"{server.tls}/f/ok/9/{NAME}"
    assert not succeeded(settings.fetch(url, "retry.maxAttempts = 1;"))
    assert server.requests("ok") == []
    assert succeeded(settings.fetch(url, f'tls = {{ caBundle = "{server.certificate}"; minVersion = "1.3"; }};'))
    for network, words in [
        ("tls.insecure = true;", "network.tls.insecure is refused"),
        ('tls.minVersion = "1.0";', 'network.tls.minVersion must be "1.2" or "1.3"'),
    ]:
        assert words in settings.fetch(url, network).stderr


def test_wrong_types_and_names_are_said(settings, server):
    url = f"{server.address}/f/ok/9/{NAME}"
    assert "network.retry.maxAttempts must be a number" in settings.fetch(url, 'retry.maxAttempts = "3";').stderr
    assert "there is no setting 'network.retry.maxAttempt'" in settings.fetch(url, "retry.maxAttempt = 3;").stderr
    assert "there is no setting 'network.speed'" in settings.fetch(url, "speed = 3;").stderr


TOKEN = "hf_ThisIsTheSecretToken"
REPOSITORY = "nixlite/tiny-bert"


@pytest.fixture
def private(start_hub, tmp_path):
    hub = start_hub("--private", REPOSITORY, "--token", TOKEN)
    return Project(tmp_path / "work", hub.address), hub


def fetch_private(project: Project, auth: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    project.write_models(f'm = {{ source.huggingface.repo = "{REPOSITORY}"; hash = "{FAKE_HASH}"; auth = {{ {auth} }}; }};')
    result = project.run("build", ".#models.m", environment=environment)
    assert result.returncode == 1
    assert TOKEN not in result.stderr
    assert all(TOKEN not in path.read_text() for path in project.store.rglob("*.drv"))
    return result


def test_token_file(private):
    project, _ = private
    (project.home / "my token").write_text(f"{TOKEN}\n")
    assert got_hash(fetch_private(project, 'tokenFile = "~/my token";').stderr)


@pytest.mark.parametrize(
    ("auth", "disabled", "is_used"),
    [("", False, True), ("useHfCli = true;", False, True), ("useHfCli = false;", False, False),
     ("", True, False), ("useHfCli = true;", True, True)],
)
def test_the_token_of_the_hf_program(private, auth, disabled, is_used):
    project, _ = private
    file = project.home / ".cache/huggingface/token"
    file.parent.mkdir(parents=True)
    file.write_text(TOKEN)
    result = fetch_private(project, auth, {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"} if disabled else {})
    assert ("got:" in result.stderr) == is_used


@pytest.mark.parametrize("script", ['echo "export AUTH_HEADER=\\"Bearer $(cat ~/secret)\\""', "cat ~/secret", "tr -d '\\n' < ~/secret"])
def test_a_program_that_logs_in(private, script):
    project, _ = private
    (project.home / "secret").write_text(f"{TOKEN}\n")
    result = fetch_private(project, f"authScript = ''\n{script}\n'';")
    assert got_hash(result.stderr)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no luck >&2; exit 3", "the program of auth.authScript fails with exit code 3: no luck"),
        ("true", "prints neither a token nor AUTH_HEADER"),
        ("echo two words", "prints neither a token nor AUTH_HEADER"),
        ("echo 'export AUTH_HEADER=\"Basic bWU6cA==\"'", "gives another kind of login"),
    ],
)
def test_a_program_that_does_not_log_in(private, script, words):
    project, _ = private
    assert words in fetch_private(project, f"authScript = ''\n{script}\n'';").stderr


def test_a_program_for_new_tokens(private):
    project, _ = private
    (project.home / "secret").write_text(f"{TOKEN}\n")
    refresh = "tokenRefresh = { enable = true; command = \"cat ~/secret\"; refreshBeforeExpirySec = 1; maxTokenAgeSec = 2; };"
    assert got_hash(fetch_private(project, refresh).stderr)
    assert "got:" not in fetch_private(project, refresh.replace("enable = true", "enable = false")).stderr
    assert "tokenRefresh.command is required" in fetch_private(project, "tokenRefresh.enable = true;").stderr


def test_tokens_are_renewed_on_the_way(server, tmp_path):
    """Each answer of the server is cut, and each request has the token of its moment."""
    project = Project(tmp_path / "work", "http://127.0.0.1:1")
    count = project.home / "count"
    command = f"echo x >> {count}; echo token-$(wc -l < {count})"
    refresh = f'tokenRefresh = {{ command = "{command}"; refreshBeforeExpirySec = 0; maxTokenAgeSec = 1; }};'
    url = f"{server.address}/f/stall-1000/5000/{NAME}"
    project.write_models(
        f'm = {{ source.url.urls = [ "{url}" ]; hash = "{FAKE_HASH}"; auth = {{ {refresh} }};'
        " network = { timeout.read = 3; retry.baseDelay = 0; }; };"
    )
    assert got_hash(project.run("build", ".#models.m").stderr)
    first, second = (entry["Authorization"] for entry in server.requests("stall-1000"))
    assert first == "Bearer token-1" and second != first and second.startswith("Bearer token-")


def test_help_of_the_model(private):
    project, _ = private
    words = "Ask Jane of the models team,\\nroom 4"
    result = fetch_private(project, f'gatedModelHelp = "{words}";')
    assert "Ask Jane of the models team,\n" in result.stderr and "room 4" in result.stderr
    result = fetch_private(project, f'required = true; gatedModelHelp = "{words}";')
    assert "requires a token and there is none" in result.stderr and "room 4" in result.stderr


def test_settings_of_other_sources_and_unknown_ones(private):
    """One `auth` for models of all kinds: what is another source's does not matter, what is nobody's is said."""
    project, _ = private
    everything = 'awsProfile = "models"; gcpServiceAccountKey = "/run/secrets/key.json"; tokenEnvVar = "MY_TOKEN";'
    assert got_hash(fetch_private(project, everything, {"MY_TOKEN": TOKEN}).stderr)
    assert "there is no setting 'auth.tokenEnv'" in fetch_private(project, 'tokenEnv = "X";').stderr
    assert "'token' would put a secret into the Nix store" in fetch_private(project, 'token = "X";').stderr


def test_programs_and_buckets_do_not_go_together(tmp_path):
    project = Project(tmp_path / "work", "http://127.0.0.1:1")
    project.write_models(
        f'm = {{ source.s3 = {{ bucket = "b"; prefix = "p"; }}; hash = "{FAKE_HASH}"; auth.authScript = "echo t"; }};'
    )
    assert "auth.authScript gives a token, and S3 takes signatures" in project.run("build", ".#models.m").stderr
