"""Everything that touches the world: sources, settings, Prefect flows and tasks, reports, the command."""
