#!/usr/bin/env python3
"""Kills a service -9 while it sends webhooks, mails, files and by a program, and holds its store to what the receivers saw.

  kill_serve.py BUILD SRC KILLS [SEED]

Each life of the service lasts a random moment: killed as it starts, loads, sends, reloads, takes an import or ends. After
the last one it is left to itself until nothing waits. Then
  - every unit of every plan was told of its duty, under one id and by one message of the store;
  - the store has each message once, and as sent exactly those that a receiver took;
  - what a receiver took twice is marked in the store, and each repeat said so itself;
  - nothing else in a message differs between attempts;
  - the journal has each firing once, as that of a service that nobody killed.
"""

import base64
import collections
import datetime
import email
import email.policy
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

BUILD, SRC, KILLS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3])
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else int.from_bytes(os.urandom(4), "little")
PLANRUN = os.path.join(BUILD, "planrun")
A_LIFE = 1.4  # seconds that a life lasts at most
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ZONE = datetime.timezone(datetime.timedelta(hours=8))
problems = []


def complain(text):
    problems.append(text)


def day(days):
    at = datetime.datetime.now(ZONE) + datetime.timedelta(days=days)
    return f"{at.year}年{at.month}月{at.day}日"


class Receiver:
    """One of tests/service/*_receiver.py; it ends when its standard input does."""

    def __init__(self, name, log, *arguments):
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable if name.startswith("http") else "/usr/bin/python3", os.path.join(SRC, "tests/service", name), "--log", log, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def records(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


# How many units are told by each channel, for one kill: what it can send in a life, and a little.
CHANNELS = {"hook": 60, "mail": 25, "phone": 20, "gate": 60}


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def write_plan(name, units):
    write(f"plans.d/{name}.lua", f"""plan "{name}" {{ "读书活动方案（{name}）", issuer = "护理部", issued = "{day(-30)}" }}
unit "nursing" {{ "护理部" }}
unit "ward"    {{ "各病区", parent = "nursing", many = true }}
roster "{name}.csv" {{ "ward" }}
quota "notes" {{ "读书笔记", each = "ward", count = 2, due = "{day(2)}" }}
remind {{ about = "notes", before = {{ "10d" }}, channel = "{name}" }}
""")
    rows = "".join(f"{name}-{i},病区 {i},ward,{name}-{i}@hospital.example\n" for i in range(units))
    write(f"plans.d/{name}.csv", "id,name,kind,contact\n" + rows)


def write_all(hook, mail):
    for folder in ("plans.d", "secrets", "gate", "state", "calls"):
        os.mkdir(folder, 0o700)
    for name, units in CHANNELS.items():
        write_plan(name, units * (KILLS + 2))
    write("secrets/hook", SECRET + "\n", 0o600)
    write("send-sms", f"""#!/bin/sh
file=$(mktemp {os.getcwd()}/calls/XXXXXXXXXX)
cat >"$file"
mv "$file" "$file.json"
""", 0o755)
    write("service.lua", f"""service {{ plans = "plans.d" }}
channel "hook"  {{ "webhook", url = "http://127.0.0.1:{hook.port}/slow/20", secret = "hook", private = true, rate = "none" }}
channel "mail"  {{ "mail", server = "smtp://127.0.0.1:{mail.port}", from = "dzb@hospital.example", plain = true, rate = "none" }}
channel "phone" {{ "exec", program = "{os.getcwd()}/send-sms" }}
channel "gate"  {{ "spool", folder = "gate" }}
bind "default" {{ "gate" }}
{"".join(f'bind "{name}" {{ "{name}" }}' + chr(10) for name in CHANNELS)}""")


def serve(*arguments):
    log = open("log", "a", encoding="utf-8")
    process = subprocess.Popen([PLANRUN, "serve", "--config", "service.lua", *arguments], stderr=log, stdout=log)
    log.close()
    return process


def command(*arguments):
    return subprocess.run([PLANRUN, *arguments], capture_output=True, text=True, check=False)


imports = []


def disturb(chance, service, stay):
    """What else goes on while a service lives, and how it ends."""
    time.sleep(stay.uniform(0, A_LIFE))
    act = chance.randrange(4)
    if act == 0:
        service.send_signal(signal.SIGHUP)
    elif act == 1:
        service.send_signal(signal.SIGTERM)
    elif act == 2:
        number = len(imports)
        write(f"import-{number}.jsonl", "".join(
            json.dumps({"item": "notes", "unit": f"gate-{i}", "key": f"import {number} {i}"}) + "\n" for i in range(number % 7, 40, 7)))
        imports.append(subprocess.Popen([PLANRUN, "submit", "plans.d/gate.lua", "--from", f"import-{number}.jsonl"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    if act != 3:
        time.sleep(stay.uniform(0, 0.1))
    service.kill()
    return service.wait()


def all_sent(deadline):
    """The last life: until nothing waits."""
    service = serve("--once")
    try:
        if service.wait(deadline) != 0:
            complain(f"the last one ended with {service.returncode}")
    except subprocess.TimeoutExpired:
        complain("the last one does not end")
        service.kill()
        service.wait()


# ---- what was received -------------------------------------------------------------------------

def read_hook(receiver):
    for record in receiver.records():
        if not record.get("verified"):
            complain(f"a webhook with a wrong signature: {record.get('id')}")
        message = json.loads(record["body"])
        if message["id"] != record["id"]:
            complain(f"the webhook {record['id']} holds the message {message['id']}")
        yield message


def read_mail(receiver):
    """A mail is for people: its id is in its header, its repeats are known by the store alone."""
    for record in receiver.records():
        letter = email.message_from_bytes(base64.b64decode(record["raw"]), policy=email.policy.default)
        yield {"id": letter["Message-ID"].strip("<>").split("@")[0], "unit": record["to"][0].split("@")[0],
               "attempt": 0, "text": [letter["Subject"], letter["Date"] and "", letter.get_content()]}


def read_files(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield json.load(file)


def content(message):
    """All that is the same in every attempt."""
    return json.dumps({key: value for key, value in message.items() if key not in ("attempt", "repeated")}, sort_keys=True)


def check(name, received, listed, units):
    by_id = collections.defaultdict(list)
    told = {}
    for message in received:
        by_id[message["id"]].append(message)
        if told.setdefault(message["unit"], message["id"]) != message["id"]:
            complain(f"{name}: {message['unit']} was told under two ids")
    rows = {str(row["number"]): row for row in listed if row["destination"] == name}
    units_of_rows = [row["unit"] for row in rows.values()]
    if len(set(units_of_rows)) != len(units_of_rows):
        complain(f"{name}: the store has a unit in two messages")
    if name != "gate" and (len(told) != units or len(rows) != units):
        complain(f"{name}: {units} units, {len(rows)} messages, {len(told)} of them told")
    if {row["unit"] for row in rows.values()} != set(told):
        complain(f"{name}: the store and the receiver do not agree on who was told")
    twice = marked = 0
    for identity, messages in by_id.items():
        row = rows.get(identity.rsplit("-", 1)[1])
        if not row:
            complain(f"{name}: the store has no message {identity}")
            continue
        if len({content(message) for message in messages}) != 1:
            complain(f"{name}: the attempts of {identity} differ: {messages}")
        marked += row["unsure"] > 0
        twice += len(messages) > 1
        if len(messages) > 1 and row["unsure"] == 0:
            complain(f"{name}: {identity} came {len(messages)} times, and is not marked")
        if len(messages) > row["attempts"]:
            complain(f"{name}: {identity} came {len(messages)} times in {row['attempts']} attempts")
        if name != "mail":
            attempts = sorted(message["attempt"] for message in messages)
            if len(set(attempts)) != len(attempts):
                complain(f"{name}: {identity} came twice in one attempt")
            first = min(attempts)
            for message in messages:
                if message["attempt"] > first and not message.get("repeated"):
                    complain(f"{name}: attempt {message['attempt']} of {identity} does not say that it may be a repeat")
    return len(rows), twice, marked


def journal():
    """Each plan's firings, without when they were recorded."""
    out = {}
    for name in CHANNELS:
        answer = command("log", f"plans.d/{name}.lua", "--json")
        rows = [json.loads(line) for line in answer.stdout.splitlines()]
        out[name] = [json.dumps({key: row.get(key) for key in ("event", "item", "at", "due", "tier", "fate", "units")}, sort_keys=True)
                     for row in rows if not row["event"].startswith("fact.")]
    return out


def main():
    work = tempfile.TemporaryDirectory()
    os.chdir(work.name)
    os.environ["PLANRUN_STATE"] = os.path.join(work.name, "state")
    hook = Receiver("http_receiver.py", "hook.log", "--secret", SECRET)
    mail = Receiver("smtp_receiver.py", "mail.log")
    write_all(hook, mail)
    chance, amid = random.Random(SEED), 0
    first = serve() # takes all plans: no life is longer
    while not os.path.exists("state/_service.db") or b"service.started" not in open("log", "rb").read():
        time.sleep(0.05)
    first.kill()
    first.wait()
    for _ in range(KILLS):
        before = len(hook.records())
        disturb(chance, serve(), chance)
        amid += len(hook.records()) > before
    for process in imports:
        process.wait()
    all_sent(60 + KILLS)
    listed = []
    for state in ("sent", "given-up", "waiting", "under-way", "held"):
        answer = command("outbox", "--state", state, "--json", "--count", "1000000")
        if answer.returncode not in (0, 1):
            complain(f"outbox ends with {answer.returncode}: {answer.stderr}")
        rows = [json.loads(line) for line in answer.stdout.splitlines()]
        if state != "sent" and rows:
            complain(f"{len(rows)} messages are {state}: {rows[0]}")
        listed += rows
    numbers = [row["number"] for row in listed]
    if len(set(numbers)) != len(numbers):
        complain("the store has a message twice")
    received = {"hook": list(read_hook(hook)), "mail": list(read_mail(mail)),
                "phone": list(read_files("calls")), "gate": list(read_files("gate"))}
    for name, messages in received.items():
        rows, twice, marked = check(name, messages, listed, CHANNELS[name] * (KILLS + 2))
        print(f"{name}: {rows} messages, {len(messages)} arrivals, {twice} came more than once, {marked} marked as perhaps repeated")
    killed = journal()
    doctor = command("doctor")
    if "integrity" in doctor.stdout and "ok" not in doctor.stdout:
        complain(doctor.stdout)
    os.environ["PLANRUN_STATE"] = os.path.join(work.name, "calm")
    os.rename("log", "log.killed")
    command("serve", "plans.d", "--once", "--channel", "jsonl:/dev/null")
    calm = journal()
    for name in CHANNELS:
        if killed[name] != calm[name] or not calm[name]:
            complain(f"the journal of {name} is another one: {set(killed[name]) ^ set(calm[name])}")
    hook.close()
    mail.close()
    print(f"{KILLS} kills, webhooks sent in {amid} of the lives, seed {SEED}")
    for text in problems[:20]:
        print(text, file=sys.stderr)
    if problems:
        with open("log.killed", encoding="utf-8") as file:
            print("".join(line for line in file.readlines() if "event=firing" not in line)[-3000:], file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
