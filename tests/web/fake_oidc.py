"""A provider of OpenID Connect on this machine, which does as it should or misbehaves as it is told.

    with fake_provider() as fake:
        fake.subject = "asha"            # who signs in there
        fake.id_token = {"nonce": "x"}   # claims put over the right ones; None takes one away
        fake.sign = "none"               # none, hs256 (with the public key), other_key, rotated, es256

It is as strict as a real one with codes: each is for one client, address and challenge, and once.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, SECRET = "linkwell client", "a:secret/with marks"
_made: dict[str, Any] = {}


def rsa_key(name: str) -> Any:
    """Return the key of this name, made once."""
    if name not in _made:
        _made[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return _made[name]


class Fake:
    """What the provider knows and how it behaves."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.subject = "sub-asha"
        self.id_token: dict[str, Any] = {}
        self.sign = "rs256"
        self.discovery: dict[str, Any] = {}
        self.token_answer: tuple[int, dict[str, Any]] | None = None
        self.user_info_asked = 0
        self.codes: dict[str, dict[str, str]] = {}
        self.seen: list[dict[str, str]] = []
        self.sends_iss: str | None = None
        self.silent = False  # takes the code and says nothing until the end
        self.ends = threading.Event()
        self.kid = "one"

    def published(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **self.discovery,
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key(self.kid).public_key()))
        curve = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.curve().public_key()))
        return {"keys": [{**public, "kid": self.kid, "use": "sig"}, {**curve, "kid": "curve", "use": "sig"}]}

    def curve(self) -> Any:
        return _made.setdefault("curve", ec.generate_private_key(ec.SECP256R1()))

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes, as if the person had signed in."""
        code = hashlib.sha256(f"{time.time_ns()}{asked['state']}".encode()).hexdigest()
        self.codes[code] = asked | {"sub": self.subject}
        self.seen.append(asked)
        more = {"iss": self.sends_iss} if self.sends_iss else {}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **more})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        if self.token_answer is not None:
            return self.token_answer
        user, _, password = base64.b64decode(authorization.partition(" ")[2]).decode().partition(":")
        if (unquote_plus(user), unquote_plus(password)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if asked["code_challenge"] != challenge.decode().rstrip("="):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self.signed(self.claims(asked))}

    def claims(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        right = {
            "iss": self.issuer, "aud": CLIENT, "sub": asked["sub"], "nonce": asked.get("nonce"), "iat": now,
            "exp": now + 300, "auth_time": now, "name": "Asha Patel", "email": "asha@example.org",
            "email_verified": True,
        }  # fmt: skip
        return {name: value for name, value in (right | self.id_token).items() if value is not None}

    def signed(self, claims: dict[str, Any]) -> str:
        if self.sign == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": self.kid})
        if self.sign == "hs256":
            pem = rsa_key(self.kid).public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )  # fmt: skip
            parts = [{"alg": "HS256", "typ": "JWT", "kid": self.kid}, claims]
            body = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
            mac = base64.urlsafe_b64encode(hmac.new(pem, body, hashlib.sha256).digest()).rstrip(b"=")
            return (body + b"." + mac).decode()
        if self.sign == "es256":
            return jwt.encode(claims, self.curve(), algorithm="ES256", headers={"kid": "curve"})
        name = "somebody else" if self.sign == "other_key" else self.kid
        return jwt.encode(claims, rsa_key(name), algorithm="RS256", headers={"kid": self.kid})


class _Handler(BaseHTTPRequestHandler):
    fake: Fake

    def do_GET(self) -> None:
        where, fake = urlsplit(self.path), self.fake
        if where.path == "/.well-known/openid-configuration":
            self._say(200, fake.published())
        elif where.path == "/keys":
            self._say(200, fake.keys())
        elif where.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", fake.authorize({k: v[0] for k, v in parse_qs(where.query).items()}))
            self.end_headers()
        elif where.path == "/userinfo":
            fake.user_info_asked += 1
            self._say(200, {"sub": "somebody else", "email": "asha@example.org", "email_verified": True})
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        if self.fake.silent:
            self.fake.ends.wait(60)
        text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = {k: v[0] for k, v in parse_qs(text).items()}
        self._say(*self.fake.token(form, self.headers.get("Authorization", "")))

    def _say(self, status: int, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def fake_provider() -> Iterator[Fake]:
    """Run a provider until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    fake = Fake(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"fake": fake})
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.ends.set()
        server.shutdown()
        server.server_close()
        thread.join()
