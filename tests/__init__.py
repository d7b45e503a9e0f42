"""Tests, and programs of theirs that are run by themselves."""

import os

# They start programs while gRPC's threads run; what gRPC does in a forked child may abort it.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
