"""Spreadsheets that a page brings in: kept for a day while their columns are chosen, checked, then imported."""
