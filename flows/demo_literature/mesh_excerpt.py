"""The excerpt of MeSH 2024 that the embedded literature is indexed with."""

from functools import cache
from importlib.resources import files

from lxml import etree

from flows.demo_literature.records import Heading

SAMPLE_CHECK_TAGS = ("D006801", "D005260", "D008297", "D000328", "D008875", "D000368")
HUMANS, FEMALE, MALE, ADULT, MIDDLE_AGED, AGED = SAMPLE_CHECK_TAGS


def mesh() -> bytes:
    """Return the vocabulary as MeSH descriptor XML."""
    return files(__package__).joinpath("mesh_excerpt.xml").read_bytes()


@cache
def descriptor_names() -> dict[str, str]:
    """Return the preferred name of every descriptor by its id."""
    root = etree.fromstring(mesh(), etree.XMLParser(resolve_entities=False, no_network=True))
    return {
        record.findtext("DescriptorUI"): record.findtext("DescriptorName/String")
        for record in root.iter("DescriptorRecord")
    }


def headings(uis: tuple[str, ...], check_tags: tuple[str, ...] = ()) -> tuple[Heading, ...]:
    """Return headings for descriptors in order, the first as the major topic, followed by check tags."""
    names = descriptor_names()
    topics = tuple(Heading(ui, names[ui], major=position == 0) for position, ui in enumerate(uis))
    return topics + tuple(Heading(ui, names[ui]) for ui in check_tags)


def person_tags(age: int, *, female: bool) -> tuple[str, ...]:
    """Return the check tags of an article about one person of that age in years."""
    stage = ADULT if age < 45 else MIDDLE_AGED if age < 65 else AGED
    return (HUMANS, FEMALE if female else MALE, stage)
