"""Moving pictures of synthetic people, drawn row by row in I420 (BT.601, video range).

Nothing is filmed and nothing is downloaded. A person sits before a wall, breathes, blinks, and moves the lips while
talking; a bar runs along the lower edge once in a loop, so that a picture that stands still is noticed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from node.demo import letters
from node.demo.people import Colour, Person

WIDTH = 640
HEIGHT = 360


def _yuv(colour: Colour) -> tuple[int, int, int]:
    """ITU-R BT.601, 8-bit video range."""
    r, g, b = colour
    return (
        16 + (66 * r + 129 * g + 25 * b + 128 >> 8),
        128 + (-38 * r - 74 * g + 112 * b + 128 >> 8),
        128 + (112 * r - 94 * g - 18 * b + 128 >> 8),
    )


def _shade(colour: Colour, factor: float) -> Colour:
    return (
        min(255, int(colour[0] * factor)),
        min(255, int(colour[1] * factor)),
        min(255, int(colour[2] * factor)),
    )


@dataclass
class Canvas:
    """Three planes: Y at WIDTH x HEIGHT, U and V at half of both."""

    y: bytearray
    u: bytearray
    v: bytearray

    @classmethod
    def blank(cls) -> Canvas:
        size = WIDTH * HEIGHT
        return cls(bytearray(size), bytearray(size // 4), bytearray(size // 4))

    def copy(self) -> Canvas:
        return Canvas(bytearray(self.y), bytearray(self.u), bytearray(self.v))

    def row(self, line: int, left: int, right: int, yuv: tuple[int, int, int]) -> None:
        """One row of pixels, `right` excluded; what lies outside is cut off."""
        left, right = max(0, left), min(WIDTH, right)
        if right <= left or not 0 <= line < HEIGHT:
            return
        start = line * WIDTH
        self.y[start + left : start + right] = bytes((yuv[0],)) * (right - left)
        if line % 2 == 0:
            half, count = (line // 2) * (WIDTH // 2), (right + 1) // 2 - left // 2
            for plane, value in ((self.u, yuv[1]), (self.v, yuv[2])):
                plane[half + left // 2 : half + left // 2 + count] = bytes((value,)) * count

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        yuv = _yuv(colour)
        for line in range(int(top), int(bottom)):
            self.row(line, int(left), int(right), yuv)

    def ellipse(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """Filled; `across` and `down` are the half axes in pixels."""
        if down < 0.5:
            return
        yuv = _yuv(colour)
        for line in range(math.floor(y - down), math.ceil(y + down) + 1):
            rest = 1.0 - ((line - y) / down) ** 2
            if rest > 0.0:
                reach = across * math.sqrt(rest)
                self.row(line, round(x - reach), round(x + reach), yuv)

    def text(self, left: int, top: int, text: str, dot: int, colour: Colour) -> None:
        for column, line in letters.dots(text):
            x, y = left + column * dot, top + line * dot
            self.box(x, y, x + dot, y + dot, colour)


def room(person: Person) -> Canvas:
    """What does not move: the wall, a shelf with books, the name plate."""
    canvas = Canvas.blank()
    for line in range(HEIGHT):
        canvas.row(line, 0, WIDTH, _yuv(_shade(person.wall, 1.35 - 0.6 * line / HEIGHT)))
    canvas.box(0, 150, WIDTH, 158, _shade(person.wall, 0.45))
    books = (person.clothes, person.hair, (208, 200, 180), _shade(person.wall, 1.8), (150, 60, 50), (60, 90, 120))
    for index in range(26):
        if 8 < index < 17:
            continue  # the head is there
        height = 48 + index * 37 % 34
        canvas.box(index * 25 + 3, 150 - height, index * 25 + 21, 150, _shade(books[index % 6], 0.75))
    # In the middle, because a page may cut off the sides.
    wide = letters.width(person.name) * 2
    left = (WIDTH - wide) // 2
    canvas.box(left - 12, 10, left + wide + 12, 40, (18, 22, 28))
    canvas.box(left - 12, 10, left - 8, 40, person.clothes)
    canvas.text(left, 19, person.name, 2, (240, 240, 236))
    return canvas


def draw(backdrop: Canvas, person: Person, turn: float, talking: bool) -> Canvas:
    """One picture at `turn` (0 … 1) of the loop. Everything returns to where it began, so loops may be joined."""
    canvas = backdrop.copy()
    swing = math.sin(2 * math.pi * turn)
    nod = math.sin(4 * math.pi * turn) * (4.0 if talking else 1.5)
    x, y = WIDTH / 2 + swing * (16.0 if talking else 7.0), 158.0 + nod
    shadow = _shade(person.skin, 0.82)

    if person.long_hair:
        canvas.ellipse(x, y + 34, 84, 112, person.hair)
    canvas.ellipse(WIDTH / 2 + swing * 5, 372 + nod / 2, 168, 132, person.clothes)
    canvas.box(x - 24, y + 60, x + 24, y + 108, shadow)
    canvas.ellipse(x, y - 22, 74, 84, person.hair)
    canvas.ellipse(x, y + 8, 64, 82, person.skin)

    blink = 0.5 < (turn * 4) % 1.0 < 0.56 or 0.0 <= turn < 0.015
    for side in (-1, 1):
        eye = x + side * 25 + swing * 3
        canvas.ellipse(eye, y - 6, 11, 1.5 if blink else 7, shadow if blink else (244, 244, 240))
        if not blink:
            canvas.ellipse(eye + swing * 3, y - 6, 5, 5, (40, 34, 30))
        canvas.box(eye - 13, y - 24 + nod / 3, eye + 13, y - 20 + nod / 3, person.hair)
    canvas.ellipse(x + swing * 4, y + 18, 7, 13, shadow)

    syllables = abs(math.sin(2 * math.pi * turn * 9)) * (0.55 + 0.45 * math.sin(2 * math.pi * turn * 2) ** 2)
    opening = 3.0 + 12.0 * syllables if talking else 2.5
    canvas.ellipse(x + swing * 2, y + 48, 22 if talking else 20, opening, (120, 40, 44))
    if opening > 6:
        canvas.ellipse(x + swing * 2, y + 48 - opening / 3, 15, opening / 3, (236, 232, 226))

    canvas.box(0, HEIGHT - 6, WIDTH, HEIGHT, _shade(person.wall, 0.5))
    canvas.box(0, HEIGHT - 6, WIDTH * turn, HEIGHT, person.clothes)
    return canvas
