"""D01, D02, D03, D04: what a feed's address may lead to, and what it may cost."""

import gzip
import io
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from linkwell.interop import errors
from linkwell.interop.fetching import Caps, Fetcher, addresses_of, is_public
from tests.interop.hostile import breaks_off, hostile_server, leads_to, never_ends, says, trickles

HERE = ipaddress.ip_address("127.0.0.1")
NAMES = {
    "feed.example": [HERE], "other.example": [HERE], "inside.example": ["10.0.0.5"], "both.example": [HERE, "10.0.0.5"],
    "cloud.example": ["169.254.169.254"],
}  # fmt: skip


def resolve(host, port):
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        return [ipaddress.ip_address(str(address)) for address in NAMES[host]]


def fetcher(**changes):
    """A fetcher for which this machine, and no other, stands for the public internet."""
    return Fetcher(**{"resolve": resolve, "may_reach": lambda address: address == HERE, **changes})


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.2.1 198.18.0.1
    224.0.0.1 240.0.0.1 255.255.255.255 192.88.99.1.x ::1 :: fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1
    ::ffff:169.254.169.254 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:a00:1::1
    2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1""".replace("192.88.99.1.x", "").split(),
)
def test_D01_no_private_address_is_public_however_it_is_wrapped(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_D01_public_addresses_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1"])
def test_D01_this_machine_is_refused_however_it_is_written(host):
    with pytest.raises((errors.NotPublic, errors.NotAWebAddress)):
        Fetcher().get(f"http://{host}:8000/services")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://feed.example/", "ftp://feed.example/", "//feed.example/", "feed", "", "http://",
     "http://user:secret@feed.example/", "http://feed.example:22/", "https://feed.example:25/", "javascript:alert(1)",
     "http://[::1", "http://feed.example:99999/"],
)  # fmt: skip
def test_D01_only_plain_web_addresses_are_fetched(url):
    with pytest.raises(errors.NotFetched):
        fetcher().get(url)


@pytest.mark.parametrize("host", ["inside.example", "cloud.example", "both.example"])
def test_D01_a_name_that_leads_inside_is_refused_also_when_only_one_of_its_addresses_does(host):
    with pytest.raises(errors.NotPublic, match="private network"):
        fetcher().get(f"http://{host}:8000/")


@pytest.mark.parametrize(
    "location",
    ["http://inside.example/", "http://169.254.169.254/latest/meta-data/", "//inside.example/", "http://[::1]/",
     "file:///etc/passwd", "gopher://feed.example/", "http://feed.example:22/", "http://u:p@feed.example/"],
)  # fmt: skip
def test_D01_a_redirect_is_held_to_the_same_rules(location):
    with hostile_server({"/": leads_to(location)}) as server:
        with pytest.raises(errors.NotFetched) as refusal:
            fetcher().get(server.url("/"))
    assert isinstance(refusal.value, errors.NotPublic | errors.NotAWebAddress)


def test_D02_a_name_is_resolved_once_and_the_checked_address_is_the_one_that_is_met():
    answers = iter([[HERE], [ipaddress.ip_address("10.0.0.5")]])
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return next(answers)

    with hostile_server({"/": says("", b"[]"), "/again": leads_to("/")}) as server:
        assert fetcher(resolve=rebinding).get(server.url("/")).body == b"[]"
    assert asked == ["feed.example"]


def certificate(name):
    """Make a certificate for a name; return (server's context, client's trust)."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return public, private


def contexts(name, tmp_path):
    public, private = certificate(name)
    (tmp_path / "both.pem").write_bytes(public + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "both.pem")
    return server, ssl.create_default_context(cadata=public.decode())


def test_D02_the_certificate_is_checked_against_the_name_although_the_address_is_pinned(tmp_path):
    tls, trust = contexts("feed.example", tmp_path)
    with hostile_server({"/": says("", b"[]")}, tls) as server:
        assert fetcher(trust=trust).get(server.url("/", scheme="https")).body == b"[]"
        with pytest.raises(errors.NotReached):
            fetcher(trust=trust).get(server.url("/", host="other.example", scheme="https"))
        with pytest.raises(errors.NotReached):
            fetcher().get(server.url("/", scheme="https"))


def test_a_secure_address_does_not_lead_to_an_insecure_one(tmp_path):
    tls, trust = contexts("feed.example", tmp_path)
    with hostile_server({"/": leads_to("http://feed.example/")}, tls) as server:
        with pytest.raises(errors.NotAWebAddress):
            fetcher(trust=trust).get(server.url("/", scheme="https"))


def test_D03_a_key_goes_to_its_own_origin_alone():
    with hostile_server({"/end": says("", b"[]")}) as other:
        with hostile_server({"/": leads_to("/near"), "/near": leads_to(other.url("/end", host="feed.example"))}) as own:
            fetcher().get(own.url("/"), headers={"Authorization": "Bearer secret"})
    assert "Authorization: Bearer secret" in own.heads["/"]
    assert "Authorization: Bearer secret" in own.heads["/near"]
    assert not any("secret" in line for line in other.heads["/end"])


@pytest.mark.parametrize("name", ["feed.example.evil.example", "other.example"])
def test_D03_a_name_that_begins_or_looks_alike_is_another_origin(name):
    NAMES[name] = [HERE]
    answers = {"/end": says("", b"[]")}
    with hostile_server(answers) as server:
        answers["/"] = leads_to(server.url("/end", host=name))
        fetcher().get(server.url("/"), headers={"X-Api-Key": "secret"})
    assert not any("secret" in line for line in server.heads["/end"])


def test_D04_redirects_in_a_ring_end():
    with hostile_server({"/a": leads_to("/b"), "/b": leads_to("/a")}) as server:
        with pytest.raises(errors.TooManyRedirects):
            fetcher().get(server.url("/a"))


SMALL = Caps(wire_bytes=400_000, body_bytes=3_000_000, seconds=60, pause_seconds=30)


def test_D04_an_endless_body_or_head_is_given_up():
    with hostile_server({"/body": never_ends, "/head": trickles}) as server:
        with pytest.raises(errors.TooLarge):
            fetcher(caps=SMALL).get(server.url("/body"))
        with pytest.raises(errors.NotFetched):
            fetcher(caps=SMALL).get(server.url("/head"))


def test_D04_a_trickle_ends_with_the_time_that_one_answer_has():
    seconds = iter(range(0, 10_000, 10))  # each look at the clock is ten seconds later
    with hostile_server({"/": trickles}) as server:
        with pytest.raises(errors.TooSlow, match="60 seconds"):
            fetcher(caps=SMALL, clock=lambda: next(seconds)).get(server.url("/"))


def test_D04_a_packed_bomb_is_given_up_before_it_is_unpacked():
    bomb = gzip.compress(b"0" * 200_000_000)
    assert len(bomb) < SMALL.wire_bytes
    into = io.BytesIO()
    with hostile_server({"/": says("Content-Encoding: gzip\r\n", bomb)}) as server:
        with pytest.raises((errors.TooDense, errors.TooLarge)):
            fetcher(caps=SMALL).get(server.url("/"), into=into)
    assert into.tell() <= SMALL.body_bytes


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_D04_a_packing_that_was_not_asked_for_is_refused(encoding):
    with hostile_server({"/": says(f"Content-Encoding: {encoding}\r\n", b"xxxx")}) as server:
        with pytest.raises(errors.UnknownPacking):
            fetcher().get(server.url("/"))


def test_what_broke_off_is_not_taken_for_the_whole():
    whole = gzip.compress(b'[{"id": 1}]' * 1000)
    answers = {"/plain": breaks_off, "/packed": says("Content-Encoding: gzip\r\n", whole[:-20])}
    with hostile_server(answers) as server:
        with pytest.raises(errors.NotReached):
            fetcher().get(server.url("/plain"))
        with pytest.raises(errors.CutShort):
            fetcher().get(server.url("/packed"))


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content"])
def test_any_other_answer_is_no_feed(status):
    with hostile_server({"/": says("", b"<html>", status=status)}) as server:
        with pytest.raises(errors.BadStatus, match=status[:3]):
            fetcher().get(server.url("/"))


def test_a_feed_is_fetched_packed_or_plain_and_unchanged_ones_say_so():
    body = b'{"id": "x"}' * 5000
    answers = {
        "/plain": says('Content-Type: application/json\r\nETag: "1"\r\n', body),
        "/packed": says("Content-Encoding: gzip\r\n", gzip.compress(body)),
        "/same": says("", status="304 Not Modified"),
        "/moved": leads_to("/packed", "301 Moved Permanently"),
    }
    with hostile_server(answers) as server:
        plain = fetcher().get(server.url("/plain#part"))
        assert (plain.body, plain.headers["etag"], plain.size) == (body, '"1"', len(body))
        assert fetcher().get(server.url("/moved")).body == body
        assert fetcher().get(server.url("/same"), headers={"If-None-Match": '"1"'}).status == 304
        into = io.BytesIO()
        assert fetcher().get(server.url("/packed"), into=into).body == b"" and into.getvalue() == body


def test_a_name_that_nobody_knows_is_said_so():
    with pytest.raises(errors.NotReached, match=r"nowhere\.invalid"):
        addresses_of("nowhere.invalid", 80)
