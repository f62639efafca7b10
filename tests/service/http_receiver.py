#!/usr/bin/env python3
"""A receiver of webhooks and robots with faults on demand, for tests.

  python3 http_receiver.py [--log FILE] [--secret whsec_…] [--tls CERT KEY] [--host ADDRESS]

Listens on a free port, prints it on a line of standard output, and ends when its standard input
ends. Standard input may give orders, each answered by "ok" on a line of standard output:

  mode PATH…       from now on every request is treated as one for PATH (empty: its own path again)
  at FIRST PATH…   the same of requests whose path begins with /FIRST/
  down             closes the listening socket and every connection
  up               listens again on the same port

Each request is appended to FILE as one JSON line, synced, before it is answered:
  {"at", "path", "mode", "id", "timestamp", "signature", "verified", "type", "agent", "connection",
   "length", "headers", "body"}
What a request does not have is left out. "verified" is this program's own judgement of the signature (hmac of
Python), left out without --secret.

What happens is said by a part of the path, and by the part behind it (/errcode/-1/cgi-bin/webhook/send):
  /ok              200
  /slow/MS         200 after so many milliseconds
  /hang            reads the request and never answers
  /status/NNN      that status
  /retry-after/V   429 with Retry-After: V (seconds); "date-N": the HTTP date N seconds from now, "from-N":
                   from the request's webhook-timestamp
  /unavailable/V   503 with the same
  /drop            closes the connection after the request's headers
  /drop-late       reads the whole request, then closes the connection
  /reset           reads the whole request, then resets the connection
  /garbage         answers with bytes that are no HTTP
  /half            200, then half of the announced body, then closes
  /big             200 and an endless body
  /big-headers     endless headers
  /redirect/URL    302 to URL (percent-encoded), 307 with /redirect307/URL
  /drip            200, one byte of the body a second, for a minute
  /errcode/N       200 {"errcode":N,"errmsg":"…"}; anything under /cgi-bin/ answers errcode 0
  /flaky/N         the first N requests of an id get 500, then 200
  /chaos/SEED      one of ok, 500, drop-late, reset, garbage, half and slow/50 by a generator, per request
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import random
import select
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
from email.utils import formatdate

WAIT_MOST = 120  # seconds that a hanging request is kept


class Receiver:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.open = set()
        self.mode = ""
        self.modes = {}
        self.seen = {}
        self.random = None
        self.connections = 0
        self.log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if options.log else -1
        self.tls = None
        if options.tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*options.tls)
        self.listener = None
        self.port = options.port
        self.up()

    def up(self):
        family = socket.AF_INET6 if ":" in self.options.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.options.host, self.port))
        listener.listen(512)
        self.port = listener.getsockname()[1]
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def down(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            connections = list(self.open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection, self.connections), daemon=True).start()

    def serve(self, connection, number):
        try:
            with self.lock:
                self.open.add(connection)
            stream = connection
            if self.tls:
                connection.settimeout(WAIT_MOST)
                stream = self.tls.wrap_socket(connection, server_side=True)
                with self.lock:
                    self.open.discard(connection)
                    self.open.add(stream)
            Connection(self, stream, number).run()
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.open.discard(connection)
                if self.tls:
                    self.open = {each for each in self.open if each.fileno() >= 0}
            try:
                connection.close()
            except OSError:
                pass

    def record(self, line):
        if self.log < 0:
            return
        line = {key: value for key, value in line.items() if value is not None}
        bytes_ = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        with self.lock:
            os.write(self.log, bytes_)
            os.fdatasync(self.log)

    def verified(self, headers, body):
        """Any of the signatures fits any of the secrets, as the specification says."""
        if not self.options.secret:
            return None
        signed = b"%s.%s.%s" % (headers.get("webhook-id", "").encode(),
                                headers.get("webhook-timestamp", "").encode(), body)
        for secret in self.options.secret:
            key = base64.b64decode(secret.removeprefix("whsec_"))
            good = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            if good in headers.get("webhook-signature", "").split(" "):
                return True
        return False


class Connection:
    """One connection: its requests, one after another."""

    def __init__(self, receiver, stream, number):
        self.receiver = receiver
        self.stream = stream
        self.number = number
        self.rest = b""

    def run(self):
        while self.request():
            pass
        self.stream.close()

    def fill(self):
        more = self.stream.recv(65536)
        self.rest += more
        return len(more) > 0

    def request(self):
        while b"\r\n\r\n" not in self.rest:
            if len(self.rest) > 1 << 20 or not self.fill():
                return False
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode("utf-8", "replace").split("\r\n")
        path = lines[0].split(" ")[1]
        pairs = [line.split(":", 1) for line in lines[1:]]
        headers = {key.strip().lower(): value.strip() for key, value in pairs}
        mode = self.receiver.modes.get(path.split("/")[1]) or self.receiver.mode or path
        if self.word(mode, "drop") is not None:
            return False
        length = int(headers.get("content-length", "0"))
        while len(self.rest) < length:
            if not self.fill():
                return False
        body, self.rest = self.rest[:length], self.rest[length:]
        self.receiver.record({
            "at": time.time(), "path": path, "mode": mode, "id": headers.get("webhook-id"),
            "timestamp": headers.get("webhook-timestamp"), "signature": headers.get("webhook-signature"),
            "verified": self.receiver.verified(headers, body), "type": headers.get("content-type"),
            "agent": headers.get("user-agent"), "connection": self.number, "length": length,
            "headers": headers, "body": body.decode("utf-8", "replace")})
        return self.answer(mode, headers)

    @staticmethod
    def word(path, name):
        """The part of the path behind /name/ ("" where there is none), None where it does not stand there."""
        behind = (path.split("?")[0] + "/").split("/" + name + "/", 1)
        return behind[1].split("/")[0] if len(behind) == 2 else None

    def reply(self, status, body=b"", headers=()):
        head = ["HTTP/1.1 %d Reason" % status, "Content-Length: %d" % len(body), *headers]
        self.stream.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        return True

    def answer(self, mode, headers):
        for name, act in self.acts().items():
            value = self.word(mode, name)
            if value is not None:
                return act(value, headers)
        path = mode.split("?")[0]
        if "/cgi-bin/" in path:
            return self.reply(200, b'{"errcode":0,"errmsg":"ok"}', ["Content-Type: application/json"])
        return self.reply(200, b"ok\n")

    def acts(self):
        return {
            "slow": lambda ms, _: time.sleep(int(ms) / 1000) or self.reply(200, b"ok\n"),
            "hang": lambda *_: self.hang(),
            "status": lambda status, _: self.reply(int(status), b"as asked\n"),
            "retry-after": lambda value, headers: self.reply(429, b"", [self.later(value, headers)]),
            "unavailable": lambda value, headers: self.reply(503, b"", [self.later(value, headers)]),
            "drop-late": lambda *_: False,
            "reset": lambda *_: self.reset(),
            "garbage": lambda *_: self.raw(b"\x00\xff\x1b[31m no HTTP at all\r\n\r\n"),
            "half": lambda *_: self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
            "big": lambda *_: self.endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
            "big-headers": lambda *_: self.endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 8000 + b"\r\n"),
            "redirect": lambda to, _: self.redirect(302, to),
            "redirect307": lambda to, _: self.redirect(307, to),
            "drip": lambda *_: self.drip(),
            "errcode": lambda number, _: self.reply(
                200, json.dumps({"errcode": int(number), "errmsg": "as \x1b asked, hint: [1]"}).encode()),
            "flaky": self.flaky,
            "chaos": self.chaos,
        }

    @staticmethod
    def later(value, headers):
        form, _, seconds = value.partition("-")
        if form in ("date", "from"):
            now = time.time() if form == "date" else int(headers["webhook-timestamp"])
            value = formatdate(now + int(seconds), usegmt=True)
        return "Retry-After: " + value

    def redirect(self, status, to):
        return self.reply(status, b"", ["Location: " + urllib.parse.unquote(to)])

    def raw(self, answer):
        self.stream.sendall(answer)
        return False

    def hang(self):
        deadline = time.time() + WAIT_MOST
        while time.time() < deadline:  # until the other side gives up
            ready, _, _ = select.select([self.stream], [], [], 1)
            if ready and not self.stream.recv(65536):
                return False
        return False

    def reset(self):
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def endless(self, first, more):
        self.stream.sendall(first)
        while True:  # until the other side has enough
            self.stream.sendall(more)

    def drip(self):
        self.stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")
        for _ in range(60):
            time.sleep(1)
            self.stream.sendall(b".")
        return True

    def flaky(self, count, headers):
        key = headers.get("webhook-id", "")
        with self.receiver.lock:
            seen = self.receiver.seen[key] = self.receiver.seen.get(key, 0) + 1
        return self.reply(500 if seen <= int(count) else 200, b"flaky\n")

    def chaos(self, seed, headers):
        with self.receiver.lock:
            if self.receiver.random is None:
                self.receiver.random = random.Random(int(seed))
            act = self.receiver.random.choice(
                ["/ok", "/ok", "/ok", "/status/500", "/drop-late", "/reset", "/garbage", "/half", "/slow/50"])
        return self.answer(act, headers)


def obey(receiver, line):
    words = line.split(None, 1)
    if not words:
        return
    if words[0] == "mode":
        receiver.mode = words[1].strip() if len(words) > 1 else ""
    elif words[0] == "at":
        first, _, mode = words[1].strip().partition(" ")
        receiver.modes[first] = mode
    elif words[0] in ("down", "up"):
        getattr(receiver, words[0])()
    print("ok", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--log")
    parser.add_argument("--secret", action="append", default=[])
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    receiver = Receiver(parser.parse_args())
    print(receiver.port, flush=True)
    for line in sys.stdin:
        obey(receiver, line)


if __name__ == "__main__":
    main()
