"""Zoom Phone: SMS to numbers of the United States and Canada."""
