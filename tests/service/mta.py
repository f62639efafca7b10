#!/usr/bin/python3
"""A real mail server for tests: Debian's exim4 with a configuration of its own, as any user, offline.

  mta.py FOLDER [--tls CERT KEY] [--auth USER PASSWORD]

Listens on a free port of 127.0.0.1, prints it on a line of standard output, and ends when its standard
input ends. It takes mail for hospital.example and delivers it into FOLDER/mailbox (mbox); "nobody" there is
refused with 550, "full" with 452, every other domain with 550. With --tls it offers STARTTLS and takes no
mail without; with --auth none without a login (PLAIN).

Standard input may give an order, answered by "ok": "wait N" returns when N mails are in the mailbox.
A copy of the program is run, without the right to become root; called by root it is run as "nobody".
"""

import argparse
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

PROGRAM = "/usr/sbin/exim4"

CONFIGURATION = """
exim_path = {folder}/exim4
exim_user = {user}
exim_group = {group}
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
pid_file_path = {folder}/pid
primary_hostname = mx.hospital.example
local_interfaces = 127.0.0.1
keep_environment =
deliver_drop_privilege = true
host_lookup =
helo_lookup_domains =
rfc1413_query_timeout = 0s
smtp_accept_max = 50
smtp_accept_queue_per_connection = 0
notifier_socket =
domainlist here = hospital.example
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_recipient
{tls}

begin acl

check_mail:
  {encrypted}
  {login}
  accept

check_recipient:
  deny    local_parts = nobody
          message = no such user here
  defer   local_parts = full
          message = 452 the mailbox is full
  accept  domains = +here
  deny    message = relay not permitted

begin routers

all:
  driver = accept
  transport = box

begin transports

box:
  driver = appendfile
  file = {folder}/mailbox
  use_lockfile = false
  mode = 0600
  envelope_to_add
  return_path_add

begin retry

begin authenticators

plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and {{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""


def configuration(options, user):
    tls = "tls_advertise_hosts ="
    encrypted = login = ""
    if options.tls:
        tls = f"tls_advertise_hosts = *\ntls_certificate = {options.tls[0]}\ntls_privatekey = {options.tls[1]}"
        encrypted = "deny    !encrypted = *\n          message = STARTTLS first"
    name, password = options.auth or ("nobody", "")
    if options.auth:
        login = "deny    !authenticated = *\n          message = log in first"
    return CONFIGURATION.format(
        folder=options.folder, user=user.pw_uid, group=user.pw_gid, tls=tls, encrypted=encrypted, login=login,
        name=name, password=password)


def prepare(options, user):
    os.makedirs(options.folder + "/spool", exist_ok=True)
    shutil.copyfile(PROGRAM, options.folder + "/exim4")  # without the set-uid bit
    os.chmod(options.folder + "/exim4", 0o755)
    with open(options.folder + "/configuration", "w", encoding="utf-8") as file:
        file.write(configuration(options, user))
    if os.geteuid() == 0:
        for path in ("", "/spool", "/exim4", "/configuration"):
            os.chown(options.folder + path, user.pw_uid, user.pw_gid)
        for path in options.tls or ():
            os.chown(path, user.pw_uid, user.pw_gid)


def count(folder):
    try:
        with open(folder + "/mailbox", "rb") as file:
            return sum(line.startswith(b"From ") for line in file)
    except FileNotFoundError:
        return 0


def wait(folder, number):
    deadline = time.time() + 30
    while count(folder) < number and time.time() < deadline:
        time.sleep(0.02)
    return "ok" if count(folder) == number else f"{count(folder)} mails"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--auth", nargs=2, metavar=("USER", "PASSWORD"))
    options = parser.parse_args()
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    prepare(options, user)
    listener = socket.create_server(("127.0.0.1", 0))
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with subprocess.Popen(
            [options.folder + "/exim4", "-C", options.folder + "/configuration", "-bw"], stdin=listener,
            stdout=subprocess.DEVNULL, cwd=options.folder, start_new_session=True, **identity) as exim:
        print(listener.getsockname()[1], flush=True)
        for line in sys.stdin:
            if line.startswith("wait "):
                print(wait(options.folder, int(line.split()[1])), flush=True)
        os.killpg(exim.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
