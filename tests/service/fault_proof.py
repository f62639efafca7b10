"""Holds what receivers wrote down against the store and against what channels said: fault_days.py."""

import base64
import email
import email.policy
import json
import re
import statistics

# 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h
RETRIES = [seconds * 1000 for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)]
WAIT_MOST = 86400000
HANGS_MS = 250
# Of what a receiver was told to do: what is as good as a 2xx. A status is enough, whatever comes behind it.
TAKEN = {"http": r"/slow/80|/half|/big|/big-headers|/drip", "robot": "", "smtp": "idle-.*", "exec": "", "spool": "", "tls": ""}
# What leaves it open whether the message arrived.
UNSURE = (r"/slow/900|/hang|/drop|/drop-late|/reset|/garbage|/status/50[24]"
          r"|end-(drop|hang)|never|floods|dies")


class Proof:
    def __init__(self, world, targets, begin):
        self.world, self.targets, self.begin = world, targets, begin
        self.folder = world.folder
        self.attempts = self.lines("attempts")
        self.messages = self.lines("messages")
        self.by_id = {message["id"]: message for message in self.messages}
        self.wrong = []
        self.records = {}  # id → [{"taken", "mode", "said", "repeated", "at"}], as receivers saw it
        self.alarms = ""

    def lines(self, name):
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def check(self, good, text):
        if not good:
            self.wrong.append(text)

    # What receivers saw -------------------------------------------------------------------------------

    def record(self, target, key, mode, said, at=None):
        taken = not mode or re.fullmatch(TAKEN[self.targets[target][0]] or "-", mode) is not None
        head = re.match(r'{"attempt":\d+,("repeated":true,)?', said)
        repeated = head and head[1] is not None
        said = said[head.end():] if head else said
        self.records.setdefault(key, []).append(
            {"target": target, "taken": taken, "mode": mode, "said": said, "at": at, "repeated": repeated})

    def id_of_text(self, target, text):
        """Robots are told no id: unit and item stand in the text."""
        found = [message["id"] for message in self.messages if message["destination"] == target
                 and message["unit"] in text and message["about"][0].split(":")[1] in text]
        self.check(len(found) == 1, f"{target}: nobody knows what {text} belongs to")
        return found[0] if found else None

    def read_http(self):
        for name in ("http", "down", "dead", "tls", "wrong"):
            for line in self.lines(name + ".log"):
                target = line["path"].split("/")[1].removeprefix("to-")
                mode = line["mode"] if line["mode"] != line["path"] else ""
                if target == "alarm":
                    self.alarms += json.loads(line["body"])["text"] + "\n"
                    continue
                self.check(line.get("verified") or self.targets[target][0] == "robot", f"{target}: a wrong signature")
                key = line.get("id") or self.id_of_text(target, json.loads(line["body"])["text"]["content"])
                at = int(line["timestamp"]) * 1000 if "timestamp" in line else None
                self.record(target, key, mode, line["body"], at)

    def read_others(self):
        for target, (kind, _, _) in self.targets.items():
            if kind == "smtp":
                for line in self.lines(target + ".log"):
                    mail = email.message_from_bytes(base64.b64decode(line["raw"]), policy=email.policy.default)
                    mode = "end-" + line["action"] if line["action"] else ""
                    at = int(mail["date"].datetime.timestamp()) * 1000
                    said = json.dumps([mail["subject"], mail["to"], mail.get_content()])
                    self.record(target, mail["message-id"].strip("<>").split("@")[0], mode, said, at)
            elif kind == "exec":
                path = self.folder / (target + ".log")
                for line in path.read_text().splitlines() if path.exists() else []:
                    key, _, mode, said = line.split("\t")
                    self.record(target, key, mode, said)
            elif kind == "spool":
                for path in (self.folder / target).iterdir():
                    self.record(target, path.stem if not path.name.startswith(".") else path.name, "", path.read_text())

    # What must hold -----------------------------------------------------------------------------------

    def nothing_lost(self):
        """Each reminder is in one message, and that is sent or given up, and then an alarm names it."""
        options = self.world.options
        expected = {(name, f"{name}-u{unit}", f"{name}-q{step:02d}") for name in self.targets
                    for unit in range(self.world.units(name)) for step in range(options.steps)}
        found = [(message["destination"], message["unit"] or None, item.split(":")[1])
                 for message in self.messages if not message["alarm"] for item in message["about"]]
        named = {(name, item) for name, _, item in found}
        self.check(len(found) == len(expected), f"{len(found)} reminders of {len(expected)} are in messages")
        self.check(named == {(name, item) for name, _, item in expected}, "reminders are missing")
        self.check(len(set(found)) == len(found) or any(unit is None for _, unit, _ in found), "a reminder is there twice")
        for message in self.messages:
            name = "%(destination)s %(number)d" % message
            self.check(message["state"] in ("sent", "failed"), f"{name} is {message['state']} in the end")
            if message["state"] == "failed":
                self.check(re.search(r"\b%d\b" % message["number"], self.alarms), f"{name}: no alarm names it")

    def sent_is_received(self):
        """SENT in the store where, and only where, a receiver took it; and it took it once."""
        for message in self.messages:
            if message["alarm"]:
                continue
            records = self.records.get(message["id"], [])
            taken = sum(record["taken"] for record in records)
            name = "%(destination)s %(number)d" % message
            self.check(taken == (message["state"] == "sent"), f"{name} is {message['state']} and was taken {taken} times")
            self.check(not taken or records[-1]["taken"], f"{name} was attempted after it was taken")
            self.check(len({record["said"] for record in records}) <= 1, f"{name} did not always say the same")
            self.check({record["target"] for record in records} <= {message["destination"]}, f"{name} went elsewhere")
        self.check(set(self.records) <= set(self.by_id), "receivers know ids that the store does not have")

    def healthy_not_delayed(self):
        took = []
        for attempt in self.attempts:
            target = attempt["destination"]
            if target in self.targets and not self.targets[target][2] and target not in ("dns", "dead"):
                took.append(attempt["took"])
                late = attempt["at"] - self.world.due(self.by_id[attempt["id"]]["about"][0].split(":")[1])
                rated = self.targets[target][0] in ("http", "robot", "smtp")
                self.check(attempt["result"] == "sent", f"{target}, always well: {attempt}")
                self.check(late <= 1000 + (4000 * self.world.units(target) if rated else 0), f"{target}: {late} ms late")
        typical = statistics.quantiles(took, n=20)[18]
        self.check(typical < HANGS_MS, f"sends to those who are well take {typical} ms")
        return f"{len(took)} sends to those who are always well: 95 % within {typical:.0f} ms, most {max(took)} ms"

    def rates_are_kept(self):
        most = 0
        for target, (_, words, _) in self.targets.items():
            times = sorted(attempt["at"] for attempt in self.attempts if attempt["destination"] == target)
            if "rate" in words or self.targets[target][0] in ("exec", "spool"):
                continue
            for first, _ in enumerate(times):
                within = sum(1 for at in times[first:first + 40] if at < times[first] + 60000)
                most = max(most, within)
                self.check(within <= 20, f"{target}: {within} in a minute")
        return f"at most {most} in any minute"

    def retries_are_timed(self):
        """Each gap is that of the table, a tenth more or less, or what the receiver asked for; and what the rate adds."""
        by_id, gaps, exact = {}, 0, 0
        for attempt in self.attempts:
            by_id.setdefault(attempt["id"], []).append(attempt)
        for attempts in by_id.values():
            for number, (one, two) in enumerate(zip(attempts, attempts[1:])):
                gap, wait = two["at"] - one["at"], min(one["wait"], WAIT_MOST)
                loose = 0 if one["destination"] in ("dns", "dead") else 120000
                low, high = max(RETRIES[number] * 0.9, wait), max(RETRIES[number] * 1.1, wait) + loose + 2
                self.check(low <= gap <= high, f"{one['destination']} {one['id']}: {gap} ms after attempt {number + 1}")
                gaps, exact = gaps + 1, exact + (loose == 0)
        for message in self.messages:
            if message["destination"] in ("dns", "dead"):
                self.check(message["state"] == "failed" and message["attempts"] == 10, f"dead: {message}")
        return f"{gaps} gaps between attempts, {exact} of them where no rate adds"

    def repeats_are_marked(self):
        """What may have arrived is said to be a repeat from then on, and nothing else is."""
        marked, unsure = 0, set()
        for attempt in self.attempts:
            self.check(attempt["repeated"] == (attempt["id"] in unsure), f"a repeat is marked wrong: {attempt}")
            marked += attempt["repeated"]
            if attempt["unsure"]:
                unsure.add(attempt["id"])
        for key, records in self.records.items():
            before = [re.fullmatch(UNSURE, record["mode"]) is not None for record in records[:-1]]
            self.check(not any(before) or key in unsure, f"{key}: it may have arrived before, and nobody says so")
            self.check(not any(before) or records[-1]["repeated"] is not False,
                       f"{key}: what was sent again does not say so")
        return f"{marked} attempts marked as repeats"

    def memory_is_bounded(self):
        """Counted every quarter of an hour of the 48 and at each retry behind them."""
        kilobytes = [line[1] for line in self.world.seen]
        files = [line[2] for line in self.world.seen]
        early = len(files) // 4  # by then each destination has its connections
        self.check(kilobytes[-1] <= max(kilobytes[:early]) + 8192, f"{kilobytes[early]} kB have become {kilobytes[-1]} kB")
        self.check(max(files) <= max(files[:early]) + 32, f"{max(files[:early])} descriptors have become {max(files)}")
        self.check(self.world.end[1] <= files[0], f"{files[0]} descriptors, {self.world.end[1]} when the loop has ended")
        return (f"counted {len(files)} times: {kilobytes[0]} kB, in the first quarter at most {max(kilobytes[:early])},"
                f" ever {max(kilobytes)}, in the end {kilobytes[-1]}; descriptors: {files[0]}, {max(files[:early])},"
                f" {max(files)}, {files[-1]}, {self.world.end[1]} when the loop has ended")

    def everything_happened(self):
        """The schedule has left no behaviour out that matters."""
        results = {}
        for attempt in self.attempts:
            results.setdefault(attempt["destination"], set()).add(attempt["result"])
        for target, (_, _, modes) in self.targets.items():
            if modes:
                self.check(results.get(target, set()) - {"sent"}, f"{target} was never bad")
                self.check("sent" in results.get(target, set()), f"{target} was never well again")


def prove(world, targets, begin):
    """Says what was shown; 1 where something does not hold."""
    proof = Proof(world, targets, begin)
    proof.read_http()
    proof.read_others()
    said = [f"{len(proof.messages)} messages, {len(proof.attempts)} attempts, {len(world.switches)} changes of behaviour,"
            f" {sum(message['state'] == 'failed' for message in proof.messages)} given up"]
    for step in (proof.nothing_lost, proof.sent_is_received, proof.healthy_not_delayed, proof.rates_are_kept,
                 proof.retries_are_timed, proof.repeats_are_marked, proof.memory_is_bounded, proof.everything_happened):
        said.append(step())
    print("\n".join(line for line in said if line))
    for text in proof.wrong[:20]:
        print("WRONG:", text)
    if proof.wrong:
        print(f"{len(proof.wrong)} wrong; seed {world.options.seed}")
    return 1 if proof.wrong else 0
