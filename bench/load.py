"""Asks for pages over connections that stay open, as fast as they are answered, and notes how long each took."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

LONGEST = 30.0


@dataclass
class Taken:
    """How long answers took, in milliseconds, and over how many seconds they came."""

    times: list[float] = field(default_factory=list)
    failures: int = 0
    seconds: float = 0.0

    def add(self, other: "Taken") -> None:
        self.times += other.times
        self.failures += other.failures
        self.seconds += other.seconds

    def summary(self) -> dict[str, float]:
        """Return pages a second and the middle, 95th and longest time."""
        ranked = sorted(self.times) or [0.0]
        return {
            "per_second": round(len(self.times) / self.seconds, 1) if self.seconds else 0.0,
            "p50_ms": round(ranked[len(ranked) // 2], 2),
            "p95_ms": round(ranked[int(len(ranked) * 0.95)], 2),
            "max_ms": round(ranked[-1], 2),
            "pages": len(self.times),
            "failures": self.failures,
        }


class Connection:
    """One keep-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LONGEST)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; return the status and the body."""
        self.socket.sendall(request)
        held = b""
        while (end := held.find(b"\r\n\r\n")) < 0:
            held += self._more()
        head, body = held[:end].lower(), held[end + 4 :]
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
            return status, _joined(body)
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        pieces, got = [body], len(body)
        while got < length:
            pieces.append(self._more())
            got += len(pieces[-1])
        return status, b"".join(pieces)

    def _more(self) -> bytes:
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("The server closed the connection.")
        return piece


def _joined(chunks: bytes) -> bytes:
    whole = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        whole, chunks = whole + rest[:length], rest[length + 2 :]
        if not length:
            break
    return whole


def request(path: str, cookie: str, *, form: bytes | None = None, more: str = "") -> bytes:
    """Return the bytes that a browser sends to open a page, or to send a form."""
    first = "POST" if form is not None else "GET"
    length = f"Content-Length: {len(form)}\r\nContent-Type: application/x-www-form-urlencoded\r\n" if form else ""
    kept = f"{length}{more}Connection: keep-alive"
    head = f"{first} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n{kept}\r\n\r\n"
    return head.encode() + (form or b"")


def saturate(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Taken:
    """Ask again as soon as answered, on so many connections, for so long; each starts at another request."""
    return together([_closed_loop(port, requests, place, seconds) for place in range(connections)], seconds)


def _closed_loop(port: int, requests: Sequence[bytes], place: int, seconds: float) -> Callable[[Taken], None]:
    def run(taken: Taken) -> None:
        connection, number = Connection(port), place
        until = time.perf_counter() + seconds
        while (began := time.perf_counter()) < until:
            status, _ = connection.ask(requests[number % len(requests)])
            taken.times.append((time.perf_counter() - began) * 1000)
            taken.failures += status != 200
            number += 1
        connection.socket.close()

    return run


def together(runs: Sequence[Callable[[Taken], None]], seconds: float) -> Taken:
    """Run each in a thread of its own and put what they noted together."""
    noted = [Taken() for _ in runs]
    threads = [threading.Thread(target=run, args=(each,)) for run, each in zip(runs, noted, strict=True)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Taken(seconds=max(time.perf_counter() - began, 1e-9))
    for each in noted:
        whole.times += each.times
        whole.failures += each.failures
    return whole
