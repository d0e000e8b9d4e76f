"""A chat's webhook: real HTTP, kept waiting or refusing when told to."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN = "/services/T0SECRET/B0?sig=JETON"
"""What of its address is secret."""


@dataclass(slots=True)
class Chat:
    """``status``: what it answers; ``open``: unset, it keeps its callers waiting; ``received``: path, body, headers."""

    address: str
    status: int = 200
    open: threading.Event = field(default_factory=threading.Event)
    received: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for _, body, _ in self.received]

    def connection(self, **extra: str) -> str:
        """An Airflow connection to it, as JSON."""
        return json.dumps({"conn_type": "chat_webhook", "password": self.address + TOKEN, "extra": extra})

    def older_connection(self, **extra: str) -> str:
        """The same as it was before Airflow had a type for it: the address in the host."""
        return json.dumps({"conn_type": "http", "host": self.address + TOKEN, "extra": extra})


@contextmanager
def running_chat(certificate: Path | None = None) -> Iterator[Chat]:
    """On a port of its own, until the end; over TLS with the key and the certificate of a file."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            chat.open.wait(30)
            chat.received.append((self.path, body, dict(self.headers)))
            self.send_response(chat.status)
            self.send_header("Location", f"{chat.address}/ailleurs")
            self.end_headers()
            self.wfile.write(f"introuvable : {self.path}".encode())

        def do_GET(self) -> None:
            chat.received.append((self.path, '{"text": "GET"}', {}))

        def log_message(self, *_: object) -> None:
            """Nothing: the tests look at what is received."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    chat = Chat(f"{'http' if certificate is None else 'https'}://127.0.0.1:{server.server_port}")
    chat.open.set()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield chat
    finally:
        chat.open.set()
        server.shutdown()
        server.server_close()
