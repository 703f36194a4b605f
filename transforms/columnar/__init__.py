"""Array building blocks that are shared by text, annotation, duplicates and counting.

Comes in: numpy arrays and Arrow columns; goes out: the same, sorted, encoded, looked up or deduplicated.
Start with `types` (the array types used everywhere), then `integers`; `hash_table` is the densest module.
"""
