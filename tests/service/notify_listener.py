"""A service manager that only listens: `notify_listener.py SOCKET` writes every datagram as a line, its line
feeds as spaces, until its standard input closes."""
import os
import select
import socket
import sys

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print("listening", flush=True)
while True:
    ready, _, _ = select.select([manager, sys.stdin], [], [])
    if manager in ready:
        print(manager.recv(4096).decode("utf-8", "replace").replace("\n", " "), flush=True)
    elif not sys.stdin.read(1):
        break
