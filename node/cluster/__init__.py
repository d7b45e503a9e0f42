"""Which node owns a room, placement, forwarding, the bus. One node owns all of its rooms until there are several."""
