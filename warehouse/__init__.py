"""The tables: their declaration, how they are stored and committed, and the SQL analysts use."""
