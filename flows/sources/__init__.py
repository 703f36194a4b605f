"""Where records come from; each source a small module of the same shape."""
