# measure.py: what one server costs: CPU time, wake-ups, memory, instructions, system calls
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import re
import signal
import struct
import tempfile
import time

from peers import BUILD, Load, server

# Idle connections, before which a few others have made the server's own tables.
WARM_UP = 1000


def cpu_time(pid):
    """The CPU seconds a process has used, from its own kernel clock."""
    return time.clock_gettime((~pid << 3) | 2)


def cpu(name, arguments, operations):
    """Microseconds of server CPU for one operation."""
    with server(name) as (process, port), Load(port, [*arguments, operations]) as load:
        settle(process.pid)
        before = cpu_time(process.pid)
        load.go()
        return (cpu_time(process.pid) - before) / operations * 1e6


def batch(name, arguments, operations):
    """Operations for each wake-up, in a run of its own as the counting costs time too."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(16))
        file.flush()
        environment = {'LD_PRELOAD': os.path.join(os.path.abspath(BUILD), 'count-waits.so'),
                       'BENCH_WAITS': file.name}
        with server(name, environment=environment) as (process, port), \
             Load(port, [*arguments, operations]) as load:
            settle(process.pid)
            before = read_waits(file.name)
            load.go()
            waits = max(b - a for a, b in zip(before, read_waits(file.name)))
    return operations / waits if waits else None


def read_waits(path):
    with open(path, 'rb') as file:
        return struct.unpack('QQ', file.read(16))


def status(pid, field):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return re.search(rf'^{field}:\s*(\S+)', file.read(), re.M).group(1)


def settle(pid, descriptors=0, seconds=300):
    """Waits until a server has accepted all connections, and sleeps."""
    deadline = time.monotonic() + seconds
    while len(os.listdir(f'/proc/{pid}/fd')) < descriptors or status(pid, 'State') != 'S':
        if time.monotonic() > deadline:
            raise SystemExit('run: a server does not come to rest')
        time.sleep(0.005)


def memory(name, connections):
    """Bytes of resident memory for one idle connection."""
    with server(name) as (process, port), Load(port, ['idle', WARM_UP]):
        settle(process.pid, WARM_UP)
        before = int(status(process.pid, 'VmRSS'))
        with Load(port, ['idle', connections]):
            settle(process.pid, WARM_UP + connections)
            return (int(status(process.pid, 'VmRSS')) - before) * 1024 / connections


def per_operation(count, name, arguments, few, many):
    """By the difference of two runs: what starting costs, and connecting, is in both."""
    return (count(name, arguments, many) - count(name, arguments, few)) / (many - few)


def instructions(name, arguments, operations):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'callgrind')
        wrapper = ['valgrind', '--tool=callgrind', '--callgrind-out-file=' + path]
        with server(name, wrapper) as (process, port):
            with Load(port, [*arguments, operations]) as load:
                load.go()
            process.send_signal(signal.SIGTERM)
            process.wait()
        with open(path, encoding='utf-8') as file:
            return int(re.search(r'^(?:totals|summary): (\d+)', file.read(), re.M).group(1))


def child_of(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return int(file.read().split()[0])


def system_calls(name, arguments, operations):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'strace')
        with server(name, ['strace', '-c', '-f', '-o', path]) as (process, port):
            with Load(port, [*arguments, operations]) as load:
                load.go()
            # strace itself would leave its child alone.
            os.kill(child_of(process.pid), signal.SIGTERM)
            process.wait()
        with open(path, encoding='utf-8') as file:
            return sum(int(line.split()[3]) for line in file if re.match(r'\s*\d+\.\d+ ', line)
                       and not line.rstrip().endswith('total'))
