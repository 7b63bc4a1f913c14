"""The rows of `tests.lms.caller_rows` for what students write, ask, and do without a network."""

from tests.lms.caller_row import Row, discussed

ROWS_OF_STUDENTS = (
    Row(
        "notes.api.NoteRestore.post",
        ("notes.finding.note_to_take_back", "notes.writing.take_back"),
        "notes.pages.note_restore",
    ),
    Row(
        "discussions.api.RestorePost.post",
        ("discussions.reading.own_post_or_404", "discussions.posting.take_back"),
        "discussions.pages.own.post_restore",
    ),
    Row(
        "announcements.students.api.CourseAnnouncements.get",
        ("announcements.students.reading.announced_to",),
        "announcements.students.pages.announcement_list",
    ),
    Row(
        "reports.api.what_if.WhatIf.post",
        (
            "courses.lessons.results.get_outline_with_grades",
            "reports.one_student.what_if.compute",
            "reports.students.get_rule",
        ),
        "reports.pages.grades.own",
        through=("reports.one_student.what_if.assume",),
    ),
    Row(
        "answering.api.lessons.LessonQuestions.get",
        ("lesson_checks.in_text.find_asked",),
        "lesson_checks.pages.answer_in_text",
        through=("answering.in_lessons.check_or_404",),
    ),
    Row(
        "answering.api.lessons.LessonQuestion.post",
        ("lesson_checks.in_text.find_asked", "lesson_checks.in_text.answer"),
        "lesson_checks.pages.answer_in_text",
        through=("answering.in_lessons.check_or_404", "answering.in_lessons.answer_question"),
    ),
    Row(
        "answering.api.flags.Flags.get",
        (),
        reason="It answers with a column of the attempt, which the page of the attempt shows, too. There is no rule.",
    ),
    Row(
        "answering.api.flags.Flag.put",
        ("quizzes.attempts.flags.set_flag",),
        "quizzes.taking.pages.attempts.attempt_flag",
    ),
    Row(
        "answering.api.flags.Flag.delete",
        ("quizzes.attempts.flags.set_flag",),
        "quizzes.taking.pages.attempts.attempt_flag",
    ),
    Row(
        "answering.api.cards.CardsToday.get",
        ("practice.queue.prepare_today",),
        "practice.pages.practice_today",
    ),
    Row("sync.api.Sync.post", ("sync.batches.apply",), reason="A browser sends each thing when it is done."),
    Row("sync.api.ChangesSince.get", ("sync.changes.read_changes",), reason="A page is read again as a whole."),
    Row(
        "bundles.api.CourseBundle.get",
        ("bundles.contents.list_files", "bundles.quiz_rules.list_quizzes"),
        reason="A browser reads pages with a network.",
    ),
    Row(
        "bundles.api.CourseBundleFile.get",
        ("bundles.contents.read_file",),
        reason="A browser reads pages with a network.",
    ),
    Row("notes.api.Notes.get", ("notes.finding.chosen",), "notes.pages.note_list"),
    Row("notes.api.NotesExport.get", ("notes.finding.chosen", "notes.exports.send"), "notes.pages.note_export"),
    Row("notes.api.Notes.post", ("notes.writing.add",), "notes.pages.lesson_notes"),
    Row("notes.api.NoteDetail.get", ("notes.finding.own_note",), "notes.pages.note_edit"),
    Row("notes.api.NoteDetail.patch", ("notes.writing.change",), "notes.pages.note_edit"),
    Row("notes.api.NoteDetail.delete", ("notes.writing.delete",), "notes.pages.note_delete"),
    discussed("LessonDiscussions.get", "reading.questions_of", "lesson_questions", "reading.placed_questions"),
    discussed("LessonDiscussions.post", "posting.ask", "lesson_questions"),
    discussed("DiscussionDetail.get", "reading.thread_or_404", "question"),
    discussed("Replies.post", "posting.reply", "question"),
    discussed("MeToo.put", "following.add_me_too", "me_too"),
    discussed("MeToo.delete", "following.remove_me_too", "me_too"),
    discussed("Accepted.put", "following.accept", "accept"),
    discussed("Accepted.delete", "following.reopen", "accept"),
    discussed("PostDetail.get", "reading.readable_post_or_404", "report"),
    Row("discussions.api.PostDetail.patch", ("discussions.posting.change",), "discussions.pages.own.post_edit"),
    Row("discussions.api.PostDetail.delete", ("discussions.posting.delete",), "discussions.pages.own.post_delete"),
    discussed("ReportPost.post", "moderating.report", "report"),
    *(discussed(f"Mute.{method}", "following.mute", "mute") for method in ("put", "delete")),
)
