"""Reads ``politique.toml`` and ``gabarits/``, and says where they are wrong."""
