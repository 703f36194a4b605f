"""About whom an article's own data are: humans, animals or cells; NULL where it has none of its own, or does not say.

The record's headings decide (NLM's check tags Humans and Animals). Without headings, cues of title and abstract are
counted and weighed; what the cues are stands in [subjects] of subject_rules.toml.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.lists import list_has_any
from transforms.subjects.rules import count_matches, matches_any, patterns

HUMAN, ANIMAL, CELLS = "human", "animal", "cells"

_HUMANS_HEADING = "MESH:D006801"
_ANIMALS_HEADING = "MESH:D000818"
_NONE = -1
_ANIMAL_TITLE, _ANIMAL_MODEL = 3, 2
_PEOPLE_TITLE, _COUNTED_PEOPLE, _SYNTHESIS = 2, 2, 2
_CELL_TITLE = 3
_SURE = 4
"""A weight above which a title, or several words of an abstract, decide."""

_Flags = npt.NDArray[np.bool_]
_Counts = npt.NDArray[np.int64]


def subjects_of_headings(headings: pa.Array) -> pa.Array:
    """'human' or 'animal' for each list of headings; NULL where neither is one of them. Humans come first."""
    human, animal = (list_has_any(headings, [tag]) for tag in (_HUMANS_HEADING, _ANIMALS_HEADING))
    return pc.case_when(pc.make_struct(pa.array(human), pa.array(animal)), pa.scalar(HUMAN), pa.scalar(ANIMAL))


def subjects_of_text(titles: pa.Array, abstracts: pa.Array, is_review: _Flags, is_case_report: _Flags) -> pa.Array:
    """'human', 'animal', 'cells' or NULL for each title and abstract (strings without NULL).

    is_review: whether the publication types say that it has no data of its own.

    Decided in this order; a weight is the number of words plus that of a title:

        case report       animal if its title names one and people stand for less, else human
        review            NULL unless it counts people or is a systematic review
        animals           at least 4 and more than people counted or acting: "20 rats were", "Sprague-Dawley"
        cells             at least 4, more than own people, and hardly an animal
        people            at least 2: "patients", "cohort"; then what is left of animals and cells
    """
    title_animal = _animal_titles(titles)
    title_people = matches_any(titles, "subjects", "people_word")
    animal_words = count_matches(abstracts, "subjects", "animal_word")
    # patterns that matter only beside others are read only where these matched: each takes as long as all the others
    laboratory, animal_study = (
        _matches_where(animal_words > 0, abstracts, name) for name in ("laboratory_animal", "animal_study")
    )
    animal = _ANIMAL_TITLE * title_animal + animal_words + _ANIMAL_MODEL * animal_study
    synthesis = matches_any(titles, "subjects", "synthesis") | matches_any(abstracts, "subjects", "synthesis")
    studies = count_matches(abstracts, "subjects", "study_of_people")
    own = (
        _COUNTED_PEOPLE * count_matches(abstracts, "subjects", "counted_people")
        + count_matches(abstracts, "subjects", "acting_people")
        + studies
    )
    people = count_matches(abstracts, "subjects", "people_word")
    human = _PEOPLE_TITLE * title_people + people + own + _SYNTHESIS * synthesis
    cells = _CELL_TITLE * matches_any(titles, "subjects", "cell_title") + count_matches(abstracts, "subjects", "cell")
    review = is_review | matches_any(titles, "subjects", "review_title")
    review |= _matches_where(~review & ~synthesis & (own < _SURE), abstracts, "review_text")
    many_cells = (cells >= _SURE) & (cells > own + _PEOPLE_TITLE * title_people) & (2 * cells >= human)
    choice = np.select(
        [
            is_case_report & title_animal & ~title_people & (animal > people),
            is_case_report,
            review & ~synthesis & (own < _SURE),
            (animal >= _SURE) & (animal > own),
            many_cells & (animal < _ANIMAL_TITLE),
            laboratory & (human == studies),
            human > 1,
            animal > 1,
            cells >= _CELL_TITLE,
        ],
        [1, 0, _NONE, 1, 2, 1, 0, 1, 2],
        _NONE,
    )
    return pa.array([HUMAN, ANIMAL, CELLS]).take(pa.array(choice, mask=choice == _NONE))


def _matches_where(rows: _Flags, texts: pa.Array, name: str) -> _Flags:
    """Whether each text matches a pattern; False outside `rows`, which are not read."""
    found = rows.copy()
    found[rows] = matches_any(texts.filter(pa.array(rows)), "subjects", name)
    return found


def _animal_titles(titles: pa.Array) -> _Flags:
    """Whether each title names an animal, "tick-borne", "cat scratch" and the like apart."""
    [not_animal] = patterns("subjects", "not_animal")
    return matches_any(pc.replace_substring_regex(titles, not_animal, ""), "subjects", "animal_word")
