"""Runs a command and writes its cost to descriptor 3: seconds, user and system time, peak memory in KiB, exit code.

Node tells none of these about a child, and a shell rounds processor time to 10 ms. The command writes to pipes, as below a
shell or Ansible: what Node gives a child are sockets, which a program on Node is slower to write to.
"""
import json
import os
import shutil
import subprocess
import sys
import threading
import time


def copy(source, target):
    thread = threading.Thread(target=shutil.copyfileobj, args=(source, target))
    thread.start()
    return thread


began = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
copies = [copy(child.stdout, sys.stdout.buffer), copy(child.stderr, sys.stderr.buffer)]
_, status, usage = os.wait4(child.pid, 0)
wall = time.perf_counter() - began
for each in copies:
    each.join()
code = os.waitstatus_to_exitcode(status)
cost = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss, "code": code}
os.write(3, json.dumps(cost).encode())
