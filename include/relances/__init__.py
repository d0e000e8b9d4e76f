"""Relances: reminds taxpayers of what they owe, once."""
