"""`linkwell run`: everything that serves, and what watches over it."""
