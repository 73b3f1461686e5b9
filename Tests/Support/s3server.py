"""An S3 service that checks signatures (moto with its IAM switched on), and AWS's other services that give credentials.

Prints one line of JSON when it is listening: its address, the keys of a user and the role that this user may take.
Requests are logged as lines of JSON. What moto does not do is done here: each bucket has a region, and the clock may go wrong.
"""

import argparse
import datetime
import io
import json
import os
import pathlib
import re
import secrets
import threading
import warnings
from urllib.parse import parse_qs

warnings.simplefilter("ignore")

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto import settings
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from request_log import RequestLog
from werkzeug.serving import WSGIRequestHandler, make_server

ROLE_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": "*"}]}


class Service:
    """moto, its buckets' regions, its clock, and the services that stand in front of STS."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.log = RequestLog(options.log)
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.lock = threading.Lock()
        self.regions = dict(entry.split("=") for entry in options.region)
        self.instance_token = secrets.token_hex(8)
        self.sign_on_token = "sign-on-token-2"
        self.issued = 0
        self.issue = None

    def __call__(self, environ, start_response):
        def answer(status, headers, exc_info=None):
            self.log(environ, status)
            fields = [field for field in headers if field[0].lower() != "date"]
            return start_response(status, [*fields, ("Date", self.now().strftime("%a, %d %b %Y %H:%M:%S GMT"))], exc_info)

        def reply(status, body, kind="application/json", *fields):
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            answer(status, [("Content-Type", kind), ("Content-Length", str(len(data))), *fields])
            return [data]

        def refuse(status, code, *fields, more=""):
            body = f"<Error><Code>{code}</Code><Message>refused by the test</Message>{more}</Error>"
            return reply(status, body, "application/xml", *fields)

        given = self.other_service(environ, reply)
        if given is not None:
            return given
        signed = re.search(r"Credential=[^/]+/\d+/([^/]+)/s3/", environ.get("HTTP_AUTHORIZATION", ""))
        if signed and not self.is_setting_up:
            time = datetime.datetime.strptime(environ.get("HTTP_X_AMZ_DATE", ""), "%Y%m%dT%H%M%SZ")
            if abs((time - self.now()).total_seconds()) > 900:
                return refuse("403 Forbidden", "RequestTimeTooSkewed")
            region = self.regions.get(environ["PATH_INFO"].split("/")[1], signed[1])
            if region != signed[1] and region.startswith("eu"):
                more = f"<Region>{region}</Region>"
                return refuse("400 Bad Request", "AuthorizationHeaderMalformed", more=more)
            if region != signed[1]:
                return refuse("301 Moved Permanently", "PermanentRedirect", ("x-amz-bucket-region", region))
        if "HTTP_AUTHORIZATION" not in environ and not environ["PATH_INFO"].startswith("/moto-api"):
            if environ["PATH_INFO"].split("/")[1] not in self.options.public and environ["REQUEST_METHOD"] != "POST":
                return refuse("403 Forbidden", "AccessDenied")
            self.sign(environ)
        return self.moto(environ, answer)

    def sign(self, environ) -> None:
        """Lets moto, which knows no public buckets once it checks signatures, take an unsigned request for the user's."""
        if not self.reader or environ["REQUEST_METHOD"] == "POST":
            return
        url = f"http://{environ['HTTP_HOST']}{environ['RAW_URI']}"
        request = AWSRequest("GET", url, headers={"Host": environ["HTTP_HOST"]})
        S3SigV4Auth(self.reader, "s3", "us-east-1").add_auth(request)
        for name, value in request.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value

    reader = None
    is_setting_up = True

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(seconds=self.options.clock)

    def temporary(self) -> dict:
        """Credentials of the role, which moto checks like any others."""
        with self.lock:
            self.issued += 1
        return self.issue()

    def other_service(self, environ, reply):
        """The container's and the machine's metadata, and single sign-on; None for anything else."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "/container":
            if environ.get("HTTP_AUTHORIZATION") != "container-secret":
                return reply("401 Unauthorized", {})
            return reply("200 OK", self.document())
        if path == "/latest/api/token" and method == "PUT":
            return reply("200 OK", self.instance_token, "text/plain")
        if path.startswith("/latest/meta-data/"):
            if environ.get("HTTP_X_AWS_EC2_METADATA_TOKEN") != self.instance_token:
                return reply("401 Unauthorized", {})
            if path.endswith("/security-credentials/"):
                return reply("200 OK", "machine-role", "text/plain")
            return reply("200 OK", {"Code": "Success", **self.document()})
        if path == "/federation/credentials":
            query = parse_qs(environ.get("QUERY_STRING", ""))
            good = environ.get("HTTP_X_AMZ_SSO_BEARER_TOKEN") == self.sign_on_token
            if not good or query != {"account_id": ["123456789012"], "role_name": ["Reader"]}:
                return reply("401 Unauthorized", {"message": "Session token not found or invalid"})
            keys = self.document()
            fields = {"accessKeyId": "AccessKeyId", "secretAccessKey": "SecretAccessKey", "sessionToken": "Token"}
            answer = {name: keys[key] for name, key in fields.items()}
            return reply("200 OK", {"roleCredentials": {**answer, "expiration": 4102444800000}})
        if path == "/" and method == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if form.get("Action") == "AssumeRoleWithWebIdentity":
                if form.get("WebIdentityToken") != "web-identity-token":
                    error = "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>no</Message></Error></ErrorResponse>"
                    return reply("400 Bad Request", error, "text/xml")
                keys = self.temporary()
                text = "".join(f"<{name}>{keys[name]}</{name}>" for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
                name = "AssumeRoleWithWebIdentity"
                return reply("200 OK", f"<{name}Response><{name}Result><Credentials>{text}</Credentials></{name}Result></{name}Response>", "text/xml")
        if path == "/token" and method == "POST":
            asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            if asked.get("refreshToken") != "renewal-1" or asked.get("grantType") != "refresh_token":
                return reply("400 Bad Request", {"error": "invalid_grant"})
            return reply("200 OK", {"accessToken": self.sign_on_token, "expiresIn": 3600, "refreshToken": "renewal-2"})
        return None

    def document(self) -> dict:
        keys = self.temporary()
        return {
            "AccessKeyId": keys["AccessKeyId"],
            "SecretAccessKey": keys["SecretAccessKey"],
            "Token": keys["SessionToken"],
            "Expiration": "2099-01-01T00:00:00Z",
        }


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def make_environ(self):
        # Fields with an underscore are left out by default.
        return {**super().make_environ(), "HTTP_X_AMZ_SSO_BEARER_TOKEN": self.headers.get("x-amz-sso_bearer_token")}

    def log(self, *arguments) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=pathlib.Path, required=True)
    parser.add_argument("--region", action="append", default=[], help="BUCKET=REGION")
    parser.add_argument("--bucket", action="append", default=[], help="a bucket with one object")
    parser.add_argument("--public", action="append", default=[], help="a bucket that may be read without credentials")
    parser.add_argument("--clock", type=int, default=0, help="seconds that the clock is ahead")
    service = Service(parser.parse_args())
    server = make_server("127.0.0.1", 0, service, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"

    def client(name: str, **keys):
        keys = keys or {"aws_access_key_id": "setup", "aws_secret_access_key": "setup"}
        return boto3.client(name, endpoint_url=address, region_name="us-east-1", **keys)

    iam = client("iam")
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    keys = iam.create_access_key(UserName="reader")["AccessKey"]
    role = iam.create_role(RoleName="models", AssumeRolePolicyDocument=json.dumps(ROLE_POLICY))["Role"]["Arn"]
    iam.put_role_policy(RoleName="models", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    reader = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
    tokens = client("sts", **reader)
    service.issue = lambda: tokens.assume_role(RoleArn=role, RoleSessionName="issued")["Credentials"]
    service.reader = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"])
    for bucket in service.options.bucket:
        client("s3").create_bucket(Bucket=bucket)
        client("s3").put_object(Bucket=bucket, Key="llama/config.json", Body=b"{}")
    # From here on moto wants a signature that is right.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    service.is_setting_up = False
    print(json.dumps({"address": address, "access": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "role": role}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")
    main()
