"""The arithmetic of the evidence: values in, values out; no Django, no database."""
