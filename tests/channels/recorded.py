"""Carriers that give one recorded answer, over HTTP and over SMTP."""

import json
import socket
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`content`: JSON, or bytes as they are."""

    status: int
    content: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()


TOKEN = Answer(200, {"access_token": "a token", "expires_in": 7200})


class Recorded:
    """An HTTP server with one answer, except to whoever asks for a token; `paths` are what was asked for."""

    def __init__(self, answer: Answer) -> None:
        self.paths: list[str] = []
        paths = self.paths

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path = self.path.partition("?")[0]
                paths.append(path)
                told = TOKEN if path.endswith("/stable_token") else answer
                self.send_response(told.status)
                for name, value in {**told.headers, "Content-Length": str(len(told.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told.body)

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.05,))

    def __enter__(self) -> "Recorded":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class RecordedMail:
    """A mail server that answers one command, such as `RCPT`, or the mail itself (`.`), as it is told; one connection.

    "" for an answer: it hangs up instead.
    """

    def __init__(self, command: str, answer: str) -> None:
        self.command, self.answer = command, answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.thread = Thread(target=self._serve)

    def __enter__(self) -> "RecordedMail":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        self.thread.join(timeout=10)

    def _serve(self) -> None:
        client, _ = self.listener.accept()
        with client, client.makefile("rb") as lines:
            client.sendall(b"220 recorded\r\n")
            in_mail = False
            for line in lines:
                if in_mail and line != b".\r\n":
                    continue
                command = "." if in_mail else line[:4].decode().upper()
                in_mail = command == "DATA" and self.command != "DATA"
                if not (told := self._told(command)):
                    return
                client.sendall(f"{told}\r\n".encode())

    def _told(self, command: str) -> str:
        usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 ok")
        return self.answer if command == self.command else usual
