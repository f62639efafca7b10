#!/usr/bin/python3
"""A mail server with faults on demand, for tests (Debian's python3-aiosmtpd).

  smtp_receiver.py [--log FILE] [--tls CERT KEY] [--smtps] [--auth USER PASSWORD] [--most N] [--host ADDRESS]

Listens on a free port, prints it on a line of standard output, and ends when its standard input ends.
With --tls it offers STARTTLS and takes no mail without; with --smtps too it speaks TLS from the first
byte. With --auth it takes no mail without a login (PLAIN and LOGIN), with --most no more connections
than N at a time: the others are greeted with 421. Standard input may give orders,
each answered by "ok" on a line of standard output:

  mode STEP-ACTION   what happens from now on to everybody ("mode" alone: nothing does)
  down, up           closes the listening socket and every connection; listens again on that port
  connections        answers with the number of connections ever made instead of "ok"

A recipient whose address begins with STEP-ACTION and a dot (rcpt-550.a@…) meets it alone, for the steps
from rcpt on. STEP is one of

  greeting ehlo auth mail rcpt   instead of the answer to it
  data                           instead of 354
  text                           when the first line of the text has come
  end                            when the whole mail has come, which is in the log by then
  rset idle                      instead of the answer to RSET; behind a mail that was taken

and ACTION one of

  NNN        that reply and no other consequence (text-NNN, greeting-NNN and idle-NNN close)
  hang       nothing more is said
  drop       the connection is reset
  close      the connection is closed
  slow       half a second is waited first
  garbage    an answer that has not the form of one
  endless    an answer of lines without end
  nul        an answer with a NUL in it

Each mail that came whole is appended to FILE as one JSON line, synced, before it is answered:
  {"connection", "helo", "tls", "user", "from", "to", "action", "raw"}, raw = the octets in base64.
"""

import argparse
import asyncio
import base64
import json
import logging
import os
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# Its advice on AUTH without TLS, and connections that break, which is what this is for.
warnings.simplefilter("ignore")
logging.disable()


class State:
    """What all connections share."""

    def __init__(self, options):
        self.options = options
        self.mode = ""
        self.connections = 0
        self.open = set()
        self.server = None
        self.port = 0
        self.log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if options.log else -1
        self.context = None
        if options.tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*options.tls)

    def write(self, entry):
        if self.log >= 0:
            os.write(self.log, (json.dumps(entry) + "\n").encode())
            os.fsync(self.log)

    async def up(self):
        loop = asyncio.get_running_loop()
        secure = self.context if self.options.smtps else None
        self.server = await loop.create_server(lambda: Session(self), self.options.host, self.port, ssl=secure)
        self.port = self.server.sockets[0].getsockname()[1]

    async def down(self):
        self.server.close()
        for session in list(self.open):
            session.reset()


class Handler:
    """The hooks of aiosmtpd that a mail meets."""

    def __init__(self, state):
        self.state = state

    async def handle_DATA(self, server, session, envelope):
        self.state.write({
            "connection": server.number,
            "helo": session.host_name,
            "tls": session.ssl is not None or self.state.options.smtps,
            "user": server.user,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "action": server.action("end") or "",
            "raw": base64.b64encode(envelope.original_content).decode(),
        })
        answer = await server.act("end")
        return "250 OK" if answer is None else answer


class Session(SMTP):
    """One connection."""

    def __init__(self, state):
        options = state.options
        starttls = state.context if not options.smtps else None
        super().__init__(
            Handler(state), tls_context=starttls, require_starttls=starttls is not None, ident="test",
            hostname="localhost", data_size_limit=64 << 20, timeout=600,
            auth_required=bool(options.auth), auth_require_tls=starttls is not None, authenticator=self.check)
        self.state = state
        self.user = None
        self.recipient = ""
        state.connections += 1
        self.number = state.connections

    def connection_made(self, transport):
        self.state.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error):
        self.state.open.discard(self)
        super().connection_lost(error)

    def check(self, _server, _session, _envelope, _mechanism, data):
        wanted = tuple(word.encode() for word in self.state.options.auth or ())
        good = (data.login, data.password) == wanted
        self.user = data.login.decode() if good else None
        return AuthResult(success=good, handled=False)

    # What is to happen -------------------------------------------------------------------------

    def action(self, step):
        for source in (self.state.mode, self.recipient.split(".")[0]):
            if source.startswith(step + "-"):
                return source[len(step) + 1:]
        return None

    def reset(self):
        transport = self.transport
        if transport is not None:
            (self._original_transport or transport).abort()

    async def act(self, step):
        """None: nothing is to happen; else the answer to be given, "" where there is none."""
        action = self.action(step)
        if action is None:
            return None
        if action == "slow":
            await asyncio.sleep(0.5)
            return None
        if action == "hang":
            await asyncio.sleep(3600)
        elif action == "drop":
            self.reset()
        elif action == "close":
            self.transport.close()
        elif action == "garbage":
            return "hello\x1b world"
        elif action == "nul":
            return "250 \0fine"
        elif action == "endless":
            for _ in range(20000):
                await self.push("250-" + "x" * 70)
        else:
            return f"{action} {action[0]}.0.0 as \x1b asked"
        return ""

    async def met(self, step, closes=False):
        """Does what is to happen; true where the step is not to be taken as usual."""
        answer = await self.act(step)
        if answer:
            await self.push(answer)
            if closes:
                self.transport.close()
        return answer is not None

    # The steps ---------------------------------------------------------------------------------

    async def _handle_client(self):
        if len(self.state.open) > self.state.options.most:
            await self.push("421 too many connections")
            self.transport.close()
        elif not await self.met("greeting", closes=True):
            await super()._handle_client()

    async def smtp_EHLO(self, arg):
        if not await self.met("ehlo"):
            await super().smtp_EHLO(arg)

    async def smtp_AUTH(self, arg):
        if not await self.met("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        self.recipient = ""
        if not await self.met("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        self.recipient = (arg or "").partition("<")[2]
        if not await self.met("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_RSET(self, arg):
        if not await self.met("rset"):
            await super().smtp_RSET(arg)

    async def smtp_DATA(self, arg):
        if await self.met("data"):
            return
        if self.action("text"):
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            await self.met("text", closes=True)
            return
        await super().smtp_DATA(arg)
        await self.met("idle", closes=True)

    smtp_AUTH.__smtp_syntax__ = smtp_MAIL.__smtp_syntax__ = smtp_RCPT.__smtp_syntax__ = ""


async def obey(state, line):
    words = line.split()
    if words[0] == "mode":
        state.mode = words[1] if len(words) > 1 else ""
    elif words[0] == "down":
        await state.down()
    elif words[0] == "up":
        await state.up()
    print(state.connections if words[0] == "connections" else "ok", flush=True)


async def serve(state):
    await state.up()
    print(state.port, flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode():
        if line.strip():
            await obey(state, line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--log")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--auth", nargs=2, metavar=("USER", "PASSWORD"))
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--host", default="127.0.0.1")
    state = State(parser.parse_args())
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    loop.run_until_complete(serve(state))
    os._exit(0)  # whatever still hangs


if __name__ == "__main__":
    main()
