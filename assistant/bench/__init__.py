"""Runners for public question sets: they ask, write the replies and call the sets' own scorer."""
