"""The source s3 against a service that checks every signature, with boto3 and the aws program as the other clients."""

import hashlib
import http.server
import io
import json
import pathlib
import random
import subprocess
import sys
import threading

import boto3
import pytest
from git_peers import tree
from workbench import FAKE_HASH, Peer, Project, got_hash, starting

KEYS = ["config.json", "a file+1 é.txt", "x#?%&=~*'()!.txt", "sub/deep/w.bin", "sub/$@,;: .txt", "100%/f"]
START = "https://models.awsapps.com/start"


class Service(Peer):
    """A running server of S3, with what it said about itself: `address`, `access`, `secret`."""

    def __init__(self, script: str, *arguments: str, **options):
        super().__init__(script, *arguments, **options)
        self.__dict__.update(json.loads(self.greeting))
        self.keys = {"AWS_ACCESS_KEY_ID": self.access, "AWS_SECRET_ACCESS_KEY": self.secret}

    def client(self, region: str = "us-east-1"):
        return boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name=region,
            aws_access_key_id=self.access,
            aws_secret_access_key=self.secret,
        )

    def fill(self, bucket: str, region: str = "us-east-1") -> None:
        client = self.client(region)
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client.create_bucket(Bucket=bucket, **location)
        for index, key in enumerate(KEYS):
            client.put_object(Bucket=bucket, Key=f"llama/{key}", Body=random.Random(index).randbytes(1000 + index))
        client.put_object(Bucket=bucket, Key="llama/", Body=b"")
        client.put_object(Bucket=bucket, Key="llama-2/other.txt", Body=b"a sibling")


class S3Server(Service):
    """A running moto."""

    def __init__(self, log: pathlib.Path, *flags: str):
        super().__init__("s3server.py", "--log", str(log), *flags, log=log, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def start_s3(tmp_path_factory):
    folder = tmp_path_factory.mktemp("s3")
    with starting(lambda number, *flags: S3Server(folder / f"{number}.jsonl", *flags)) as start:
        yield start


@pytest.fixture(scope="module")
def s3(start_s3) -> S3Server:
    server = start_s3("--public", "open")
    server.fill("models")
    server.fill("open")
    return server


@pytest.fixture(scope="module")
def swift(tmp_path_factory):
    """OpenStack Swift with its S3 interface, and a bucket in it."""
    server = Service("swiftserver.py", str(tmp_path_factory.mktemp("swift")), stdin=subprocess.PIPE)
    server.fill("models")
    yield server
    server.stop()


@pytest.fixture
def project(tmp_path) -> Project:
    project = Project(tmp_path / "work", "http://127.0.0.1:1")
    project.environment["AWS_EC2_METADATA_DISABLED"] = "true"
    return project


def build(project: Project, more: str = "", bucket: str = "models", prefix: str = "llama", auth: str = "", endpoint=None):
    at = f'endpoint = "{endpoint}";' if endpoint else ""
    source = f'source.s3 = {{ bucket = "{bucket}"; prefix = "{prefix}"; {at} {more} }};'
    project.write_models(f'm = {{ {source} hash = "{FAKE_HASH}"; {auth} }};')
    return project.run("build", ".#models.m")


def raw(project: Project) -> pathlib.Path:
    (path,) = [path for path in (project.store / "nix/store").glob("*-raw") if path.is_dir()]
    return path


def fetched(project: Project, *arguments, **named) -> pathlib.Path:
    result = build(project, *arguments, **named)
    assert result.returncode == 1, result.stderr
    assert got_hash(result.stderr)
    return raw(project)


def test_equals_the_aws_program(project, s3, tmp_path):
    project.environment |= s3.keys
    names = equals_the_aws_program(project, s3, tmp_path)
    assert len([entry for entry in names.values() if entry[0] == "file"]) == len(KEYS)
    assert all(entry["status"] == 200 for entry in s3.requests() if "list-type=2" in entry["query"])


def equals_the_aws_program(project, server, tmp_path, bucket="models", prefix="llama") -> dict:
    output = fetched(project, endpoint=server.address, bucket=bucket, prefix=prefix)
    source = f"s3://{bucket}/{prefix}/"
    command = [sys.executable, "-m", "awscli", "--endpoint-url", server.address, "s3", "sync", "--quiet", source, str(tmp_path / "aws")]
    subprocess.run(command, check=True, env={**project.environment, "AWS_DEFAULT_REGION": "us-east-1"})
    assert tree(output) == tree(tmp_path / "aws")
    return tree(output)


def test_swift_equals_the_aws_program(project, swift, tmp_path):
    project.environment |= swift.keys
    names = equals_the_aws_program(project, swift, tmp_path)
    assert len([entry for entry in names.values() if entry[0] == "file"]) == len(KEYS)


def test_swift_has_objects_of_parts(project, swift, tmp_path):
    """A large object that was uploaded in parts, fetched in ranges: its ETag is no digest of it."""
    client = swift.client()
    content = random.Random(3).randbytes(40 << 20)
    parts = boto3.s3.transfer.TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
    client.upload_fileobj(io.BytesIO(content), "models", "parts/model.bin", Config=parts)
    assert client.head_object(Bucket="models", Key="parts/model.bin")["ETag"].endswith('-5"')
    project.environment |= swift.keys
    assert equals_the_aws_program(project, swift, tmp_path, prefix="parts") == {"model.bin": ("file", False, content)}


def test_swift_pages_and_versions(project, swift):
    client = swift.client()
    for number in range(120):
        client.put_object(Bucket="models", Key=f"many/{number}.txt", Body=str(number).encode())
    client.create_bucket(Bucket="versioned")
    client.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket="versioned", Key="m/w.bin", Body=b"first")["VersionId"]
    client.put_object(Bucket="versioned", Key="m/w.bin", Body=b"second")
    project.environment |= swift.keys
    output = fetched(project, prefix="many/", endpoint=swift.address)
    assert {path.name: path.read_text() for path in output.iterdir()} == {f"{n}.txt": f"{n}" for n in range(120)}
    version = Project(project.folder.parent / "version", "http://127.0.0.1:1")
    version.environment |= project.environment
    output = fetched(version, f'versionId = "{first}";', bucket="versioned", prefix="m/w.bin", endpoint=swift.address)
    assert tree(output) == {"w.bin": ("file", False, b"first")}


def test_swift_refuses(project, swift):
    assert "no access to bucket 'models' without credentials" in build(project, endpoint=swift.address).stderr
    project.environment |= {**swift.keys, "AWS_SECRET_ACCESS_KEY": "SecretThatIsWrong"}
    result = build(project, endpoint=swift.address)
    assert "with the credentials of the environment (SignatureDoesNotMatch" in result.stderr
    assert "SecretThatIsWrong" not in result.stderr
    project.environment |= swift.keys
    assert "bucket 'nowhere-at-all' does not exist (NoSuchBucket" in build(project, bucket="nowhere-at-all", endpoint=swift.address).stderr
    assert "has no objects below 'llama-3'" in build(project, prefix="llama-3", endpoint=swift.address).stderr


def test_pages(project, s3):
    client = s3.client()
    for number in range(1003):
        client.put_object(Bucket="models", Key=f"many/{number}.txt", Body=str(number).encode())
    project.environment |= s3.keys
    output = fetched(project, prefix="many/", endpoint=s3.address)
    assert {path.name: path.read_text() for path in output.iterdir()} == {f"{n}.txt": f"{n}" for n in range(1003)}


def test_patterns_and_a_single_object(project, s3):
    project.environment |= s3.keys
    names = set(tree(fetched(project, 'files = [ "*.json" "sub/*.bin" ];', endpoint=s3.address)))
    assert names == {"config.json", "sub", "sub/deep", "sub/deep/w.bin"}
    result = build(project, 'files = [ "*.gguf" ];', endpoint=s3.address)
    assert "no files in bucket 'models' below 'llama' match '*.gguf'" in result.stderr


def test_versions(project, s3):
    client = s3.client()
    client.create_bucket(Bucket="versioned")
    client.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket="versioned", Key="m/w.bin", Body=b"first")["VersionId"]
    client.put_object(Bucket="versioned", Key="m/w.bin", Body=b"second")
    project.environment |= s3.keys
    output = fetched(project, f'versionId = "{first}";', bucket="versioned", prefix="m/w.bin", endpoint=s3.address)
    assert tree(output) == {"w.bin": ("file", False, b"first")}
    result = build(project, 'versionId = "11111111-1111-1111-1111-111111111111";', bucket="versioned", prefix="m/w.bin", endpoint=s3.address)
    assert "does not exist" in result.stderr
    result = build(project, 'versionId = "x";', bucket="versioned", prefix="m/", endpoint=s3.address)
    assert "'versionId' belongs to one object" in result.stderr


def test_anonymous(project, s3):
    assert set(tree(fetched(project, bucket="open", endpoint=s3.address))) >= {"config.json"}
    result = build(project, bucket="models", endpoint=s3.address)
    assert "no access to bucket 'models' without credentials (AccessDenied" in result.stderr
    assert "AWS_ACCESS_KEY_ID" in result.stderr


def test_wrong_secret(project, s3):
    project.environment |= {**s3.keys, "AWS_SECRET_ACCESS_KEY": "SecretThatIsWrong"}
    result = build(project, endpoint=s3.address)
    assert "with the credentials of the environment (SignatureDoesNotMatch" in result.stderr
    assert "SecretThatIsWrong" not in result.stderr


def test_missing_bucket_and_prefix(project, s3):
    project.environment |= s3.keys
    assert "bucket 'nowhere-at-all' does not exist (NoSuchBucket" in build(project, bucket="nowhere-at-all", endpoint=s3.address).stderr
    assert "has no objects below 'llama-3'" in build(project, prefix="llama-3", endpoint=s3.address).stderr
    result = build(project, 'addressingStyle = "odd";', endpoint=s3.address)
    assert "'odd' is no addressing style" in result.stderr


@pytest.mark.parametrize("region", ["eu-west-3", "us-west-2"])
def test_region_is_corrected(project, start_s3, region):
    server = start_s3("--region", f"far={region}")
    server.fill("far", region)
    project.environment |= server.keys | {"AWS_ENDPOINT_URL": server.address}
    fetched(project, 'region = "us-east-1";', bucket="far")
    signed = [entry["authorization"] for entry in server.requests() if entry["query"].startswith("encoding") or "/w.bin" in entry["path"]]
    assert f"/{region}/s3/" in signed[-1]


def test_clock_is_corrected(project, start_s3):
    server = start_s3("--clock", "5400", "--bucket", "late")
    project.environment |= server.keys | {"AWS_ENDPOINT_URL": server.address}
    assert tree(fetched(project, bucket="late")) == {"config.json": ("file", False, b"{}")}
    assert [entry["status"] for entry in server.requests() if "list-type=2" in entry["query"]] == [403, 200]


def test_virtual_hosts(project, s3):
    """The bucket in the host's name, through a proxy because such names are not known here."""
    project.environment |= s3.keys
    seen = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments):
            pass

    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    project.environment["http_proxy"] = f"http://127.0.0.1:{proxy.server_port}"
    build(project, 'addressingStyle = "virtual";', endpoint="http://s3.example.com")
    build(project, 'addressingStyle = "path";', endpoint="http://s3.example.com")
    build(project, endpoint="http://s3.example.com/base")
    point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/reading"
    build(project, bucket=point, endpoint="http://s3.example.com")
    proxy.shutdown()
    assert [url.split("?")[0] for url in seen] == [
        "http://models.s3.example.com/",
        "http://s3.example.com/models/",
        "http://s3.example.com/base/models/",
        "http://reading-123456789012.s3.example.com/",
    ]
    for wrong, words in [
        ("arn:aws:s3::123456789012:accesspoint/a.mrap", "access points of several regions are not supported"),
        ("arn:aws:s3-outposts:eu-west-1:1:outpost/o/accesspoint/a", "not of s3"),
        ("arn:aws:s3:eu-west-1:123456789012:bucket", "names no access point"),
    ]:
        assert words in build(project, bucket=wrong, endpoint="http://s3.example.com").stderr


def profile(project: Project, config: str, credentials: str = "") -> None:
    folder = project.home / ".aws"
    folder.mkdir(exist_ok=True)
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(credentials)


def last_access_key(server: S3Server) -> str:
    signed = [entry["authorization"] for entry in server.requests() if "list-type=2" in entry["query"]]
    return signed[-1].split("Credential=")[1].split("/")[0]


def test_credentials_file_and_named_profile(project, s3):
    keys = f"aws_access_key_id = {s3.access}\naws_secret_access_key = {s3.secret}\n"
    profile(project, f"[profile team]\nregion = us-east-1\nendpoint_url = {s3.address}\n", f"[team]\n{keys}")
    project.environment |= {"AWS_ACCESS_KEY_ID": "AKIAWRONG", "AWS_SECRET_ACCESS_KEY": "wrong"}
    fetched(project, auth='auth.awsProfile = "team";')
    result = build(project, auth='auth.awsProfile = "nobody";', endpoint=s3.address)
    assert "there is no AWS profile 'nobody'" in result.stderr


def test_variables_that_the_model_names(project, s3):
    project.environment |= {"MODELS_KEY": s3.access, "MODELS_SECRET": s3.secret}
    fetched(project, auth='auth = { usernameEnvVar = "MODELS_KEY"; passwordEnvVar = "MODELS_SECRET"; };', endpoint=s3.address)


def test_credential_process(project, s3):
    program = project.home / "my program"
    answer = json.dumps({"Version": 1, "AccessKeyId": s3.access, "SecretAccessKey": s3.secret})
    program.write_text(f"#!/bin/sh\ntest \"$1\" = 'two words' && echo '{answer}'\n")
    program.chmod(0o755)
    profile(project, f"[default]\ncredential_process = \"{program}\" 'two words'\n")
    fetched(project, endpoint=s3.address)
    profile(project, f'[default]\ncredential_process = "{program}" other\n')
    result = build(project, endpoint=s3.address)
    assert "'credential_process' of the AWS profile 'default' fails with exit code 1" in result.stderr


@pytest.mark.parametrize("chained", [False, True])
def test_role_of_a_profile(project, s3, chained):
    config = f"[profile base]\nregion = us-east-1\n[profile models]\nrole_arn = {s3.role}\nsource_profile = base\n"
    if chained:
        config += f"[profile last]\nrole_arn = {s3.role}\nsource_profile = models\nexternal_id = x1\n"
    profile(project, config, f"[base]\naws_access_key_id = {s3.access}\naws_secret_access_key = {s3.secret}\n")
    project.environment |= {"AWS_PROFILE": "last" if chained else "models", "AWS_ENDPOINT_URL": s3.address}
    fetched(project)
    assert last_access_key(s3).startswith("ASIA")


def test_role_that_leads_to_itself(project, s3):
    profile(project, "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n")
    result = build(project, auth='auth.awsProfile = "a";', endpoint=s3.address)
    assert "takes its role from itself" in result.stderr


def test_role_that_wants_a_code(project, s3):
    config = f"[profile coded]\nrole_arn = {s3.role}\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n"
    keys = f"aws_access_key_id = {s3.access}\naws_secret_access_key = {s3.secret}\n"
    profile(project, f"[profile base]\nregion = us-east-1\n{config}", f"[base]\n{keys}")
    project.environment |= {"AWS_PROFILE": "coded", "AWS_ENDPOINT_URL": s3.address}
    result = build(project)
    assert "takes a role that wants a code ('mfa_serial')" in result.stderr and "AWS_MFA_CODE" in result.stderr
    project.environment["AWS_MFA_CODE"] = "123456"
    fetched(project)
    assert last_access_key(s3).startswith("ASIA")


def test_requester_pays(project, s3):
    """The field is in what is signed, and moto checks the signature."""
    project.environment |= s3.keys
    fetched(project, "requesterPays = true;", endpoint=s3.address)
    signed = [entry["authorization"] for entry in s3.requests() if "SignedHeaders" in (entry["authorization"] or "")]
    assert "x-amz-request-payer" in signed[-1] and "x-amz-checksum-mode" in signed[-1]


def test_digests_of_the_service(project, s3):
    s3.client().put_object(Bucket="models", Key="summed/w.bin", Body=b"content", ChecksumAlgorithm="SHA256")
    project.environment |= s3.keys
    assert tree(fetched(project, prefix="summed", endpoint=s3.address)) == {"w.bin": ("file", False, b"content")}


def test_web_identity(project, s3):
    (project.home / "token").write_text("web-identity-token\n")
    project.environment |= {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(project.home / "token"),
        "AWS_ROLE_ARN": s3.role,
        "AWS_ENDPOINT_URL": s3.address,
    }
    fetched(project)
    assert last_access_key(s3).startswith("ASIA")
    (project.home / "token").write_text("another")
    assert "(InvalidIdentityToken: no)" in build(project).stderr


def test_container(project, s3):
    (project.home / "token").write_text("container-secret\n")
    project.environment |= {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{s3.address}/container",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(project.home / "token"),
    }
    fetched(project, endpoint=s3.address)
    assert last_access_key(s3).startswith("ASIA")
    project.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://192.0.2.1/steal"
    assert "not on this machine" in build(project, endpoint=s3.address).stderr


def test_machine(project, s3):
    del project.environment["AWS_EC2_METADATA_DISABLED"]
    project.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = s3.address
    fetched(project, endpoint=s3.address)
    assert last_access_key(s3).startswith("ASIA")


@pytest.mark.parametrize("ending", ["2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"])
def test_single_sign_on(project, s3, ending):
    """The cached token as it is, or renewed and put back."""
    session = f"[sso-session work]\nsso_region = us-east-1\nsso_start_url = {START}\n"
    profile(project, f"[profile dev]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Reader\n{session}")
    cache = project.home / ".aws/sso/cache"
    cache.mkdir(parents=True)
    file = cache / f"{hashlib.sha1(b'work').hexdigest()}.json"
    ended = ending.startswith("2020")
    fields = {"accessToken": "old" if ended else "sign-on-token-2", "expiresAt": ending, "refreshToken": "renewal-1"}
    file.write_text(json.dumps({**fields, "clientId": "id", "clientSecret": "client-secret", "startUrl": START}))
    project.environment["AWS_ENDPOINT_URL"] = s3.address
    fetched(project, auth='auth.awsProfile = "dev";')
    assert last_access_key(s3).startswith("ASIA")
    left = json.loads(file.read_text())
    assert left["refreshToken"] == ("renewal-2" if ended else "renewal-1")
    assert left["accessToken"] == "sign-on-token-2" and left["startUrl"] == START


def test_single_sign_on_that_ended(project, s3):
    profile(project, f"[profile dev]\nsso_start_url = {START}\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = R\n")
    result = build(project, auth='auth.awsProfile = "dev";', endpoint=s3.address)
    assert "aws sso login --profile dev" in result.stderr


def test_required_credentials(project, s3):
    result = build(project, bucket="open", auth="auth.required = true;", endpoint=s3.address)
    assert "the model requires AWS credentials and there are none" in result.stderr
