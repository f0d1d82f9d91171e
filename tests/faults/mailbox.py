"""A mail server that takes everything and notes it: `with mailbox(file) as port:`; each line one mail taken.

It runs in a process of its own and writes before it answers, so that a mail that a sender believes
to be taken stands in the file whatever is killed next.
"""

import email
import json
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Session(socketserver.StreamRequestHandler):
    """One sender."""

    timeout = 60

    def handle(self) -> None:
        self.say("220 mailbox")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.say("354 go on")
                self.take()
            elif word == b"QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")

    def take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) and line != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        if not line:
            return  # the sender died half-way: nothing was taken
        mail = email.message_from_bytes(b"".join(lines))
        taken = {"reference": str(mail["Message-ID"]).strip("<>").split("@")[0], "to": mail["To"]}
        with Path(sys.argv[1]).open("a") as file:
            file.write(json.dumps(taken) + "\n")
        self.say("250 taken")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def mailbox(file: Path) -> Iterator[int]:
    """Have the server run and give its port."""
    file.touch()
    command = [sys.executable, "-m", "tests.faults.mailbox", str(file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def taken(file: Path) -> list[str]:
    """Return the references of all mails taken, in order; one mail taken twice stands twice."""
    return [json.loads(line)["reference"] for line in file.read_text().splitlines()]


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Session) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
