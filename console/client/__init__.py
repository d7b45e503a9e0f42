"""The only place of the console that knows gRPC and `protos`."""

from __future__ import annotations

import os

# Set before grpc is first imported: its fork handler and its log write on stderr, which is the picture.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
