# report.py: prints what was measured and counted, keeps it, and judges it by the targets
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import sys

import plot
import rows

HERE = os.path.dirname(os.path.abspath(__file__))
LICENCE = ('SPDX-FileCopyrightText: 2026 The tisock authors. '
           'SPDX-License-Identifier: LGPL-2.1-or-later')
RELEASE = os.path.join(HERE, 'counts.json')
TARGETS = os.path.join(HERE, 'targets.json')
RATIOS = ['floor', 'raw', 'libuv']


def read(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def write(path, content):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(content)


def as_json(value):
    """The text of a file, with the licence that every file of the tree names."""
    return json.dumps({'//': LICENCE} | value, indent=2, ensure_ascii=False) + '\n'


# ---- measured

def find_base(peers, base):
    """The peer that others are compared to; without connections it is a server of another name."""
    return peers.get(base) or peers.get(base + ', UDP') or {}


def print_row(name, row):
    print(f'\n{name + ", " + row["unit"]:50} {"spread":>9}   batch'
          + ''.join(f'{"× " + base:>9}' for base in RATIOS))
    for peer, values in row['peers'].items():
        spread = (values['most'] - values['least']) / 2
        batch = f'{values["batch"]:8.1f}' if values['batch'] else ' ' * 8
        bases = [find_base(row['peers'], base).get('median', 0) for base in RATIOS]
        ratios = ''.join(f'{values["median"] / base:9.3f}' if base > 0 else ' ' * 9
                         for base in bases)
        print(f'  {peer:34} {values["median"]:13.2f} ± {spread:7.2f}{batch}{ratios}'.rstrip())
    sys.stdout.flush()


def plots(results):
    series = {}
    for row in results.values():
        for name, values in row['peers'].items() if row.get('plot') else ():
            series.setdefault(name, []).append((row['plot'], values['median']))
    series.pop('tisock, timeouts', None)
    if any(len(values) > 1 for values in series.values()):
        yield 'cost.svg', plot.lines(
            'Server CPU time of a 64-byte echo, up to 10 connections active',
            'connections', 'microseconds', series)
    memory = results.get(rows.MEMORY['name'])
    if memory:
        values = {name: max(values['median'], 1) for name, values in memory['peers'].items()}
        yield 'memory.svg', plot.bars('Bytes of memory per idle connection', values)


def save(folder, description, results):
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, 'results.json'),
          as_json({'machine': description, 'rows': results}))
    for name, content in plots(results):
        write(os.path.join(folder, name), content)
    print(f'\nwritten to {os.path.relpath(folder)}')


# ---- targets

def judge(target, results):
    """What a target comes to: (verdict, value)."""
    row = results.get(target['workload'], {}).get('peers', {})
    base = target.get('times', {})
    other = results.get(base.get('workload', target['workload']), {}).get('peers', {})
    base_peer = base.get('peer', target['peer'])
    if target['peer'] not in row or base_peer not in other:
        return 'not measured', None

    value = row[target['peer']]['median']
    if base:
        value /= other[base_peer]['median']
    if value <= target['at-most']:
        return 'met', value
    if (row[target['peer']]['batch'] or 0) < target.get('batch', 0):
        return 'missed, but the batches are small', value
    return 'MISSED', value


def check(results):
    print('\ntargets')
    for target in read(TARGETS)['targets']:
        verdict, value = judge(target, results)
        base = target.get('times')
        limit = f'≤ {target["at-most"]:g}' + (
            ' × ' + ', '.join(base.values()) if base else ' ' + target['unit'])
        shown = ' ' * 8 if value is None else f'{value:8.4g}'
        print(f'  {target["workload"]:46} {target["peer"]:16} {shown} {limit:46} {verdict}')


# ---- counted

def last_release():
    return read(RELEASE) if os.path.exists(RELEASE) else {'release': 'no release', 'counts': {}}


def print_counts(name, values):
    release = last_release()
    before = release['counts'].get(name, {})
    print(f'\n{name:44} {"now":>10} {release["release"]:>12}')
    for peer, value in values.items():
        then = f'{before[peer]:12.2f} {value / before[peer] - 1:+8.1%}' if peer in before else ''
        print(f'  {peer:42} {value:10.2f} {then}'.rstrip())
    sys.stdout.flush()


def save_counts(counts, release):
    rounded = {name: {peer: round(value, 2) for peer, value in values.items()}
               for name, values in counts.items()}
    licence = 'SPDX-FileCopyrightText: 2026 The tisock authors. ' \
              'SPDX-License-Identifier: LGPL-2.1-or-later'
    write(RELEASE, as_json({'//': licence, 'release': release, 'counts': rounded}))
