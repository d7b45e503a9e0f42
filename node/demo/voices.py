"""Synthetic speech: a source of pulses and noise through three formants, syllable after syllable. It says nothing.

A classic formant synthesiser (D. Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67, 1980) cut
down to what a meeting needs: voices that can be told apart, with the rhythm and the pauses of speech.
"""

from __future__ import annotations

import array
import math
import random

from node.demo.people import Person

RATE = 16_000
"""Samples a second."""

# First three formants of French vowels, Hz.
_VOWELS = (
    (700, 1300, 2500),  # a
    (400, 2100, 2700),  # é
    (280, 2250, 3000),  # i
    (420, 850, 2400),  # o
    (300, 800, 2300),  # ou
    (290, 1900, 2300),  # u
    (520, 1450, 2500),  # e
    (600, 1000, 2400),  # an
)
_WIDTHS = (80.0, 110.0, 160.0)


class _Resonator:
    """A two-pole filter of unit gain at 0 Hz (Klatt, eq. 2)."""

    def __init__(self) -> None:
        self.a = self.b = self.c = self.one = self.two = 0.0

    def tune(self, frequency: float, width: float) -> None:
        self.c = -math.exp(-2 * math.pi * width / RATE)
        self.b = 2 * math.exp(-math.pi * width / RATE) * math.cos(2 * math.pi * frequency / RATE)
        self.a = 1 - self.b - self.c

    def __call__(self, sample: float) -> float:
        out = self.a * sample + self.b * self.one + self.c * self.two
        self.two, self.one = self.one, out
        return out


def speak(person: Person, seconds: float) -> array.array[int]:
    """16-bit mono samples at `RATE`; the same for the same person each time."""
    chance = random.Random(person.name)
    filters = [_Resonator() for _ in _WIDTHS]
    total = int(seconds * RATE)
    out: list[float] = []
    phase = 0.0
    word = 0
    while len(out) < total:
        word += 1
        sentence = word % 7 / 7
        for syllable in range(chance.randint(1, 4)):
            vowel = chance.choice(_VOWELS)
            for formant, (frequency, width) in enumerate(zip(vowel, _WIDTHS, strict=True)):
                filters[formant].tune(frequency * person.throat, width)
            hiss = chance.choice((0.0, 0.0, 0.05, 0.12))
            length = int(RATE * chance.uniform(0.11, 0.21))
            accent = person.pitch * (1.12 - 0.22 * sentence + chance.uniform(-0.05, 0.05) + 0.04 * syllable)
            for n in range(length):
                at = n / length
                phase += accent * (1 - 0.08 * at) / RATE
                if phase >= 1.0:
                    phase -= 1.0
                # A rounded saw tooth: open for two thirds of the period, then shut.
                source = math.sin(math.pi * phase * 1.5) * (1 - phase) if phase < 0.667 else -0.35
                noise = chance.uniform(-1, 1) * (hiss if at < 0.25 else 0.006)
                sample = (source * math.sin(math.pi * at) ** 0.6) * 0.5 + noise
                for resonator in filters:
                    sample = resonator(sample)
                out.append(sample)
        out.extend([0.0] * int(RATE * (chance.uniform(0.25, 0.45) if sentence == 0 else chance.uniform(0.02, 0.09))))
    return _level(out[:total])


def _level(samples: list[float]) -> array.array[int]:
    """Scales to a comfortable -20 dBov, and takes the clicks off both ends."""
    power = math.sqrt(sum(s * s for s in samples) / len(samples)) or 1.0
    gain = 3276.7 / power
    edge = RATE // 50
    for n in range(edge):
        samples[n] *= n / edge
        samples[-1 - n] *= n / edge
    return array.array("h", (max(-32767, min(32767, int(s * gain))) for s in samples))
