"""Which domain functions each operation of the API and the page for the same thing call: see `tests.lms.test_callers`."""

from tests.lms.caller_row import Row, own
from tests.lms.caller_rows_of_students import ROWS_OF_STUDENTS
from tests.push.callers import PUSHED

ROWS = (
    *ROWS_OF_STUDENTS,
    Row(
        "accounts.api.messages.Messages.get",
        ("accounts.messages.bell.newest_first", "accounts.messages.bell.lines"),
        "accounts.messages.pages.message_list",
    ),
    Row(
        "accounts.api.messages.MessagesRead.post",
        ("accounts.messages.bell.read_all",),
        "accounts.messages.pages.message_read_all",
    ),
    Row(
        "accounts.api.messages.MessageRead.post",
        ("accounts.messages.bell.open_message",),
        "accounts.messages.pages.message_detail",
    ),
    Row(
        "accounts.api.switches.MailSwitches.get",
        ("accounts.messages.switches.switchable", "accounts.messages.switches.states"),
        "accounts.views.account_settings",
    ),
    Row(
        "accounts.api.switches.MailSwitchDetail.get",
        ("accounts.messages.switches.switchable", "accounts.messages.switches.states"),
        "accounts.views.account_settings",
    ),
    Row(
        "accounts.api.switches.MailSwitchDetail.put",
        ("accounts.messages.switches.switchable", "accounts.messages.switches.switch"),
        "accounts.views.account_settings",
    ),
    Row(
        "accounts.api.views.Me.get",
        (),
        reason="It answers with columns of the person's own row, which the page has in its form. There is no rule.",
    ),
    Row(
        "accounts.api.views.Me.patch",
        ("accounts.own_account.preferences.change_preferences",),
        "accounts.views.account_settings",
    ),
    Row(
        "accounts.api.views.MailsStart.post",
        ("accounts.own_account.preferences.start_mails",),
        "accounts.views.mails_start",
    ),
    Row(
        "accounts.personal_data.api.OwnAudit.get",
        ("accounts.audit.search.find_events",),
        "accounts.audit.pages.own_audit",
    ),
    Row(
        "accounts.personal_data.api.PersonalData.get",
        ("accounts.personal_data.overview.get_sections", "accounts.personal_data.overview.get_rules"),
        "accounts.personal_data.pages.personal_data",
    ),
    Row(
        "accounts.api.views.Session.delete",
        (),
        reason="The page is allauth's. Here and there the session is flushed; there is no function of ours.",
    ),
    own("DeviceList.get", "devices.list_devices", "pages.device_list"),
    own("DeviceList.delete", "devices.sign_out_others", "pages.devices_sign_out_others"),
    own("AddressChange.post", "address.ask", "address_pages.address_change"),
    own("AddressConfirm.post", "address.confirm", "address_pages.address_confirm"),
    own("DeviceDetail.get", "devices.list_devices", "pages.device_list"),
    own("DeviceDetail.patch", "devices.name_device", "pages.device_name"),
    own("DeviceDetail.delete", "devices.sign_out", "pages.device_sign_out"),
    Row(
        "accounts.own_account.api.SessionHandover.post",
        ("accounts.own_account.handover.make_link",),
        reason="Only an app asks for such a link; a browser is signed in already. The page of the link uses it up.",
    ),
    *(Row(f"push.api.{name}", (f"push.{function}",), f"push.pages.{page}") for name, function, page in PUSHED),
    Row(
        "search.api.Search.get",
        ("search.finding.queries.read_query", "search.searching.search"),
        "search.pages.search_page",
    ),
    Row("mails.own.api.SummaryList.get", ("mails.own.reading.own_summaries",), "mails.own.pages.summary_list"),
    Row("mails.own.api.SummaryDetail.get", ("mails.own.reading.find_summary",), "mails.own.pages.summary_detail"),
    Row("calendars.api.Calendar.get", ("calendars.dates.find_entries",), "calendars.pages.month"),
    Row(
        "calendars.api.CalendarAddress.get",
        ("calendars.feeds.find", "calendars.feeds.get_path"),
        "calendars.pages.month",
    ),
    Row("calendars.api.CalendarAddress.post", ("calendars.feeds.reset",), "calendars.pages.address_reset"),
    Row("calendars.api.CalendarAddress.delete", ("calendars.feeds.turn_off",), "calendars.pages.address_off"),
    Row(
        "certificates.api.CertificateList.get",
        (),
        reason="The page of a course shows the certificate of that course only, and reads it by its enrolment.",
    ),
    Row("certificates.api.CertificateList.post", ("certificates.issuing.issue",), "certificates.student_pages.own"),
    Row(
        "certificates.api.CertificateDetail.get",
        (),
        reason="It answers with columns of the row. Whether it is still true says its public page.",
    ),
    Row(
        "goals.api.GoalWeekDetail.get",
        (),
        reason="The start page calls the same function in a section that it has registered.",
    ),
    Row("certificates.api.CertificatePDF.get", ("certificates.documents.send",), "certificates.student_pages.download"),
    Row(
        "courses.api.glossary.CourseGlossaryDetail.get",
        ("courses.access.enrolment_or_404", "courses.lessons.glossary.get_glossary"),
        "courses.pages.glossary.glossary",
    ),
    Row(
        "courses.api.joining.OpenCourseList.get",
        ("courses.access.open_courses",),
        "courses.pages.courses.course_list",
    ),
    Row(
        "courses.api.joining.CourseEnrolment.post",
        ("courses.access.find_open_course", "courses.enrolment.enrol"),
        "courses.pages.courses.course_enrol",
    ),
    # The page lists the courses that somebody may edit, the API those that they may read, with what they may do there.
    Row(
        "courses.api.teaching.TeachingList.get",
        ("courses.roles.rules.courses_where",),
        "workspace.pages.courses.course_list",
    ),
    Row(
        "reports.api.gradebook.CourseGradebook.get",
        (
            "reports.students.get_students",
            "reports.students.get_reports",
            "courses.gradebook.get_items",
            "accounts.audit.recording.record_rows",
        ),
        "reports.pages.gradebook.table",
    ),
    Row(
        "reports.api.gradebook.StudentGrades.get",
        ("reports.students.get_reports", "courses.gradebook.get_items", "accounts.audit.recording.record_rows"),
        "reports.pages.gradebook.table",
    ),
    Row(
        "reports.api.gradebook.StudentGradeDetail.get",
        ("reports.one_student.cells.get_cell", "courses.gradebook.get_items", "accounts.audit.recording.record_rows"),
        "reports.pages.cells.cell",
    ),
    Row(
        "reports.api.roster.CourseRoster.get",
        (
            "courses.access.students",
            "courses.gradebook.get_items",
            "courses.gradebook.get_grades_of",
            "courses.gradebook.course_percent",
            "accounts.audit.recording.record_rows",
        ),
        "courses.admin.pages.student_list",
    ),
    Row(
        "courses.api.views.CourseList.get",
        ("courses.access.enrolments",),
        "courses.pages.courses.course_list",
    ),
    # The page reads what is done together with the grades, the API without them. Its answer is compared with the outline of the
    # pages in `tests/courses/api/test_outlines.py`.
    Row(
        "courses.api.views.CourseOutlineDetail.get",
        ("courses.outline.published.get_published",),
        "courses.pages.courses.course_detail",
    ),
    # Enrolment and place come from one statement of the API and from `reading.reader_or_404` for the page. Both ask for the
    # enrolments that `Enrolment.objects.active()` returns.
    Row(
        "courses.api.views.LessonDetail.get",
        (
            "courses.outline.published.get_published",
            "courses.lessons.editions.editions_for_reader",
            "courses.progress.record_visit",
        ),
        "courses.pages.lessons.lesson_detail",
    ),
    Row(
        "courses.api.views.LessonPosition.get",
        ("courses.lessons.reading.reader_or_404",),
        "courses.pages.lessons.lesson_detail",
    ),
    Row(
        "courses.api.views.LessonPosition.put",
        ("courses.access.enrolment_or_404", "courses.lessons.reading.record_position"),
        "courses.pages.lessons.lesson_position",
    ),
    Row(
        "courses.api.views.CourseProgressDetail.get",
        (
            "courses.access.enrolment_or_404",
            "courses.outline.queries.build_outline",
            "courses.gradebook.compute_item_grade",
            "courses.gradebook.course_percent",
        ),
        "courses.pages.courses.course_detail",
        through=(
            "courses.lessons.results.get_outline_with_grades",
            "courses.outline.queries.get_outline",
            "courses.gradebook.get_item_grades",
        ),
    ),
    *(
        Row(
            f"courses.api.views.CourseProgressDetail.{method}",
            (
                "courses.access.enrolment_or_404",
                "courses.access.activities",
                "courses.progress.mark_done",
                "courses.progress.mark_undone",
            ),
            "courses.pages.lessons.lesson_done",
        )
        for method in ("put", "post")
    ),
    Row(
        "quizzes.hand_ins.api.AnswerFiles.get",
        ("quizzes.attempts.queries.find_own_attempt", "quizzes.results.question_results.files_by_question"),
        "quizzes.taking.pages.attempts.attempt_detail",
    ),
    Row(
        "quizzes.hand_ins.api.AnswerFiles.post",
        ("quizzes.attempts.queries.find_own_attempt", "quizzes.taking.uploads.add_file"),
        "quizzes.taking.pages.attempts.attempt_files",
    ),
    Row(
        "quizzes.hand_ins.api.FileDetail.get",
        ("quizzes.results.downloads.open_download",),
        "quizzes.results.downloads.file_download",
    ),
    Row(
        "quizzes.hand_ins.api.FileDetail.delete",
        ("quizzes.attempts.queries.find_own_attempt", "quizzes.taking.uploads.remove_file"),
        "quizzes.taking.pages.attempts.file_remove",
    ),
    *(
        Row(
            f"uploads.api.{operation}",
            (f"uploads.receiving.{function}",),
            reason="A browser sends a file as a whole, by the form of the page.",
        )
        for operation, function in (
            ("AnswerUploads.get", "list_open"),
            ("AnswerUploads.post", "begin"),
            ("UploadDetail.get", "find_own"),
            ("UploadDetail.patch", "append"),
            ("UploadDetail.delete", "remove"),
        )
    ),
    Row(
        "practice.api.views.PracticeToday.get",
        ("practice.queue.prepare_today", "practice.answering.present_next"),
        "practice.pages.practice_today",
    ),
    Row(
        "practice.api.views.PracticeTurn.put",
        ("practice.answering.answer", "practice.queue.prepare_today"),
        "practice.pages.card_turn",
    ),
    Row(
        "quizzes.taking.api.views.QuizDetail.get",
        ("courses.access.enrolment_or_404", "courses.progress.record_visit", "quizzes.results.overview.get_overview"),
        "quizzes.taking.pages.quizzes.quiz_detail",
    ),
    # The page shows the attempts of its overview, which it has loaded for the rules. The API reads one page of them by itself.
    Row(
        "quizzes.taking.api.views.QuizAttempts.get",
        ("courses.access.enrolment_or_404",),
        "quizzes.taking.pages.quizzes.quiz_detail",
    ),
    Row(
        "quizzes.taking.api.views.QuizAttempts.post",
        ("courses.access.enrolment_or_404", "quizzes.taking.start.start"),
        "quizzes.taking.pages.quizzes.attempt_start",
    ),
    Row(
        "quizzes.taking.api.views.AttemptDetail.get",
        (
            "quizzes.attempts.queries.find_own_attempt",
            "quizzes.taking.submit.expire",
            "quizzes.attempts.queries.get_answers",
            "quizzes.attempts.presentation.present_attempt",
            "quizzes.results.question_results.confirmed_results",
            "quizzes.results.question_results.files_by_question",
        ),
        "quizzes.taking.pages.attempts.attempt_detail",
    ),
    Row(
        "quizzes.taking.api.views.AttemptAnswer.put",
        ("quizzes.attempts.queries.find_own_attempt_to_answer", "quizzes.taking.save.save_answer"),
        "quizzes.taking.pages.attempts.attempt_save",
    ),
    Row(
        "quizzes.taking.api.views.AnswerCheck.post",
        ("quizzes.attempts.queries.find_own_attempt", "quizzes.taking.save.confirm_answer"),
        "quizzes.taking.pages.attempts.attempt_check",
    ),
    Row(
        "quizzes.taking.api.views.AttemptSubmit.post",
        ("quizzes.attempts.queries.find_own_attempt", "quizzes.taking.submit.submit"),
        "quizzes.taking.pages.attempts.attempt_submit",
    ),
    Row(
        "quizzes.taking.api.views.AttemptResult.get",
        (
            "quizzes.attempts.queries.find_own_attempt",
            "quizzes.taking.submit.expire",
            "quizzes.results.attempt_results.get_result",
        ),
        "quizzes.taking.pages.results.attempt_result",
    ),
    Row(
        "quizzes.taking.api.views.AttemptReveal.post",
        ("quizzes.attempts.queries.find_own_attempt", "quizzes.results.attempt_results.reveal"),
        "quizzes.taking.pages.results.attempt_reveal",
    ),
    Row(
        "appeals.api.AttemptAppeals.get",
        ("quizzes.attempts.queries.find_own_attempt",),
        "appeals.pages.student.appeal",
    ),
    Row(
        "appeals.api.AppealDetail.put",
        ("quizzes.attempts.queries.find_own_attempt", "appeals.filing.file"),
        "appeals.pages.student.appeal",
    ),
    Row(
        "appeals.api.AppealDetail.delete",
        ("quizzes.attempts.queries.find_own_attempt", "appeals.filing.withdraw"),
        "appeals.pages.student.appeal",
    ),
    Row(
        "review.api.grading.GradingQueue.get",
        (
            "review.answers.queue.waiting_attempts",
            "review.answers.queue.with_pending",
            "accounts.audit.recording.record_rows",
        ),
        "review.pages.queue.review_queue",
    ),
    Row(
        "review.api.grading.GradingQueueEntry.get",
        (
            "review.answers.queue.graded_attempts",
            "review.answers.reviewing.get_reviewed",
            "accounts.audit.recording.record_rows",
        ),
        "review.pages.attempts.attempt_review",
    ),
    Row(
        "review.api.grading.GradingQueueReviews.post",
        (
            "review.answers.queue.graded_attempts",
            "review.answers.reviewing.get_reviewed",
            "review.answers.decisions.read_decision",
            "quizzes.grading.manual.record_reviews",
        ),
        "review.pages.attempts.attempt_review",
    ),
)
