"""git http-backend: a request in, an answer out; and the same as a WSGI application."""

import os
import pathlib
import subprocess


def ask_git_backend(root: pathlib.Path, method: str, path: str, query: str, fields: dict[str, str], body: bytes):
    """The answer to one request for a repository below `root`: status line, header fields, body.

    `fields` are the request's, by their CGI names (`CONTENT_TYPE`, `HTTP_GIT_PROTOCOL`, …).
    """
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": fields.get("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": fields.get("HTTP_CONTENT_ENCODING", ""),
        "GIT_PROTOCOL": fields.get("HTTP_GIT_PROTOCOL", ""),
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_USER": fields.get("REMOTE_USER", "anybody"),
    }
    answer = subprocess.run(["git", "http-backend"], env=variables, input=body, stdout=subprocess.PIPE).stdout
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if ": " in line]
    status = next((value for name, value in lines if name == "Status"), "200 OK")
    return status, [line for line in lines if line[0] != "Status"], body


def git_backend(root: pathlib.Path):
    """git http-backend as a WSGI application."""

    def application(environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        if environ.get("HTTP_TRANSFER_ENCODING") == "chunked":
            body = environ["wsgi.input"].read()
        status, fields, body = ask_git_backend(
            root, environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ, body
        )
        start_response(status, fields)
        return [body]

    return application
