# find-overrides.py: prints the directory for overrides that PyGObject searches below a prefix
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib
import site
import sys
import sysconfig

import gi

prefix = pathlib.Path(sys.argv[1])
own = pathlib.Path(gi.__file__).parent.parent


# /usr/local is below /usr, and is not meant by it.
def is_below_prefix(directory):
    inner = prefix / 'local'
    return directory.is_relative_to(prefix) and not directory.is_relative_to(inner)


# Beside PyGObject itself if it has the same prefix, or else where this Python looks for packages.
# A prefix that it does not know gets the usual layout, and has to be put into PYTHONPATH.
known = [own, *map(pathlib.Path, site.getsitepackages())]
usual = sysconfig.get_path('purelib', 'posix_prefix', {'base': str(prefix)})
packages = next(filter(is_below_prefix, known), pathlib.Path(usual))

print(packages / 'gi' / 'overrides', end='')
