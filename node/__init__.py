"""The control process of a Régie node: it decides; the plane carries."""

__version__ = "0.1.0"
