"""Keeping entries right: who is asked, who is rung, in which order."""
