# plot.py: draws lines over a logarithmic axis, and bars, as SVG
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 160, 40, 50
COLOURS = ['#3584e4', '#e66100', '#2ec27e', '#c01c28', '#813d9c', '#986a44', '#77767b', '#1c71d8']
LICENCE = ('<!-- SPDX-FileCopyrightText: 2026 The tisock authors\n'
           '     SPDX-License-Identifier: LGPL-2.1-or-later -->')


def text(x, y, content, anchor='middle', size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">'
            f'{escape(content)}</text>')


def line(x1, y1, x2, y2, colour):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}"/>')


def document(height, title, parts):
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif">', LICENCE, f'<title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(WIDTH / 2, 22, title, size=15), *parts, '</svg>', ''])


class LogAxis:
    """Maps the decades around some values to a range of coordinates."""

    def __init__(self, values, start, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def __call__(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self):
        return [10 ** i for i in range(self.low, self.high + 1)]


def spread_labels(labels):
    """Moves labels down until none covers another one."""
    y = -math.inf
    for wanted, name, colour in sorted(labels):
        y = max(wanted, y + 14)
        yield y, name, colour


def lines(title, x_title, y_title, series):
    """An SVG of series, {name: [(x, y), …]}, both axes logarithmic."""
    points = [point for values in series.values() for point in values]
    x_axis = LogAxis([x for x, _ in points], LEFT, WIDTH - RIGHT)
    y_axis = LogAxis([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_title),
             text(LEFT, TOP - 8, y_title, 'start')]
    for tick in x_axis.ticks():
        parts.append(line(x_axis(tick), TOP, x_axis(tick), HEIGHT - BOTTOM, '#deddda'))
        parts.append(text(x_axis(tick), HEIGHT - BOTTOM + 18, f'{tick:,g}'))
    for tick in y_axis.ticks():
        parts.append(line(LEFT, y_axis(tick), WIDTH - RIGHT, y_axis(tick), '#deddda'))
        parts.append(text(LEFT - 8, y_axis(tick) + 4, f'{tick:,g}', 'end'))
    labels = []
    for i, (name, values) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        path = ' '.join(f'{x_axis(x):.1f},{y_axis(y):.1f}' for x, y in sorted(values))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                     'stroke-width="2"/>')
        labels.append((y_axis(max(values)[1]) + 4, name, colour))
    for y, name, colour in spread_labels(labels):
        parts.append(text(WIDTH - RIGHT + 8, y, name, 'start').replace(
            '<text', f'<text fill="{colour}"'))
    return document(HEIGHT, title, parts)


def bars(title, values):
    """An SVG of a bar for each of {name: value}, the axis logarithmic."""
    height = TOP + 26 * len(values) + 20
    axis = LogAxis(values.values(), 170, WIDTH - 80)
    parts = []
    for i, (name, value) in enumerate(sorted(values.items(), key=lambda item: item[1])):
        y = TOP + 26 * i
        colour = COLOURS[0] if name.startswith('tisock') else '#c0bfbc'
        parts.append(text(162, y + 14, name, 'end'))
        parts.append(f'<rect x="170" y="{y}" width="{axis(value) - 170:.1f}" height="18" '
                     f'fill="{colour}"/>')
        parts.append(text(axis(value) + 6, y + 14, f'{value:,.0f}', 'start'))
    return document(height, title, parts)
