# machine.py: describes the machine that was measured on
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import datetime
import os
import platform
import re
import shutil
import subprocess

import peers


def output(*command):
    """The first line that a command prints, or None where there is no such command."""
    if shutil.which(command[0]) is None:
        return None
    result = subprocess.run(command, capture_output=True, text=True, cwd=peers.SOURCES,
                            check=False)
    return result.stdout.strip().partition('\n')[0] or None


def processor():
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        found = re.search(r'^model name\s*: (.*)', file.read(), re.M)
    return found.group(1) if found else platform.machine()


def describe():
    versions = {name: output('pkg-config', '--modversion', name)
                for name in ('gio-2.0', 'libuv', 'libevent', 'Qt6Network')}
    versions |= {name: output(*command, '--version') for name, command in
                 {'python': [peers.PYTHON], 'gjs': ['gjs'], 'node': ['node'],
                  'cc': ['cc']}.items()}
    return {
        'date': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
        'commit': output('git', 'describe', '--always', '--dirty'),
        'kernel': platform.release(),
        'processor': processor(),
        'processors': len(peers.CPUS),
        'load-average': os.getloadavg()[0],
        'versions': versions,
    }
