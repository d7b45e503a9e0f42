"""Every table of the node, by importing every feature's store. For migrations and their tests."""

from __future__ import annotations

import node.features.access.store
import node.features.audit.store
import node.features.chat.store
import node.features.hands.store
import node.features.layout.store
import node.features.lobby.store
import node.features.moderation.store
import node.features.mute.store
import node.features.nodes.store
import node.features.operators.store
import node.features.participants.store
import node.features.quota.store
import node.features.rates.store
import node.features.recordings.store
import node.features.replay.store
import node.features.roles.store
import node.features.rooms.store
import node.features.schedule.store
import node.features.texts.store  # noqa: F401
from node.storage.metadata import metadata

__all__ = ["metadata"]
