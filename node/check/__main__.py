"""`python -m node.check`: as `regie check`, where that is not installed."""

from node.check import cli

cli()
