"""europepmc."""
