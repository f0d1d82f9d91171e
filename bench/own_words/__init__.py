"""People's own words: labelled statements, how each way of ranking does on them, and what is fitted to them."""
