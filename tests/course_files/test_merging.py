"""The three-way comparison of the last import, the database and the folder."""

import pytest

from course_files.merging import Fields, Key, Outcome, Preference, Step, align_parts, canonical, digest, plan

KEY: Key = ("record", "a")
OLD, EDITED, INCOMING = {"v": "old"}, {"v": "edited"}, {"v": "incoming"}


def plan_record(
    imported: Fields | None,
    current: Fields | None,
    incoming: Fields | None,
    prefer: Preference | None = None,
    *,
    in_use: bool = False,
) -> Step:
    steps = plan(
        imported={KEY: digest(imported)} if imported else {},
        current={KEY: current} if current else {},
        incoming={KEY: incoming} if incoming else {},
        in_use=[KEY] if in_use else [],
        prefer=prefer,
    )
    assert len(steps) == 1
    return steps[0]


@pytest.mark.parametrize(
    ("imported", "current", "incoming", "prefer", "outcome"),
    [
        (None, None, INCOMING, None, Outcome.ADDED),
        (OLD, OLD, OLD, None, Outcome.UNCHANGED),
        (OLD, OLD, INCOMING, None, Outcome.CHANGED),
        (OLD, OLD, INCOMING, "ours", Outcome.CHANGED),
        (OLD, EDITED, OLD, None, Outcome.EDITED),
        (OLD, EDITED, OLD, "ours", Outcome.EDITED),
        (OLD, EDITED, OLD, "theirs", Outcome.CHANGED),
        (OLD, EDITED, INCOMING, None, Outcome.CONFLICT),
        (OLD, EDITED, INCOMING, "ours", Outcome.EDITED),
        (OLD, EDITED, INCOMING, "theirs", Outcome.CHANGED),
        (OLD, EDITED, EDITED, None, Outcome.UNCHANGED),
        (None, EDITED, INCOMING, None, Outcome.CONFLICT),
        (OLD, OLD, None, None, Outcome.REMOVED),
        (OLD, OLD, None, "ours", Outcome.REMOVED),
        (OLD, EDITED, None, None, Outcome.CONFLICT),
        (OLD, EDITED, None, "ours", Outcome.EDITED),
        (OLD, EDITED, None, "theirs", Outcome.REMOVED),
        (None, EDITED, None, None, Outcome.EDITED),
        (None, EDITED, None, "theirs", Outcome.REMOVED),
    ],
)
def test_outcomes(
    imported: Fields | None,
    current: Fields | None,
    incoming: Fields | None,
    prefer: Preference | None,
    outcome: Outcome,
) -> None:
    assert plan_record(imported, current, incoming, prefer).outcome is outcome


def test_records_in_use_are_archived_never_removed() -> None:
    assert plan_record(OLD, OLD, None, in_use=True).outcome is Outcome.ARCHIVED
    assert plan_record(OLD, EDITED, None, "theirs", in_use=True).outcome is Outcome.ARCHIVED


def test_archived_records_stay_archived() -> None:
    archived = {"v": "old", "archived": True}
    assert plan_record(archived, archived, None, in_use=True).outcome is Outcome.UNCHANGED


def test_settling_a_conflict_makes_it_an_edit_for_the_next_import() -> None:
    step = plan_record(OLD, EDITED, INCOMING, "ours")
    assert step.digest == digest(INCOMING)
    assert plan_record(INCOMING, EDITED, INCOMING).outcome is Outcome.EDITED


def test_the_digest_of_equal_records_is_saved() -> None:
    assert plan_record(OLD, EDITED, EDITED).digest == digest(EDITED)
    assert plan_record(OLD, OLD, OLD).digest is None


def _missing_steps(**outcomes: Outcome) -> list[Step]:
    return [Step((name,), outcome, {"v": 1, "archived": False}, None) for name, outcome in outcomes.items()]


@pytest.mark.parametrize(
    ("parent", "part", "outcome"),
    [
        (Outcome.REMOVED, Outcome.REMOVED, Outcome.REMOVED),
        (Outcome.REMOVED, Outcome.ARCHIVED, Outcome.ARCHIVED),
        (Outcome.ARCHIVED, Outcome.REMOVED, Outcome.ARCHIVED),
        (Outcome.REMOVED, Outcome.EDITED, Outcome.EDITED),
        (Outcome.ARCHIVED, Outcome.CONFLICT, Outcome.CONFLICT),
        (Outcome.UNCHANGED, Outcome.REMOVED, Outcome.UNCHANGED),
    ],
)
def test_a_missing_record_and_its_parts_have_the_same_outcome(parent: Outcome, part: Outcome, outcome: Outcome) -> None:
    steps = align_parts(
        _missing_steps(parent=parent, part=part, leaf=part), {("part",): ("parent",), ("leaf",): ("part",)}
    )
    assert [step.outcome for step in steps] == [outcome] * 3


def test_a_missing_part_is_removed_alone_if_its_parent_is_present() -> None:
    stays = Step(("parent",), Outcome.UNCHANGED, OLD, OLD)
    assert (
        align_parts([stays, *_missing_steps(part=Outcome.REMOVED)], {("part",): ("parent",)})[1].outcome
        is Outcome.REMOVED
    )


def test_line_breaks_of_forms_do_not_change_a_text() -> None:
    assert canonical("a\r\nb \r\n") == canonical("a\nb") == "a\nb"
