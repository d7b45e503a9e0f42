"""`python -m console` is `regie`."""

from console.ctl import entry

entry()
