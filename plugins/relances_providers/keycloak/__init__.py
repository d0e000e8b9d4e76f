"""Tokens from Keycloak."""
