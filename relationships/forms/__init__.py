"""Forms of this room: the shape of what was typed."""
