"""Git repositories over HTTP with their large files: git's own http-backend and, below /info/lfs, the LFS server giftless.

The address is printed when it is listening; every request is a line of JSON in the log.
"""

import argparse
import base64
import json
import os
import pathlib
import tempfile
import threading
import warnings
from urllib.parse import parse_qs

import yaml
from git_backend import git_backend
from request_log import RequestLog
from werkzeug.serving import WSGIRequestHandler, make_server


def everybody(request):
    """giftless's identity of whoever got past our own login; its downloads have permissions of their own (JWT)."""
    from giftless.auth.identity import DefaultIdentity, Permission

    user = DefaultIdentity(name="tester", id="tester")
    user.allow(permissions=Permission.all())
    return user


def giftless(folder: pathlib.Path):
    """The LFS server, keeping what it gets below `folder`."""
    settings = {
        "LEGACY_ENDPOINTS": False,
        "AUTH_PROVIDERS": ["gitserver:everybody"],
        "TRANSFER_ADAPTERS": {
            "basic": {
                "factory": "giftless.transfer.basic_streaming:factory",
                "options": {
                    "storage_class": "giftless.storage.local_storage:LocalStorage",
                    "storage_options": {"path": str(folder)},
                },
            }
        },
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(settings, file)
        file.flush()
        os.environ["GIFTLESS_CONFIG_FILE"] = file.name
        warnings.simplefilter("ignore")
        from giftless.app import init_app

        return init_app()


class Server:
    """Both applications behind a login and the faults that were asked for."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.log = RequestLog(options.log)
        self.git = git_backend(options.repositories)
        self.large = giftless(options.objects)
        self.lock = threading.Lock()
        self.permits = 0
        self.uses = 0

    def __call__(self, environ, start_response):
        def answer(status, headers, exc_info=None):
            self.log(environ, status)
            return start_response(status, headers, exc_info)

        def refuse(status, *fields):
            answer(status, [("Content-Type", "text/plain"), *fields])
            return [b"refused\n"]

        is_large = "/info/lfs" in environ["PATH_INFO"]
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if self.options.permits and environ["REQUEST_METHOD"] == "GET" and is_large:
            with self.lock:
                self.uses += 1
                is_over = self.uses > self.options.permits or query.get("permit") != [str(self.permits)]
            if is_over:
                return refuse("403 Forbidden")
        if is_large and ("jwt" in query or environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer ")):
            # What giftless handed out itself, and checks itself.
            return self.large(environ, answer)
        wanted = self.options.lfs_login if is_large and self.options.lfs_login else self.options.login
        if wanted:
            field = environ.get("HTTP_AUTHORIZATION", "")
            if not field.startswith("Basic ") or base64.b64decode(field[6:]).decode() != wanted:
                return refuse("401 Unauthorized", ("WWW-Authenticate", 'Basic realm="git"'))
        if not is_large:
            return self.git(environ, answer)
        if self.options.permits and environ["PATH_INFO"].endswith("/objects/batch"):
            return self.batch(environ, answer)
        return self.large(environ, answer)

    def batch(self, environ, start_response):
        """A batch whose URLs hold for so many requests."""
        with self.lock:
            self.permits += 1
            self.uses = 0
            permit = self.permits
        captured = {}

        def capture(status, headers, exc_info=None):
            captured.update(status=status, headers=headers)

        answer = json.loads(b"".join(self.large(environ, capture)))
        for entry in answer.get("objects", []):
            for action in entry.get("actions", {}).values():
                action["href"] += f"{'&' if '?' in action['href'] else '?'}permit={permit}"
        body = json.dumps(answer).encode()
        headers = [field for field in captured["headers"] if field[0].lower() != "content-length"]
        start_response(captured["status"], [*headers, ("Content-Length", str(len(body)))])
        return [body]


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *arguments) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("repositories", type=pathlib.Path)
    parser.add_argument("objects", type=pathlib.Path)
    parser.add_argument("--log", type=pathlib.Path, required=True)
    parser.add_argument("--login", help="user:password for everything")
    parser.add_argument("--lfs-login", help="another user:password for the LFS server")
    parser.add_argument("--permits", type=int, default=0, help="downloads that one batch answer is good for")
    server = make_server("127.0.0.1", 0, Server(parser.parse_args()), threaded=True, request_handler=QuietHandler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
