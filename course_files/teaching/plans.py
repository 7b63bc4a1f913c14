"""Share out the minutes of a lesson to its sections, for the plan of a class."""

from collections.abc import Sequence
from dataclasses import dataclass

from course_files.merging import Fields
from course_files.teaching.sections import Section

# A figure takes as long to talk about as so many characters to read. A question is asked, answered and talked over.
CHARACTERS_OF_BLOCK = 150
MINUTES_OF_CHOICE, MINUTES_OF_OTHER = 1, 2


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the class: it begins after `start` minutes and takes `minutes`. `headings` are those below its own."""

    start: int
    minutes: int
    title: str
    headings: Sequence[str]
    figures: int


def plan_steps(sections: Sequence[Section], minutes: int, *, opening: str) -> list[Step]:
    """Return a step for each heading of the second level. Their minutes, by size, add up to those of the lesson.

    What comes before the first heading is called `opening`.
    """
    groups: list[list[Section]] = []
    for section in sections:
        if section.level > 2 and groups:
            groups[-1].append(section)
        else:
            groups.append([section])
    sizes = [sum(part.size + CHARACTERS_OF_BLOCK * len(part.blocks) for part in group) for group in groups]
    steps, start = [], 0
    for group, own in zip(groups, share_out(minutes, sizes), strict=True):
        figures = sum(block[0].type == "figure" for part in group for block in part.blocks)
        steps.append(Step(start, own, group[0].title or opening, [part.title for part in group[1:]], figures))
        start += own
    return steps


def share_out(total: int, sizes: Sequence[int]) -> list[int]:
    """Return whole numbers that add up to `total`, in proportion to `sizes`; the largest remainders are rounded up.

    Each is at least 1 if that is possible.
    """
    sizes = sizes if any(sizes) else [1] * len(sizes)
    least = 1 if total >= len(sizes) else 0
    free, whole = total - least * len(sizes), sum(sizes)
    shares = [least + free * size // whole for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda index: -(free * sizes[index] % whole))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def minutes_of_questions(questions: Sequence[Fields]) -> int:
    """Return how long it takes to answer the questions in class and to talk about them."""
    return sum(MINUTES_OF_CHOICE if "choices" in question else MINUTES_OF_OTHER for question in questions)
