"""Three states and what follows from them."""

import pytest

from course_files.merging import Fields, Key, Outcome, Preference, Step, align_parts, canonical, digest, plan

KEY: Key = ("thing", "a")
OLD, MINE, THEIRS = {"v": "old"}, {"v": "mine"}, {"v": "theirs"}


def one(
    imported: Fields | None,
    current: Fields | None,
    incoming: Fields | None,
    prefer: Preference | None = None,
    *,
    used: bool = False,
) -> Step:
    steps = plan(
        imported={KEY: digest(imported)} if imported else {},
        current={KEY: current} if current else {},
        incoming={KEY: incoming} if incoming else {},
        used=[KEY] if used else [],
        prefer=prefer,
    )
    assert len(steps) == 1
    return steps[0]


@pytest.mark.parametrize(
    ("imported", "current", "incoming", "side", "outcome"),
    [
        (None, None, THEIRS, None, Outcome.ADDED),
        (OLD, OLD, OLD, None, Outcome.UNCHANGED),
        (OLD, OLD, THEIRS, None, Outcome.CHANGED),
        (OLD, OLD, THEIRS, "ours", Outcome.CHANGED),
        (OLD, MINE, OLD, None, Outcome.EDITED),
        (OLD, MINE, OLD, "ours", Outcome.EDITED),
        (OLD, MINE, OLD, "theirs", Outcome.CHANGED),
        (OLD, MINE, THEIRS, None, Outcome.CONFLICT),
        (OLD, MINE, THEIRS, "ours", Outcome.EDITED),
        (OLD, MINE, THEIRS, "theirs", Outcome.CHANGED),
        (OLD, MINE, MINE, None, Outcome.UNCHANGED),
        (None, MINE, THEIRS, None, Outcome.CONFLICT),
        (OLD, OLD, None, None, Outcome.REMOVED),
        (OLD, OLD, None, "ours", Outcome.REMOVED),
        (OLD, MINE, None, None, Outcome.CONFLICT),
        (OLD, MINE, None, "ours", Outcome.EDITED),
        (OLD, MINE, None, "theirs", Outcome.REMOVED),
        (None, MINE, None, None, Outcome.EDITED),
        (None, MINE, None, "theirs", Outcome.REMOVED),
    ],
)
def test_outcomes(
    imported: Fields | None,
    current: Fields | None,
    incoming: Fields | None,
    prefer: Preference | None,
    outcome: Outcome,
) -> None:
    assert one(imported, current, incoming, prefer).outcome is outcome


def test_what_is_in_use_is_archived_never_removed() -> None:
    assert one(OLD, OLD, None, used=True).outcome is Outcome.ARCHIVED
    assert one(OLD, MINE, None, "theirs", used=True).outcome is Outcome.ARCHIVED


def test_what_is_archived_stays_so() -> None:
    archived = {"v": "old", "archived": True}
    assert one(archived, archived, None, used=True).outcome is Outcome.UNCHANGED


def test_settling_a_conflict_makes_it_an_edit_for_the_next_import() -> None:
    step = one(OLD, MINE, THEIRS, "ours")
    assert step.digest == digest(THEIRS)
    assert one(THEIRS, MINE, THEIRS).outcome is Outcome.EDITED


def test_agreement_is_remembered() -> None:
    assert one(OLD, MINE, MINE).digest == digest(MINE)
    assert one(OLD, OLD, OLD).digest is None


def _departures(**outcomes: Outcome) -> list[Step]:
    return [Step((name,), outcome, {"v": 1, "archived": False}, None) for name, outcome in outcomes.items()]


@pytest.mark.parametrize(
    ("whole", "part", "fate"),
    [
        (Outcome.REMOVED, Outcome.REMOVED, Outcome.REMOVED),
        (Outcome.REMOVED, Outcome.ARCHIVED, Outcome.ARCHIVED),
        (Outcome.ARCHIVED, Outcome.REMOVED, Outcome.ARCHIVED),
        (Outcome.REMOVED, Outcome.EDITED, Outcome.EDITED),
        (Outcome.ARCHIVED, Outcome.CONFLICT, Outcome.CONFLICT),
        (Outcome.UNCHANGED, Outcome.REMOVED, Outcome.UNCHANGED),
    ],
)
def test_a_whole_and_its_parts_share_one_fate(whole: Outcome, part: Outcome, fate: Outcome) -> None:
    steps = align_parts(_departures(whole=whole, part=part, leaf=part), {("part",): ("whole",), ("leaf",): ("part",)})
    assert [step.outcome for step in steps] == [fate] * 3


def test_a_part_leaves_alone_when_its_whole_stays() -> None:
    stays = Step(("whole",), Outcome.UNCHANGED, OLD, OLD)
    assert (
        align_parts([stays, *_departures(part=Outcome.REMOVED)], {("part",): ("whole",)})[1].outcome is Outcome.REMOVED
    )


def test_a_form_s_line_breaks_are_no_change() -> None:
    assert canonical("a\r\nb \r\n") == canonical("a\nb") == "a\nb"
