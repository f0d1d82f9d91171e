"""A web server on this machine that answers a feed's address in every bad way."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket, str], None]


@dataclass
class HostileServer:
    """Answers by path; `heads` keeps what each request said, by path."""

    port: int
    answers: dict[str, Answer]
    heads: dict[str, list[str]] = field(default_factory=dict)

    def url(self, path: str, host: str = "feed.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def says(head: str, body: bytes = b"", status: str = "200 OK") -> Answer:
    """Answer once, whole, with these lines of head."""

    def answer(client: socket.socket, path: str) -> None:
        lines = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{head}\r\n"
        client.sendall(lines.encode() + body)

    return answer


def leads_to(location: str, status: str = "302 Found") -> Answer:
    return says(f"Location: {location}\r\n", status=status)


def trickles(client: socket.socket, path: str) -> None:
    """Send a head that never ends, a byte at a time."""
    client.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        client.sendall(b"a")


def never_ends(client: socket.socket, path: str) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        client.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def breaks_off(client: socket.socket, path: str) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


@contextmanager
def hostile_server(answers: dict[str, Answer], tls: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    """Serve the answers until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = HostileServer(listener.getsockname()[1], answers)

    def serve(client: socket.socket) -> None:
        with suppress(OSError):
            if tls is not None:
                client = tls.wrap_socket(client, server_side=True)
            with client:
                request = b""
                while b"\r\n\r\n" not in request and (piece := client.recv(4096)):
                    request += piece
                first, *lines = request.decode("latin-1").split("\r\n")
                path = first.split(" ")[1]
                server.heads[path] = [line for line in lines if line]
                answers.get(path, says("", status="404 Not Found"))(client, path)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.close()
