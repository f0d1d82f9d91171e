"""The one way out: fetches a public address for a feed, and nothing that a hostile one could point it at.

A host is resolved once for each connection; every address it has must be public, and the connection goes
to the address that was checked, so that a name cannot change its meaning in between. The certificate is
still checked against the name. Redirects are followed by hand, each hop under the same rules, and what
identifies us to one origin is never told to another.
"""

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import IPPROTO_TCP, getaddrinfo
from typing import Any, BinaryIO

import certifi
import httpcore
import httpx

from linkwell.interop import errors

Address = IPv4Address | IPv6Address
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64, _SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Caps:
    """How much one answer may cost us."""

    wire_bytes: int = 128 * _MEGABYTE
    body_bytes: int = 512 * _MEGABYTE  # unpacked
    ratio: int = 60  # unpacked to packed, counted from the first megabyte on; JSON feeds pack 10 to 20 times
    seconds: float = 300  # for the whole of it, redirects included
    pause_seconds: float = 30  # between two pieces
    redirects: int = 5


@dataclass(frozen=True)
class Fetched:
    """One answer: where it came from in the end, and its body where none was given to write into."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    size: int


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the public internet, also where it is wrapped in another."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped
        if address in _NAT64:
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        elif address in _SIX_TO_FOUR:
            inside = address.sixtofour
        if inside is not None:
            return is_public(inside)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def addresses_of(host: str, port: int) -> list[Address]:
    """Return every address that the system knows for a host; raise NotReached where there is none."""
    try:
        found = getaddrinfo(host, port, proto=IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise errors.NotReached(host) from None
    return list(dict.fromkeys(ip_address(str(entry[4][0]).split("%")[0]) for entry in found))


@dataclass
class _Meter:
    """What is left of the caps while one answer comes in."""

    caps: Caps
    clock: Callable[[], float]
    began: float = 0.0
    wire: int = 0
    body: int = 0

    def __post_init__(self) -> None:
        self.began = self.clock()

    def seconds_left(self) -> float:
        left = self.began + self.caps.seconds - self.clock()
        if left <= 0:
            raise errors.TooSlow(self.caps.seconds)
        return left

    def count_wire(self, size: int) -> None:
        self.wire += size
        if self.wire > self.caps.wire_bytes:
            raise errors.TooLarge(self.caps.wire_bytes)

    def count_body(self, size: int) -> None:
        self.body += size
        if self.body > self.caps.body_bytes:
            raise errors.TooLarge(self.caps.body_bytes)
        if self.body > _MEGABYTE and self.body > self.caps.ratio * max(self.wire, 1):
            raise errors.TooDense


class _MeteredStream(httpcore.NetworkStream):
    """A connection on which every piece, of the head as of the body, counts against the caps."""

    def __init__(self, inner: httpcore.NetworkStream, meter: _Meter) -> None:
        self._inner, self._meter = inner, meter

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wait = min(self._meter.seconds_left(), self._meter.caps.pause_seconds)
        piece = self._inner.read(min(max_bytes, 65536), wait)
        self._meter.count_wire(len(piece))
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, min(self._meter.seconds_left(), self._meter.caps.pause_seconds))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = min(self._meter.seconds_left(), self._meter.caps.pause_seconds)
        return _MeteredStream(self._inner.start_tls(ssl_context, server_hostname, wait), self._meter)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to an address that was checked, never to a name."""

    def __init__(self, meter: _Meter, fetcher: "Fetcher") -> None:
        self._meter, self._fetcher = meter, fetcher

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = self._fetcher.resolve(host, port)
        if not found or not all(map(self._fetcher.may_reach, found)):
            raise errors.NotPublic(host)
        wait = min(self._meter.seconds_left(), self._meter.caps.pause_seconds)
        inner = httpcore.SyncBackend().connect_tcp(str(found[0]), port, wait, None, socket_options)
        return _MeteredStream(inner, self._meter)


@dataclass(frozen=True)
class Fetcher:
    """Fetches addresses within its caps. Tests give their own resolver, rule of reach, clock and trust."""

    caps: Caps = field(default_factory=Caps)
    resolve: Callable[[str, int], list[Address]] = addresses_of
    may_reach: Callable[[Address], bool] = is_public
    clock: Callable[[], float] = time.monotonic
    trust: ssl.SSLContext | None = None

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, into: BinaryIO | None = None) -> Fetched:
        """Return the answer of `url`; its body goes `into` a file where one is given.

        `headers` (an API key, a validator such as If-None-Match) go to the origin of `url` alone. Raises one
        of the refusals of this room for every answer that is not 200 or 304.
        """
        meter = _Meter(self.caps, self.clock)
        here = start = web_address(url)
        for _ in range(self.caps.redirects + 1):
            own = dict(headers or {}) if _origin(here) == _origin(start) else {}
            answer = self._one(here, own, meter, into)
            if answer.status not in REDIRECTS:
                if answer.status not in (200, 304):
                    raise errors.BadStatus(answer.status)
                return answer
            here = _next(here, answer)
        raise errors.TooManyRedirects(self.caps.redirects)

    def _one(self, url: httpx.URL, headers: dict[str, str], meter: _Meter, into: BinaryIO | None) -> Fetched:
        sent = {"Host": url.netloc.decode(), "User-Agent": "Linkwell", "Accept-Encoding": "gzip", "Connection": "close"}
        backend = _PinnedBackend(meter, self)
        try:
            with httpcore.ConnectionPool(ssl_context=self.trust or _trust(), network_backend=backend) as pool:
                with pool.stream("GET", str(url), headers=list((sent | headers).items())) as answer:
                    heads = {name.decode().lower(): text.decode("latin-1") for name, text in answer.headers}
                    kept = bytearray()
                    if answer.status == 200:
                        for piece in _unpacked(answer.iter_stream(), heads.get("content-encoding", ""), meter):
                            into.write(piece) if into else kept.extend(piece)
                    return Fetched(str(url), answer.status, heads, bytes(kept), meter.body)
        except httpcore.TimeoutException:
            meter.seconds_left()
            raise errors.TooSlow(self.caps.pause_seconds) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
            raise errors.NotReached(url.host) from None


def web_address(url: str | httpx.URL) -> httpx.URL:
    """Return a web address without a name or password in it; raise NotAWebAddress."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise errors.NotAWebAddress from None
    port = found.port or (443 if found.scheme == "https" else 80)
    odd_port = port > 65535 or (port < 1024 and port not in (80, 443))  # mail, file and login servers of others
    if found.scheme not in ("http", "https") or not found.host or found.userinfo or odd_port:
        raise errors.NotAWebAddress
    return found.copy_with(fragment=None)


def _next(here: httpx.URL, answer: Fetched) -> httpx.URL:
    location = answer.headers.get("location", "")
    if not location:
        raise errors.BadStatus(answer.status)
    try:
        there = web_address(here.join(location))
    except httpx.InvalidURL:
        raise errors.NotAWebAddress from None
    if here.scheme == "https" and there.scheme == "http":
        raise errors.NotAWebAddress
    return there


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _unpacked(pieces: Iterator[bytes], encoding: str, meter: _Meter) -> Iterator[bytes]:
    """Yield the body, unpacked a little at a time, so that no piece can swell past the caps unseen."""
    if encoding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise errors.UnknownPacking(encoding[:20])
    packed = bool(encoding) and encoding.strip().lower() != "identity"
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                out = unpacker.decompress(rest, 65536) if packed else rest
                rest = unpacker.unconsumed_tail if packed else b""
                meter.count_body(len(out))
                yield out
        if packed and not unpacker.eof:
            raise errors.CutShort
    except zlib.error:
        raise errors.UnknownPacking("gzip") from None


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())
