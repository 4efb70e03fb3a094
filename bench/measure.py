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

from peers import BUILD, PATIENCE, Failed, Load, server

# Idle connections, before which a few others have made the server's own tables.
WARM_UP = 1000


def cpu_time(pid):
    """The CPU seconds a process has used, from its own kernel clock."""
    return time.clock_gettime((~pid << 3) | 2)


def cost(name, row, operations):
    """Microseconds of server CPU for one operation, and the events of one wake-up."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(32))
        file.flush()
        environment = {'LD_PRELOAD': os.path.join(os.path.abspath(BUILD), 'count-waits.so'),
                       'BENCH_WAITS': file.name}
        with server(name, row.get('mode'), environment=environment) as (process, port), \
             Load(port, [*row['arguments'], operations], row.get('mode')) as load:
            settle(process.pid)
            waits = read_waits(file.name)
            before = cpu_time(process.pid)
            load.go()
            settle(process.pid)
            used = cpu_time(process.pid) - before
            return used / operations * 1e6, batch(waits, read_waits(file.name))


def read_waits(path):
    with open(path, 'rb') as file:
        return struct.unpack('QQQQ', file.read(32))


def batch(before, after):
    """One wake-up of a GMainContext polls one epoll descriptor, which has the events."""
    polls, polled, epolls, epolled = (b - a for a, b in zip(before, after))
    if epolls:
        return epolled / epolls
    return polled / polls if polls else None


def status(pid, field):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return re.search(rf'^{field}:\s*(\S+)', file.read(), re.M).group(1)


def settle(pid, descriptors=0):
    """Waits until a server has accepted all connections, and sleeps."""
    deadline = time.monotonic() + PATIENCE
    while len(os.listdir(f'/proc/{pid}/fd')) < descriptors or status(pid, 'State') != 'S':
        if time.monotonic() > deadline:
            raise Failed('it does not come to rest')
        time.sleep(0.005)


def memory(name, connections):
    """Bytes of resident memory for one idle connection."""
    with server(name) as (process, port), Load(port, ['idle', WARM_UP]):
        settle(process.pid, WARM_UP)
        before = int(status(process.pid, 'VmRSS'))
        with Load(port, ['idle', connections]):
            settle(process.pid, WARM_UP + connections)
            return (int(status(process.pid, 'VmRSS')) - before) * 1024 / connections


def jitter(name, connections, operations):
    """How late the timeout of a busy server comes, in milliseconds: the 99th percentile."""
    with server(name, 'jitter') as (process, port), \
         Load(port, ['echo', connections, connections, 64, operations]) as load:
        settle(process.pid)
        process.send_signal(signal.SIGUSR1)
        process.stdout.readline()
        load.go()
        process.send_signal(signal.SIGUSR1)
        ticks, late = map(int, process.stdout.readline().split())
        if ticks < 10:
            raise Failed(f'its timeout came {ticks} times only')
        return late / 1000


def per_operation(count, name, row):
    """By the difference of two runs: what starting costs, and connecting, is in both."""
    few, many = row['few'], row['many']
    return (count(name, row, many) - count(name, row, few)) / (many - few)


def instructions(name, row, operations):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'callgrind')
        wrapper = ['valgrind', '--tool=callgrind', '--callgrind-out-file=' + path]
        with server(name, row.get('mode'), wrapper=wrapper) as (process, port):
            with Load(port, [*row['arguments'], operations], row.get('mode')) as load:
                load.go()
            process.send_signal(signal.SIGTERM)
            process.wait()
        with open(path, encoding='utf-8') as file:
            return int(re.search(r'^(?:totals|summary): (\d+)', file.read(), re.M).group(1))


def child_of(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return int(file.read().split()[0])


def system_calls(name, row, operations):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'strace')
        wrapper = ['strace', '-c', '-f', '-o', path]
        with server(name, row.get('mode'), wrapper=wrapper) as (process, port):
            with Load(port, [*row['arguments'], operations], row.get('mode')) as load:
                load.go()
            # strace itself would leave its child alone.
            os.kill(child_of(process.pid), signal.SIGTERM)
            process.wait()
        with open(path, encoding='utf-8') as file:
            return sum(int(line.split()[3]) for line in file if re.match(r'\s*\d+\.\d+ ', line)
                       and not line.rstrip().endswith('total'))
