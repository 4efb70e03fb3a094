# rows.py: the workloads, and the peers that do each
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import resource

BASIC = ['raw', 'floor', 'tisock', 'tisock, vfunc', 'libuv', 'libevent', 'Asio']
MODES = ['raw', 'floor', 'tisock', 'libuv', 'libevent', 'Asio', 'Qt', 'GIO streams']
C = [*BASIC, 'Qt', 'GIO streams', 'GSocket sources']
PYTHON = ['tisock, Python', 'asyncio', 'GIO streams, Python']
GJS = ['tisock, GJS', 'Node', 'GIO streams, GJS']
UDP = ['raw, UDP', 'tisock, UDP', 'libuv, UDP', 'GSocket, UDP']
TLS = ['tisock', 'GIO streams', 'asyncio', 'Node', 'tisock, Python', 'tisock, GJS']

# These poll all sockets at each wake-up: how many times less they do where there are many. A quick
# run leaves them out there, as they need long to accept so many.
SLOW = {'Qt': 10, 'GIO streams': 20, 'GSocket sources': 10}


def limit_of_descriptors():
    """How many connections one process can have here, having raised the limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - 100


# Targets name 9,000. Idle connections are measured beside others, hence the smaller limit.
MOST = min(15000, limit_of_descriptors())
MANY = min(9000, MOST - 1000)


def few_active(connections, peers, quick=False):
    active = min(connections, 10)
    plural = 's' if connections > 1 else ''
    return {'name': f'64 B echo, {connections:,} connection{plural}, {active} active',
            'arguments': ['echo', connections, active, 64],
            'operations': 60000 if connections > 1 else 20000,
            'peers': peers, 'plot': connections, 'quick': quick,
            'slow': SLOW if connections >= 1000 else {}}


def open_and_close(connections):
    return {'name': f'open and close {connections:,} connections',
            'arguments': ['accept', connections], 'operations': MOST,
            'peers': BASIC, 'quick': False}


def datagrams(name, *arguments, operations=400000, mode='udp'):
    """SOCKETS, SIZE and WINDOW of the generator."""
    return {'name': name, 'mode': mode, 'operations': operations, 'peers': UDP,
            'arguments': ['send' if mode == 'udp-sink' else 'echo', *arguments]}


# An operation of a bulk transfer is a MiB.
ROWS = [
    {'name': '64 B echo, 50 connections', 'arguments': ['echo', 50, 50, 64],
     'operations': 100000, 'peers': C + PYTHON + GJS, 'slow': {'GIO streams, GJS': 5}},
    few_active(1, C),
    few_active(11, C, quick=True),
    few_active(100, C),
    few_active(1000, C),
    few_active(MANY, [*C, 'tisock, timeouts'], quick=True),
    few_active(MOST, BASIC),
    {'name': f'64 B echo, {MANY:,} active', 'arguments': ['echo', MANY, MANY, 64],
     'operations': 90000, 'peers': BASIC},
    {'name': '1 MiB echo, 4 connections', 'arguments': ['echo', 4, 4, 1 << 20],
     'operations': 400, 'peers': C},
    {'name': 'upload, 4 connections, a MiB', 'mode': 'sink', 'arguments': ['upload', 4],
     'operations': 2000, 'peers': MODES},
    {'name': 'download, 4 connections, a MiB', 'mode': 'source', 'arguments': ['download', 4],
     'operations': 2000, 'peers': MODES},
    {'name': 'accept + 1 byte + close', 'arguments': ['accept', 10],
     'operations': 10000, 'peers': C},
    open_and_close(1000),
    open_and_close(5000),
    open_and_close(MOST),
    {'name': '64 B echo under TLS, 50 connections', 'mode': 'tls',
     'arguments': ['echo', 50, 50, 64], 'operations': 40000, 'peers': TLS},
    {'name': '1 MiB echo under TLS, 4 connections', 'mode': 'tls',
     'arguments': ['echo', 4, 4, 1 << 20], 'operations': 400, 'peers': TLS},
    {'name': 'TLS handshake + 1 byte + close', 'mode': 'tls', 'arguments': ['accept', 10],
     'operations': 2000, 'peers': TLS},
    datagrams('64 B datagrams, 1 peer, 32 under way', 1, 64, 32),
    datagrams('64 B datagrams, 50 peers', 50, 64, 1),
    datagrams('64 B datagrams, 1 peer', 1, 64, 1, operations=60000),
    datagrams('1,200 B datagrams, 4 peers, 8 under way', 4, 1200, 8),
    datagrams('64 B datagrams, one way', 1, 64, 32, mode='udp-sink', operations=600000),
]

MEMORY = {'name': 'memory per idle connection', 'connections': MANY, 'quick-connections': 2000,
          'peers': [*C, 'tisock, timeouts', *PYTHON, *GJS]}

# So many are active that about 512 are ready at each wake-up, as the batches of libuv show.
JITTER = {'name': 'lateness of a 60 Hz timeout, 99th percentile', 'connections': MANY,
          'operations': 600000, 'peers': ['tisock']}

COUNTED = ['raw', 'floor', 'tisock', 'tisock, vfunc', 'libuv', 'tisock, Python']
COUNTED_TLS = ['tisock', 'GIO streams']

# What is counted, between few operations and many. One connection makes batches of one, so that
# the counts repeat; with ten, a server that is slowed by a tool finds all ten ready.
COUNTS = [
    {'name': '64 B echo, 1 connection', 'arguments': ['echo', 1, 1, 64],
     'few': 1000, 'many': 3000, 'peers': COUNTED},
    {'name': '64 B echo, 10 connections', 'arguments': ['echo', 10, 10, 64],
     'few': 2000, 'many': 12000, 'peers': COUNTED},
    {'name': 'accept + 1 byte + close', 'arguments': ['accept', 1],
     'few': 100, 'many': 600, 'peers': COUNTED},
    {'name': '64 B echo under TLS, 1 connection', 'mode': 'tls', 'arguments': ['echo', 1, 1, 64],
     'few': 1000, 'many': 3000, 'peers': COUNTED_TLS},
    {'name': 'TLS handshake + 1 byte + close', 'mode': 'tls', 'arguments': ['accept', 1],
     'few': 20, 'many': 80, 'peers': COUNTED_TLS},
]
