"""Pure transforms: bytes, text and Arrow tables in, Arrow tables out. No network, no disk, no clock, no Prefect."""
