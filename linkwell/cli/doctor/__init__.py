"""`linkwell doctor`: one line for each thing that must be well, and what to do where it is not."""
