"""Ventis Messaging: SMS to Gabonese numbers."""
