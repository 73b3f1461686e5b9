"""nginx with TLS and HTTP/2, a SOCKS server and an HTTP proxy, as people run them."""

import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

COMMIT = "c" * 40
USER, PASSWORD = "reader", "pr0xy-s3cret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port: int, process: subprocess.Popen) -> None:
    for _ in range(600):
        assert process.poll() is None, f"{process.args} ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"{process.args} does not listen")


class Server:
    """A program that listens on one or more ports, with its output in a log."""

    def __init__(self, folder: pathlib.Path, command: list[str], ports: list[int]):
        self.output = folder / f"{command[0]}.output"
        # Debian keeps servers out of a user's PATH.
        program = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin")
        with self.output.open("wb") as stream:
            self.process = subprocess.Popen([program, *command[1:]], stdout=stream, stderr=stream, stdin=subprocess.DEVNULL)
        for port in ports:
            await_port(port, self.process)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


class Nginx(Server):
    """Serves `folder` over http, and over https with HTTP/2: any TLS, 1.2 alone and 1.3 alone.

    Repositories below it are also a hub's: `/org/<name>`.
    """

    def __init__(self, folder: pathlib.Path):
        self.folder, self.log = folder / "served", folder / "access.jsonl"
        (self.folder / "api").mkdir(parents=True)
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out",
             str(self.certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        self.plain, self.any_tls, self.tls12, self.tls13 = (free_port() for _ in range(4))
        secure = "\n".join(
            f"""  server {{
    listen 127.0.0.1:{port} ssl http2; ssl_protocols {protocols};
    include {folder}/places.conf;
  }}"""
            for port, protocols in (
                (self.any_tls, "TLSv1.2 TLSv1.3"), (self.tls12, "TLSv1.2"), (self.tls13, "TLSv1.3"))
        )
        (folder / "places.conf").write_text(
            f"""root {self.folder};
location ~ ^/api/models/org/(?<name>[^/]+)/(?<kind>revision|tree)/ {{
  default_type application/json; try_files /api/$name.$kind.json =404; }}
location ~ ^/org/(?<name>[^/]+)/resolve/[^/]+/(?<file>.*)$ {{ try_files /$name/$file =404; }}
location /slow/ {{ alias {self.folder}/; limit_rate 2m; limit_rate_after 4m; }}
"""
        )
        user = "user root;" if os.getuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"""daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
  log_format lines escape=json '{{"connection": $connection, "protocol": "$server_protocol", "tls": "$ssl_protocol",'
    '"uri": "$request_uri", "status": $status, "sent": $body_bytes_sent, "range": "$http_range",'
    '"if_range": "$http_if_range"}}';
  access_log {self.log} lines; default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  ssl_certificate {self.certificate}; ssl_certificate_key {key};
  server {{
    listen 127.0.0.1:{self.plain};
    include {folder}/places.conf;
  }}
{secure}
}}
"""
        )
        command = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        super().__init__(folder, command, [self.plain, self.any_tls, self.tls12, self.tls13])

    def add_model(self, name: str, files: dict[str, bytes]) -> None:
        """A repository of small files, and the hub's answers about it."""
        (self.folder / name).mkdir()
        tree = []
        for path, data in files.items():
            (self.folder / name / path).write_bytes(data)
            oid = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            tree.append({"type": "file", "path": path, "size": len(data), "oid": oid})
        (self.folder / "api" / f"{name}.tree.json").write_text(json.dumps(tree))
        (self.folder / "api" / f"{name}.revision.json").write_text(json.dumps({"id": f"org/{name}", "sha": COMMIT}))

    def requests(self) -> list[dict]:
        """What was answered so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


class SocksServer(Server):
    """microsocks, which asks for a name and a password."""

    def __init__(self, folder: pathlib.Path):
        self.port = free_port()
        command = ["microsocks", "-i", "127.0.0.1", "-p", str(self.port), "-u", USER, "-P", PASSWORD]
        super().__init__(folder, command, [self.port])

    def targets(self) -> list[str]:
        """Where it was asked to connect to."""
        lines = self.output.read_text().splitlines()
        return [line.rsplit(" ", 1)[1] for line in lines if ": connected to " in line]


class WebProxy(Server):
    """tinyproxy, which asks for a name and a password."""

    def __init__(self, folder: pathlib.Path):
        self.port = free_port()
        configuration = folder / "tinyproxy.conf"
        configuration.write_text(
            f"""Port {self.port}
Listen 127.0.0.1
Timeout 60
MaxClients 50
LogLevel Info
BasicAuth {USER} {PASSWORD}
"""
        )
        super().__init__(folder, ["tinyproxy", "-d", "-c", str(configuration)], [self.port])

    def asked(self) -> list[str]:
        """The request lines that it got, `GET http://…` or `CONNECT …`."""
        lines = self.output.read_text().splitlines()
        return [line.rsplit("): ", 1)[1] for line in lines if "Request (file descriptor" in line]
