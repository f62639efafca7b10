#!/usr/bin/python3
"""Reads mails as a mail program would (Python's email package), for tests.

  read_mail.py FILE    the log of smtp_receiver.py, or a mailbox file (mbox)

Prints one JSON line a mail:
  {"from", "to", "from_name", "to_name", "from_address", "to_address", "subject", "id", "date",
   "headers": "Date From …", "body", "defects", "longest", "plain"}
"headers" are their names in order without those that a server adds, "longest" the longest line, "plain" whether
all octets are ASCII without NUL and without a CR or LF of their own.
"""

import base64
import email
import email.policy
import json
import mailbox
import sys

ADDED = {"received", "return-path", "envelope-to", "delivery-date", "delivered-to", "x-original-to"}


def raws(path):
    with open(path, "rb") as file:
        first = file.read(1)
    if first == b"{":
        with open(path, encoding="utf-8") as file:
            for line in file:
                yield base64.b64decode(json.loads(line)["raw"])
    else:
        box = mailbox.mbox(path, create=False)
        for key in box.keys():
            yield box.get_bytes(key)


def one(mail, header):
    addresses = mail[header].addresses
    return (addresses[0].display_name, addresses[0].addr_spec) if len(addresses) == 1 else ("", f"{len(addresses)}")


def read(raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    defects = [type(defect).__name__ for defect in mail.defects]
    for name in mail.keys():
        defects += [f"{name}: {type(defect).__name__}" for defect in mail[name].defects]
    lines = raw.split(b"\r\n") if b"\r\n" in raw else raw.split(b"\n")
    from_name, from_address = one(mail, "from")
    to_name, to_address = one(mail, "to")
    return {
        "from_name": from_name, "from_address": from_address, "to_name": to_name, "to_address": to_address,
        "subject": mail["subject"], "id": mail["message-id"], "date": mail["date"],
        "headers": " ".join(name for name in mail.keys() if name.lower() not in ADDED),
        "auto": mail["auto-submitted"] or "", "type": mail["content-type"],
        "body": mail.get_content().replace("\r\n", "\n"), "defects": " ".join(defects),
        "longest": max(len(line) for line in lines),
        "plain": all(32 <= byte < 127 or byte == 9 for line in lines for byte in line),
    }


for each in raws(sys.argv[1]):
    print(json.dumps(read(each), ensure_ascii=False))
