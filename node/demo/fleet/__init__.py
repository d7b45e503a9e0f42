"""Many nodes on one machine: servers that speak the real contracts over TLS and play what happens in them.

authority.py  one certificate authority for all
node.py       a node's state, its script, and what its watchers are told
servicer.py   the contracts, answered from that state; queues.py and ledger.py are parts of it
refusing.py   how it says no
world.py      people, rooms, chat and loads that change, from one seed
"""

from node.demo.fleet.authority import Authority
from node.demo.fleet.node import NOON, FakeNode
from node.demo.fleet.refusing import ROLES, refusal

__all__ = ["NOON", "ROLES", "Authority", "FakeNode", "refusal"]
