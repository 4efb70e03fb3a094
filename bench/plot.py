# plot.py: draws lines over a logarithmic axis, and bars, as SVG
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 56, 50
COLOURS = ['#000000', '#77767b', '#3584e4', '#1a5fb4', '#c01c28', '#e66100', '#986a44', '#2ec27e',
           '#813d9c', '#c061cb']
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
    """Maps some values to a range of coordinates, with a margin on either side."""

    def __init__(self, values, start, end):
        low, high = math.log10(min(values)), math.log10(max(values))
        margin = max((high - low) * 0.05, 0.05)
        self.low, self.high = low - margin, high + margin
        self.start, self.end = start, end

    def __call__(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self):
        """Decades, and what is between them if those alone would be too few."""
        decades = range(math.floor(self.low), math.ceil(self.high) + 1)
        steps = (1,) if self.high - self.low > 2.5 else (1, 2, 5)
        values = [step * 10.0 ** decade for decade in decades for step in steps]
        return [value for value in values if self.low <= math.log10(value) <= self.high]


def spread_labels(wanted):
    """Where labels stand that are wanted at some heights, so that none covers another one."""
    heights = []
    lowest = -math.inf
    for y in sorted(wanted):
        lowest = max(y, lowest + 15)
        heights.append(lowest)
    highest = HEIGHT - BOTTOM + 15
    for i in reversed(range(len(heights))):
        highest = heights[i] = min(heights[i], highest - 15)
    return heights


def grid(x_axis, y_axis):
    for tick in x_axis.ticks():
        yield line(x_axis(tick), TOP, x_axis(tick), HEIGHT - BOTTOM, '#deddda')
        yield text(x_axis(tick), HEIGHT - BOTTOM + 18, f'{tick:,g}')
    for tick in y_axis.ticks():
        yield line(LEFT, y_axis(tick), WIDTH - RIGHT, y_axis(tick), '#deddda')
        yield text(LEFT - 8, y_axis(tick) + 4, f'{tick:,g}', 'end')


def curve(points, colour, width):
    path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width + 0.5}" fill="{colour}"/>'


def lines(title, x_title, y_title, series):
    """An SVG of series, {name: [(x, y), …]}, both axes logarithmic."""
    points = [point for values in series.values() for point in values]
    x_axis = LogAxis([x for x, _ in points], LEFT, WIDTH - RIGHT)
    y_axis = LogAxis([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_title),
             text(LEFT - 8, TOP - 12, y_title, 'middle'), *grid(x_axis, y_axis)]
    ends = []
    for i, (name, values) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        mapped = [(x_axis(x), y_axis(y)) for x, y in sorted(values)]
        parts += curve(mapped, colour, 3 if name == 'tisock' else 1.5)
        ends.append((mapped[-1][1], mapped[-1][0], name, colour))
    ends.sort()
    for (y, x, name, colour), height in zip(ends, spread_labels([end[0] for end in ends])):
        parts.append(line(x, y, WIDTH - RIGHT + 14, height, colour).replace(
            '/>', ' stroke-width="0.5"/>'))
        parts.append(text(WIDTH - RIGHT + 18, height + 4, name, 'start').replace(
            '<text', f'<text fill="{colour}"'))
    return document(HEIGHT, title, parts)


def bars(title, values):
    """An SVG of a bar for each of {name: value}, the axis logarithmic."""
    height = TOP + 26 * len(values) + 20
    axis = LogAxis([10, *values.values()], 170, WIDTH - 80)
    parts = []
    for i, (name, value) in enumerate(sorted(values.items(), key=lambda item: item[1])):
        y = TOP + 26 * i
        colour = COLOURS[0] if name.startswith('tisock') else '#c0bfbc'
        parts.append(text(162, y + 14, name, 'end'))
        parts.append(f'<rect x="170" y="{y}" width="{axis(value) - 170:.1f}" height="18" '
                     f'fill="{colour}"/>')
        parts.append(text(axis(value) + 6, y + 14, f'{value:,.0f}', 'start'))
    return document(height, title, parts)
