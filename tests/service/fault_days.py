#!/usr/bin/python3
"""Two days of faults, against real receivers, and then the days until the last message is sent or given up.

  fault_days.py BUILD SRC [--seed N] [--steps N] [--units N]

Some plans remind their units all through 48 hours, by one destination for each kind of fault and one of each kind
that is always well. A schedule by seed has each receiver behave well or badly at a time; service-fault-days
lives it. Then what the receivers wrote down, what the store has and what the channels said are held
against each other (fault_proof.py).
"""

import argparse
import datetime
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import fault_proof

HOUR = 3600000
ZONE = datetime.timezone(datetime.timedelta(hours=8))
DAY = datetime.date(2026, 11, 24)  # a Tuesday: all of it are working days
FROM = int(datetime.datetime.combine(DAY, datetime.time(), ZONE).timestamp()) * 1000
FAULTS, END = 48 * HOUR, 172 * HOUR  # retries take some 76 hours
SHRINK = 4  # of limits of time: those of a second become a quarter of it
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

# Destinations: kind, further words of the configuration, and how it may behave. None = always well.
HOOK = '"webhook", url = "http://127.0.0.1:%d/to-{name}/x", secret = "hook", private = true'
ROBOT = '"wecom", key = "key", base = "http://127.0.0.1:%d/to-{name}", private = true'
MAIL = '"mail", server = "smtp://127.0.0.1:%d", from = "dzb@hospital.example", plain = true'
EXEC = '"exec", program = "{folder}/{name}.sh"'
SPOOL = '"spool", folder = "{folder}/{name}"'
SOON = ', within = "1s"'
TARGETS = {
    "hook": ("http", HOOK, None),
    "robot": ("robot", ROBOT, None),
    "mail": ("smtp", MAIL, None),
    "program": ("exec", EXEC, None),
    "gate": ("spool", SPOOL, None),
    "down": ("http", HOOK, ["down"]),
    "slow": ("http", HOOK + SOON, ["/slow/80", "/slow/900"]),
    "hang": ("http", HOOK + SOON, ["/hang", "/drip"]),
    "refuse": ("http", HOOK, ["/status/%d" % status for status in (400, 401, 403, 404, 413, 422)]
               + ["/redirect/http%3A%2F%2F127.0.0.1%2F"]),
    "broken": ("http", HOOK, ["/status/%d" % status for status in (500, 501, 502, 503, 504)]),
    "busy": ("http", HOOK, ["/retry-after/900", "/retry-after/from-5400", "/unavailable/20000", "/unavailable/from-40",
                            "/retry-after/999999"]),
    "cut": ("http", HOOK + SOON, ["/drop", "/drop-late", "/reset", "/garbage", "/half", "/big", "/big-headers"]),
    "gone": ("http", HOOK, ["/status/410"]),
    "tls": ("tls", HOOK.replace("http:", "https:") + ', ca = "{folder}/good.pem"', ["wrong"]),
    "dns": ("none", '"webhook", url = "http://receiver.invalid/", secret = "hook", private = true, rate = "none"', None),
    "dead": ("none", HOOK + ', rate = "none"', None),
    "group": ("robot", ROBOT + SOON, ["/errcode/45009", "/errcode/-1", "/errcode/93000", "/status/500", "/drop-late",
                                      "/hang", "/garbage"]),
    "post": ("smtp", MAIL + SOON, [
        "greeting-421", "greeting-554", "greeting-hang", "ehlo-drop", "mail-451", "mail-553", "rcpt-450", "rcpt-550",
        "data-451", "data-554", "text-drop", "end-451", "end-554", "end-drop", "end-hang", "idle-drop", "down"]),
    "sms": ("exec", EXEC + SOON, ["again", "wrong", "never", "forks", "floods", "dies", "unknown"]),
    "gap": ("spool", SPOOL, ["away"]),
}
PROGRAM = """#!/bin/sh
folder={folder}
mode=$(cat $folder/{name}.mode)
read -r body
printf '%s\\t%s\\t%s\\t%s\\n' "$MESSAGE_ID" "$ATTEMPT" "$mode" "$body" >>$folder/{name}.log
case $mode in
again) echo 'not now' >&2; exit 75 ;;
wrong) exit 1 ;;
never) sleep 1000 ;;
forks) sleep 1000 & exit 75 ;;
floods) while :; do echo 'a line and no end of it, a line and no end of it, a line'; done ;;
dies) kill -9 $$ ;;
unknown) exit 67 ;;
esac
"""


class Process:
    """A receiver; it takes orders and ends with its standard input."""

    def __init__(self, *words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def order(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ok\n", text

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class World:
    def __init__(self, options):
        self.options = options
        self.source = pathlib.Path(options.source).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="planrun-days-"))
        self.random = random.Random(options.seed)
        self.now = dict.fromkeys(TARGETS, "")
        self.seen = []  # [instant, kilobytes, descriptors]
        self.end = [0, 0]  # the same when the loop has ended
        self.switches = []  # (instant, target, mode)
        self.receivers = {}

    # What there is ------------------------------------------------------------------------------------

    def start(self, name, *more, kind="http", port=0):
        program = self.source / "tests" / "service" / (kind + "_receiver.py")
        more += ("--secret", SECRET, "--port", str(port)) if kind == "http" else ()
        self.receivers[name] = Process("/usr/bin/python3", str(program), "--log", str(self.folder / (name + ".log")), *more)
        return self.receivers[name].port

    def certificate(self, name):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", name + ".key", "-out",
             name + ".pem"], cwd=self.folder, check=True, stderr=subprocess.DEVNULL)
        return "--tls", str(self.folder / (name + ".pem")), str(self.folder / (name + ".key"))

    def start_all(self):
        """The port of each target; several share a receiver of HTTP."""
        ports = dict.fromkeys(TARGETS, self.start("http"))
        ports["alarm"] = ports["hook"]
        for name, (kind, _, modes) in TARGETS.items():
            if kind == "smtp":
                ports[name] = self.start(name, kind="smtp")
            elif kind == "exec":
                (self.folder / (name + ".sh")).write_text(PROGRAM.format(folder=self.folder, name=name))
                (self.folder / (name + ".sh")).chmod(0o755)
                (self.folder / (name + ".mode")).write_text("\n")
            elif kind == "spool":
                (self.folder / name).mkdir()
        ports["down"] = self.start("down")
        ports["tls"] = self.start("wrong", *self.certificate("wrong"))
        self.receivers["wrong"].order("down")
        self.start("tls", *self.certificate("good"), port=ports["tls"])
        ports["dead"] = self.start("dead")
        self.receivers["dead"].order("down")
        return ports

    def configure(self, ports):
        (self.folder / "secrets").mkdir(mode=0o700)
        for name, text in (("hook", SECRET), ("key", "693a91f6-7c1e-4bc4-97a0-0ec2abcd5aaa")):
            (self.folder / "secrets" / name).write_text(text)
            (self.folder / "secrets" / name).chmod(0o600)
        lines = ['service { alarm = { "alarm", "it" } }', 'bind "default" { "alarm" }']
        for name, (_, words, _) in [*TARGETS.items(), ("alarm", ("http", HOOK, None))]:
            words = words.replace("%d", str(ports[name])).format(name=name, folder=self.folder)
            lines += [f'channel "{name}" {{ {words} }}', f'bind "{name}" {{ "{name}" }}']
        (self.folder / "service.lua").write_text("\n".join(lines) + "\n")

    def minutes(self, step, place):
        """Of the two days: all steps together leave no hour out."""
        return step * 48 * 60 // self.options.steps + place * 7

    def units(self, name):
        """One destination has so many that its rate tells."""
        return max(self.options.units, 30) if name == "hook" else self.options.units

    def due(self, item):
        """When the reminder of an item is to be sent, in milliseconds."""
        name, step = item.split("-q")
        return FROM + self.minutes(int(step), list(TARGETS).index(name)) * 60000

    def write_plan(self, number, names):
        """Every name a class of units, of which each is reminded once a step."""
        lines = [f'plan "days{number}" {{ "方案{number}", issuer = "医院", owner = "office", issued = "2026-11-02",',
                 '  when = "2026-11-03至2026-12-31" }', 'unit "office" { "党政办" }']
        rows = ["id,name,kind,contact"]
        for name, place in names:
            lines.append(f'unit "{name}" {{ "{name}各组", parent = "office", many = true }}')
            rows += [f"{name}-u{unit},{name}-u{unit},{name},{name}{unit}@hospital.example"
                     for unit in range(self.units(name))]
            for step in range(self.options.steps):
                minutes = self.minutes(step, place)
                day = DAY + datetime.timedelta(days=minutes // 1440 + 1)
                at = "%02d:%02d" % (minutes % 1440 // 60, minutes % 60)
                item = f"{name}-q{step:02d}"
                lines += [f'quota "{item}" {{ "{item}", each = "{name}", count = 1, due = "{day}" }}',
                          f'remind {{ about = "{item}", before = {{ "1d" }}, at = "{at}", channel = "{name}" }}']
        lines.insert(3, f'roster "days{number}.csv" {{}}')
        (self.folder / f"days{number}.csv").write_text("\n".join(rows) + "\n")
        (self.folder / f"days{number}.lua").write_text("\n".join(lines) + "\n")
        return str(self.folder / f"days{number}.lua")

    # How they behave ----------------------------------------------------------------------------------

    def behave(self, at, name, mode):
        before, self.now[name] = self.now[name], mode
        kind = TARGETS[name][0]
        if mode == before:
            return
        self.switches.append((at, name, mode))
        if kind == "tls":
            self.receivers["wrong" if before else "tls"].order("down")
            self.receivers["wrong" if mode else "tls"].order("up")
        elif name == "down":
            self.receivers[name].order(mode or "up")
        elif kind == "smtp":
            if "down" in (mode, before):
                self.receivers[name].order("down" if mode == "down" else "up")
            self.receivers[name].order("mode " + (mode if mode != "down" else ""))
        elif kind == "exec":
            (self.folder / (name + ".mode")).write_text(mode + "\n")
        elif kind == "spool":
            (self.folder / (name + ".away" if before else name)).rename(self.folder / (name if before else name + ".away"))
        else:
            self.receivers["http"].order(f"at to-{name} {mode}")

    def plan_faults(self):
        """[target][step]: two steps in three are bad, each behaviour comes before one comes again."""
        steps = self.options.steps
        schedule = {}
        for name, (_, _, modes) in TARGETS.items():
            if not modes:
                continue
            row = []
            while len(row) < steps:
                row += self.random.sample(modes, len(modes))
            row = row[:1] + [mode if self.random.random() < 0.7 else "" for mode in row[1:steps]]
            schedule[name] = row if name != "gone" else [""] * (steps - 2) + modes * 2
        return schedule

    def tick(self, schedule, at):
        step = (at - FROM) * self.options.steps // FAULTS
        for name, row in schedule.items():
            self.behave(at, name, row[step] if 0 <= step < len(row) else "")

    # The life -----------------------------------------------------------------------------------------

    def live(self):
        self.configure(self.start_all())
        names = [(name, place) for place, name in enumerate(TARGETS)]
        plans = [self.write_plan(number, names[number::4]) for number in range(4)]
        schedule = self.plan_faults()
        driver = subprocess.Popen(
            [f"{self.options.build}/tests/service-fault-days", str(self.folder / "service.lua"), str(FROM),
             str(FROM + END), str(SHRINK), str(self.folder / "attempts"), str(self.folder / "messages"), *plans],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.folder / "troubles", "w"), text=True,
            env={**os.environ, "PLANRUN_STATE": str(self.folder / "state"), "TZ": "Asia/Shanghai",
                 "ASAN_OPTIONS": "quarantine_size_mb=4"})
        for line in driver.stdout:
            words = line.split()
            if words[0] == "end":
                self.end = [int(word) for word in words[1:]]
                continue
            self.seen.append([int(word) for word in words])
            self.tick(schedule, int(words[0]))
            driver.stdin.write("go\n")
            driver.stdin.flush()
        status = driver.wait()
        for name in self.receivers:
            self.receivers[name].end()
        return status


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build")
    parser.add_argument("source")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--units", type=int, default=3)
    parser.add_argument("--keep", action="store_true")
    world = World(parser.parse_args())
    try:
        status = world.live()
        if status:
            sys.exit(f"the service ends with {status}: " + (world.folder / "troubles").read_text()[-2000:])
        sys.exit(fault_proof.prove(world, TARGETS, FROM))
    finally:
        if world.options.keep:
            print(world.folder)
        else:
            shutil.rmtree(world.folder)


if __name__ == "__main__":
    main()
