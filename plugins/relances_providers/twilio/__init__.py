"""Twilio: WhatsApp messages."""
