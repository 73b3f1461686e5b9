"""Models of a real MLflow server, and of a Databricks workspace by its documented interface."""

import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import threading
import urllib.parse

import pytest
from workbench import FAKE_HASH, SUPPORT, Peer, Project, contents, got_hash

sys.path.insert(0, str(SUPPORT))
from mlflow_server import ARTIFACTS, BUCKET

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory):
    """The server's addresses: open, basic, bearer, s3."""
    folder = tmp_path_factory.mktemp("mlflow")
    with (folder / "log").open("w") as log:
        server = Peer("mlflow_server.py", str(folder), stdin=subprocess.PIPE, stderr=log)
    assert server.greeting, (folder / "log").read_text()
    yield json.loads(server.greeting)
    server.stop()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "work", "http://127.0.0.1:9")


def write(project, uri, model, hash_value=FAKE_HASH, more=""):
    project.write_models(
        f'    m = {{ source.mlflow = {{ trackingUri = "{uri}"; {model} }}; hash = "{hash_value}"; {more} }};'
    )


def build(project, uri, model, more="", environment=None):
    """Builds with the hash that a first build names; the path, and the files by path."""
    write(project, uri, model, more=more)
    refused = project.run("build", ".#models.m.raw", environment=environment)
    write(project, uri, model, got_hash(refused.stderr), more)
    path = project.succeed("build", ".#models.m.raw", "--print-out-paths", environment=environment).strip()
    return path, contents(project.real(path))


@pytest.mark.parametrize(
    "model, name",
    [
        ('modelName = "proxied"; modelVersion = 1;', "mlflow-proxied-v1-raw"),
        ('modelName = "proxied"; modelVersion = "2";', "mlflow-proxied-v2-raw"),
        ('modelName = "proxied";', "mlflow-proxied-latest-raw"),
        ('modelName = "proxied"; modelStage = "Production";', "mlflow-proxied-production-raw"),
        ('modelName = "proxied"; modelAlias = "champion";', "mlflow-proxied-champion-raw"),
        ('modelName = "local"; modelVersion = "1";', "mlflow-local-v1-raw"),
        ('modelName = "local"; modelVersion = "2";', "mlflow-local-v2-raw"),
    ],
)
def test_every_way_gives_the_artifacts(project, mlflow, model, name):
    path, files = build(project, mlflow["open"], model)
    assert files == ARTIFACTS
    assert path.partition("-")[2] == name


def test_artifacts_in_s3(project, mlflow):
    environment = {**KEYS, "MLFLOW_S3_ENDPOINT_URL": mlflow["s3"]}
    _, files = build(project, mlflow["open"], 'modelName = "bucket"; modelVersion = "1";', environment=environment)
    assert files == ARTIFACTS


def test_files_are_selected(project, mlflow):
    _, files = build(project, mlflow["open"], 'modelName = "proxied"; modelVersion = 1; files = [ "data/*" "*.txt" ];')
    assert set(files) == {name for name in ARTIFACTS if name != "MLmodel"}


@pytest.mark.parametrize(
    "server, more, environment",
    [
        ("basic", "", {"MLFLOW_TRACKING_USERNAME": "me", "MLFLOW_TRACKING_PASSWORD": "pw"}),
        ("basic", "", {"MLFLOW_TRACKING_USERNAME": "me", "MLFLOW_TRACKING_PASSWORD": "pw", "MLFLOW_TRACKING_TOKEN": "x"}),
        ("basic", 'auth = { usernameEnvVar = "U"; passwordEnvVar = "P"; };', {"U": "me", "P": "pw"}),
        ("bearer", "", {"MLFLOW_TRACKING_TOKEN": "secret-token"}),
        ("bearer", 'auth.tokenEnvVar = "T";', {"T": "secret-token", "MLFLOW_TRACKING_TOKEN": "other"}),
    ],
)
def test_authentication(project, mlflow, server, more, environment):
    _, files = build(project, mlflow[server], 'modelName = "proxied"; modelVersion = 1;', more, environment)
    assert files == ARTIFACTS


def test_credentials_of_the_users_files(project, mlflow):
    (project.home / ".mlflow").mkdir()
    (project.home / ".mlflow/credentials").write_text(
        "[mlflow]\nmlflow_tracking_username = me\nmlflow_tracking_password = pw\n"
    )
    _, files = build(project, mlflow["basic"], 'modelName = "proxied"; modelVersion = 1;')
    assert files == ARTIFACTS


@pytest.mark.parametrize(
    "server, model, words",
    [
        ("open", 'modelName = "nothing";', "Registered Model with name=nothing not found"),
        ("open", 'modelName = "proxied"; modelVersion = 9;', "Model Version (name=proxied, version=9) not found"),
        ("open", 'modelName = "proxied"; modelAlias = "loser";', "Registered model alias loser not found"),
        ("open", 'modelName = "proxied"; modelStage = "Staging";', "has no version in stage 'Staging'"),
        ("open", 'modelName = "empty";', "has no versions"),
        ("open", 'modelName = "proxied"; modelVersion = 1; files = [ "*.gguf" ];', "match '*.gguf'"),
        ("basic", 'modelName = "proxied";', "refuses requests without credentials"),
    ],
)
def test_errors_are_the_servers(project, mlflow, server, model, words):
    write(project, mlflow[server], model)
    result = project.run("build", ".#models.m.raw")
    assert result.returncode == 1
    assert words in result.stderr


def test_secrets_stay_secret(project, mlflow):
    write(project, mlflow["basic"].replace("http://", "http://me:wrong-password@"), 'modelName = "proxied";')
    result = project.run("build", ".#models.m.raw")
    assert result.returncode == 1
    assert "refuses the credentials that were sent" in result.stderr
    assert "wrong-password" not in result.stderr


class Databricks(http.server.BaseHTTPRequestHandler):
    """A workspace with a registry (signed URLs) and a catalog (temporary credentials for S3), as their REST reference says."""

    def log_message(self, *arguments):
        pass

    def answer(self, body, status=200):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Authorization"] == "Bearer dapi-secret"
        assert self.path.endswith("/unity-catalog/model-versions/generate-temporary-credentials")
        assert asked["operation"] == "MODEL_VERSION_OPERATION_READ"
        keys = {"access_key_id": "test", "secret_access_key": "secret", "session_token": "session"}
        self.answer({"credentials": {"aws_temp_credentials": keys}})

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path.startswith("/signed/"):
            assert "Authorization" not in self.headers and self.headers["x-signed"] == "yes"
            return self.answer(ARTIFACTS[urllib.parse.unquote(url.path.removeprefix("/signed/"))])
        if self.headers["Authorization"] != "Bearer dapi-secret":
            return self.answer({"error_code": "UNAUTHENTICATED", "message": "no token"}, 401)
        call = url.path.removeprefix("/api/2.0/mlflow/")
        version = {"name": query.get("name"), "version": "4", "current_stage": "Production", "status": "READY"}
        if call == "registered-models/get":
            return self.answer({"registered_model": {"latest_versions": [version]}})
        if call == "model-versions/list-artifacts":
            folder = query.get("path", "")
            inside = [name for name in ARTIFACTS if name.startswith(f"{folder}/" if folder else "")]
            depth = folder.count("/") + 1 if folder else 0
            entries = {"/".join(name.split("/")[: depth + 1]) for name in inside}
            files = [
                {"path": entry, "is_dir": False, "file_size": len(ARTIFACTS[entry])}
                if entry in ARTIFACTS
                else {"path": entry, "is_dir": True}
                for entry in sorted(entries)
            ]
            return self.answer({"files": files})
        if call == "model-versions/get-signed-download-uri":
            address = f"http://{self.headers['Host']}/signed/{urllib.parse.quote(query['path'])}?sig=secret-signature"
            return self.answer({"signed_uri": address, "headers": [{"name": "x-signed", "value": "yes"}]})
        if call == "unity-catalog/model-versions/search":
            return self.answer({"model_versions": [{**version, "version": "2"}, {**version, "version": "10"}]})
        if call == "unity-catalog/model-versions/get-download-uri":
            assert query["version"] == "10"
            return self.answer({"artifact_uri": self.server.location})
        self.answer({"error_code": "ENDPOINT_NOT_FOUND", "message": call}, 404)


@pytest.fixture
def workspace():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Databricks)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_databricks_registry(project, workspace):
    environment = {"DATABRICKS_HOST": f"http://127.0.0.1:{workspace.server_port}", "DATABRICKS_TOKEN": "dapi-secret"}
    model = 'modelName = "bert"; modelStage = "production";'
    _, files = build(project, "databricks", model, environment=environment)
    assert files == ARTIFACTS
    write(project, "databricks", model)
    result = project.run("build", ".#models.m.raw", environment={**environment, "DATABRICKS_TOKEN": "wrong"})
    assert "UNAUTHENTICATED" in result.stderr and "DATABRICKS_TOKEN" in result.stderr


def test_databricks_catalog_with_a_profile(project, workspace, mlflow):
    pathlib.Path(project.home / ".databrickscfg").write_text(
        f"[work]\nhost = http://127.0.0.1:{workspace.server_port}\ntoken = dapi-secret\n"
    )
    import boto3

    storage = boto3.client(
        "s3", endpoint_url=mlflow["s3"], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="secret"
    )
    for name, content in ARTIFACTS.items():
        storage.put_object(Bucket=BUCKET, Key=f"catalog/{name}", Body=content)
    workspace.location = f"s3://{BUCKET}/catalog"
    _, files = build(
        project, "databricks-uc://work", 'modelName = "main.default.bert";', environment={"MLFLOW_S3_ENDPOINT_URL": mlflow["s3"]}
    )
    assert files == ARTIFACTS


class MutualServer(http.server.BaseHTTPRequestHandler):
    """One version of one model, with the answers of MLflow's server."""

    ANSWERS = {
        "/api/2.0/mlflow/model-versions/get": {"model_version": {"name": "m", "version": "1", "source": "mlflow-artifacts:/m"}},
        "/api/2.0/mlflow/model-versions/get-download-uri": {"artifact_uri": "mlflow-artifacts:/m"},
        "/api/2.0/mlflow-artifacts/artifacts": {"files": [{"path": "a.txt", "is_dir": False, "file_size": 3}]},
    }

    def do_GET(self):
        path = self.path.split("?")[0]
        body = b"abc" if path.endswith("/m/a.txt") else json.dumps(self.ANSWERS[path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def test_client_certificate(tmp_path):
    """A server that talks to nobody without a certificate."""
    files = {name: tmp_path / f"{name}.pem" for name in ("server", "client")}
    for name, file in files.items():
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        command += ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{file}.key", "-out", str(file)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        file.write_text(file.read_text() + pathlib.Path(f"{file}.key").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["server"])
    context.load_verify_locations(files["client"])
    context.verify_mode = ssl.CERT_REQUIRED
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), MutualServer)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    project = Project(tmp_path / "work", "http://127.0.0.1:1")
    place = f'trackingUri = "https://127.0.0.1:{server.server_port}"; modelName = "m"; modelVersion = 1;'
    network = "network = { retry.maxAttempts = 1; };"
    project.write_models(f'm = {{ source.mlflow = {{ {place} }}; hash = "{FAKE_HASH}"; {network} }};')
    project.environment["MLFLOW_TRACKING_SERVER_CERT_PATH"] = str(files["server"])
    assert "got:" not in project.run("build", ".#models.m").stderr
    certificate = {"MLFLOW_TRACKING_CLIENT_CERT_PATH": str(files["client"])}
    assert got_hash(project.run("build", ".#models.m", environment=certificate).stderr)
    insecure = {"MLFLOW_TRACKING_INSECURE_TLS": "true"}
    assert "MLFLOW_TRACKING_INSECURE_TLS is refused" in project.run("build", ".#models.m", environment=insecure).stderr
    server.shutdown()
