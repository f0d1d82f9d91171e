"""Signing in with another organisation: an OpenID Connect relying party, by the authorisation code flow."""
