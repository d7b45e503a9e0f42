"""A network of a test's own, that ends with it: a process in a fresh network namespace, with `lo` and one more address.

    @pytest.mark.own_network
    async def test_…(tmp_path): Machine(tmp_path, address=ADDRESS) …

Such a test runs in a process of its own, and everything it starts lives in that namespace and reaches nothing else. A
thread would not do: gRPC opens connections from threads that are older than the namespace. Needs root.

    python -m tests.e2e.networks COMMAND …      any other program in a network of its own
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

ADDRESS: Final = "10.213.7.1"
WITHIN: Final = "IN_A_NETWORK_OF_ITS_OWN"  # in the environment of what runs there
_CLONE_NEWNET: Final = 0x4000_0000  # unshare(2)

_COMMANDS: Final = (
    "ip link set lo up",
    "ip link add regie0 type veth peer name regie1",
    f"ip addr add {ADDRESS}/24 dev regie0",
    "ip link set regie0 up",
    "ip link set regie1 up",
    f"ip route add default via {ADDRESS}",
)


def command_in_own_network(words: Sequence[str]) -> list[str]:
    """The command line that runs `words` in a network of its own."""
    return [sys.executable, "-m", "tests.e2e.networks", *words]


def main(words: list[str]) -> int:
    if not words:
        print(__doc__, file=sys.stderr)
        return 2
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    for command in _COMMANDS:
        subprocess.run(command.split(), check=True, capture_output=True)
    os.execvpe(words[0], words, {**os.environ, WITHIN: "1"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
