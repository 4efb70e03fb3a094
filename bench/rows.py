# rows.py: the workloads, and the peers that do each
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import resource

BASIC = ['raw', 'floor', 'tisock', 'tisock, vfunc', 'libuv', 'libevent', 'Asio']
C = BASIC + ['GIO streams', 'GSocket sources']
PYTHON = ['tisock, Python', 'asyncio', 'GIO streams, Python']
GJS = ['tisock, GJS', 'Node', 'GIO streams, GJS']

# How many times less these do where their cost grows with the number of connections.
SLOW = {'GIO streams': 20, 'GSocket sources': 10}


def limit_of_descriptors():
    """How many connections one process can have here, having raised the limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - 100


# What a process needs: the idle ones, and those before them. Targets name 9,000.
MANY = min(9000, limit_of_descriptors() - 1000)
ACTIVE = 10


def few_active(connections, operations, peers, quick=True):
    return {'name': f'64 B echo, {connections:,} connections, {ACTIVE} active',
            'arguments': ['echo', connections, ACTIVE, 64], 'operations': operations,
            'peers': peers, 'plot': connections, 'quick': quick}


ROWS = [
    {'name': '64 B echo, 50 connections', 'arguments': ['echo', 50, 50, 64],
     'operations': 100000, 'peers': C + PYTHON + GJS},
    few_active(11, 60000, C),
    few_active(100, 60000, C, quick=False),
    few_active(1000, 60000, C, quick=False),
    few_active(MANY, 60000, C + ['tisock, timeouts']),
    {'name': f'64 B echo, {MANY:,} active', 'arguments': ['echo', MANY, MANY, 64],
     'operations': 90000, 'peers': BASIC},
    {'name': '1 MiB echo, 4 connections', 'arguments': ['echo', 4, 4, 1 << 20],
     'operations': 400, 'peers': C},
    {'name': 'accept + 1 byte + close', 'arguments': ['accept', 10],
     'operations': 10000, 'peers': C},
]

MEMORY = {'name': 'memory per idle connection', 'connections': MANY,
          'peers': C + ['tisock, timeouts'] + PYTHON + GJS}

# What is counted: (workload, few operations, many). One connection makes batches of one, so that
# the counts repeat; with ten, a server that is slowed by a tool finds all ten ready.
COUNTS = {
    '64 B echo, 1 connection': (['echo', 1, 1, 64], 1000, 3000),
    '64 B echo, 10 connections': (['echo', 10, 10, 64], 2000, 12000),
    'accept + 1 byte + close': (['accept', 1], 100, 600),
}
COUNTED = ['raw', 'floor', 'tisock', 'tisock, vfunc', 'libuv', 'tisock, Python']
