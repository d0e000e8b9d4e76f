"""The engine: one worker, one lot, as many calls at once as a connection allows."""
