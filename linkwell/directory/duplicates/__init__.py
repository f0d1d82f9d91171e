"""Entries of several lists that are the same service: found by likeness, joined and taken apart again by a person."""
