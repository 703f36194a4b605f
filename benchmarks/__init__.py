"""Quality and speed, each figure beside a peer's or a floor's in the same run."""
