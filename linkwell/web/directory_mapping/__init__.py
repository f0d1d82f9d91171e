"""Bringing a spreadsheet in: the file, what its columns are, what its rows would become, the import."""
