"""Taxonomies side by side, and what people decide about them: which needs a term or a plain word stands for."""
