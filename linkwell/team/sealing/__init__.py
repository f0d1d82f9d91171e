"""The audit trail sealed: a chain of HMACs for each scheme, its heads in a second place, and the check of both."""
