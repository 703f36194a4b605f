"""What the typed terms were read as."""

from flows import terminal
from warehouse.queries.combinations import Combination


def read_as_lines(combination: Combination) -> list[str]:
    """A line for each term that is another name or spelling of its concept."""
    return [f'read as       "{row["term"]}": {row["name"]} ({row["concept_id"]})' for row in combination.read_as]


def note_readings(combination: Combination) -> None:
    """Print the lines on stderr, beside an answer whose form has no room for them (a JSON array, a watch)."""
    if combination.read_as:
        terminal.note("\n".join(read_as_lines(combination)))
