"""A proxy between the product and PostgreSQL, to make the network between them fail.

    with Proxy.to_server(url, folder) as proxy:
        proxy.url            the same database, through the proxy
        proxy.refuse()       nobody new gets in; cut() ends who is in; together: the server is away
        proxy.delay = 5.0    seconds before each piece of an answer
        proxy.once("truncate" | "duplicate" | "half_close")     the next piece of an answer is broken so
        proxy.mend()         all is well again

It speaks over a unix socket to a server on a unix socket, and over TCP to one on TCP.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PIECE = 65536
FAULTS = ("truncate", "duplicate", "half_close")


class Proxy:
    """Passes bytes between clients and one server, or does not."""

    def __init__(self, server: str | tuple[str, int], listener: socket.socket, url: str) -> None:
        self._server, self._listener, self.url = server, listener, url
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._refusing = threading.Event()
        self._faults: list[str] = []
        self.delay = 0.0
        self.passed = 0  # connections that were let through
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    @contextlib.contextmanager
    def to_server(cls, url: str, folder: Path) -> Iterator["Proxy"]:
        """Stand before the server of a database's address while the block runs."""
        parts = conninfo_to_dict(url)
        host, port = str(parts.get("host") or ""), int(parts.get("port") or 5432)
        if host.startswith("/"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(folder / ".s.PGSQL.5432"))
            server: str | tuple[str, int] = f"{host}/.s.PGSQL.{port}"
            through = make_conninfo("", **{**parts, "host": str(folder), "port": 5432})
        else:
            listener = socket.create_server(("127.0.0.1", 0))
            server = (host or "127.0.0.1", port)
            through = make_conninfo("", **{**parts, "host": "127.0.0.1", "port": listener.getsockname()[1]})
        listener.listen(200)
        proxy = cls(server, listener, as_url(through))
        try:
            yield proxy
        finally:
            proxy.refuse()
            proxy.cut()
            listener.close()

    def refuse(self) -> None:
        """Let nobody new in."""
        self._refusing.set()

    def cut(self) -> None:
        """End every connection at once, in the middle of whatever it says."""
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            _end(end)

    def away(self) -> None:
        """Be a server that is gone."""
        self.refuse()
        self.cut()

    def once(self, fault: str) -> None:
        """Break the next piece that the server says: half of it and the end, twice, or all of it and silence."""
        assert fault in FAULTS
        with self._lock:
            self._faults.append(fault)

    def mend(self) -> None:
        """Pass everything on again."""
        self._refusing.clear()
        self.delay = 0.0
        with self._lock:
            self._faults.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing.is_set():
                client.close()
                continue
            try:
                server = self._reach()
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            self.passed += 1
            for source, target, spoils in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pump, args=(source, target, spoils), daemon=True).start()

    def _reach(self) -> socket.socket:
        if isinstance(self._server, tuple):
            return socket.create_connection(self._server, timeout=None)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        return server

    def _pump(self, source: socket.socket, target: socket.socket, spoils: bool) -> None:
        try:
            while piece := source.recv(PIECE):
                if spoils and self.delay:
                    time.sleep(self.delay)
                fault = self._next_fault() if spoils else ""
                if fault == "truncate":
                    target.sendall(piece[: len(piece) // 2])
                    break
                target.sendall(piece * 2 if fault == "duplicate" else piece)
                if fault == "half_close":
                    target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        finally:
            with self._lock:
                self._open -= {source, target}
            _end(source)
            _end(target)

    def _next_fault(self) -> str:
        with self._lock:
            return self._faults.pop(0) if self._faults else ""


def as_url(conninfo: str) -> str:
    """Return an address of the form that DATABASE_URL has."""
    from urllib.parse import quote, urlencode

    parts = conninfo_to_dict(conninfo)
    user, name = parts.pop("user", ""), parts.pop("dbname", "")
    password = parts.pop("password", None)
    login = f"{quote(str(user))}:{quote(str(password), safe='')}@" if password else f"{quote(str(user))}@"
    return f"postgresql://{login}/{quote(str(name))}?{urlencode(parts)}"


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
