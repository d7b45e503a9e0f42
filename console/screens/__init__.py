"""The views of the console, one word each: nodes, rooms, room. `desk` holds them and answers keys."""
