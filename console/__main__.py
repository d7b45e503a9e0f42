"""`python -m console` is `regie`."""

import sys

from console.ctl import main

sys.exit(main())
