"""`linkwell backup`, `linkwell restore`: the whole scheme in one encrypted file, and back."""
