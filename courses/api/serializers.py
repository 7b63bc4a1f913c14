"""Describe courses, lessons and progress in API requests and responses."""

from rest_framework import serializers

from common.api.pagination import PageSerializer
from common.api.serializers import InputSerializer, MappingOutput, OutputSerializer
from courses.models import Activity, Lesson


class ActivityRefSerializer(OutputSerializer):
    """A reference to an activity: a lesson at `lessons/{uuid}` or a quiz at `quizzes/{uuid}`."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    kind = serializers.ChoiceField(choices=Activity.Kind.values)
    title = serializers.CharField()


class CourseSerializer(OutputSerializer):
    """A course that the student is enrolled in."""

    uuid = serializers.UUIDField(source="course.uuid")
    slug = serializers.CharField(source="course.slug")
    title = serializers.CharField(source="course.title")
    summary = serializers.CharField(source="course.summary")
    languages = serializers.ListField(child=serializers.CharField(), source="course.languages")
    progress_percent = serializers.IntegerField(min_value=0, max_value=100)
    enrolled_at = serializers.DateTimeField(source="created_at")
    last_seen_at = serializers.DateTimeField(allow_null=True)
    last_activity = ActivityRefSerializer(allow_null=True)


class CourseListSerializer(PageSerializer):
    results = CourseSerializer(many=True)


class ModuleSerializer(OutputSerializer):
    slug = serializers.CharField()
    number = serializers.IntegerField(min_value=1)
    title = serializers.CharField()


class OutlineEntrySerializer(OutputSerializer):
    """One entry of the outline: a lesson at `lessons/{uuid}` or a quiz at `quizzes/{uuid}`."""

    uuid = serializers.UUIDField(source="activity.uuid")
    slug = serializers.CharField(source="activity.slug")
    kind = serializers.ChoiceField(choices=Activity.Kind.values, source="activity.kind")
    title = serializers.CharField(source="activity.title")
    code = serializers.CharField(source="activity.code", help_text="The number that authors gave it. May be empty.")
    position = serializers.IntegerField(min_value=1, help_text="1 for the first entry of the outline.")
    module = serializers.CharField(source="activity.module.slug", help_text="The `slug` of one of `modules`.")
    required = serializers.BooleanField(  # type: ignore[assignment]  # DRF takes the field out of the class
        source="activity.is_required", help_text="Whether it counts towards progress."
    )
    done = serializers.BooleanField()
    done_at = serializers.DateTimeField(allow_null=True)


class OutlineSerializer(OutputSerializer):
    course = serializers.CharField(help_text="The course's `slug`.")
    title = serializers.CharField()
    progress_percent = serializers.IntegerField(min_value=0, max_value=100)
    required_count = serializers.IntegerField(min_value=0)
    done_count = serializers.IntegerField(min_value=0, help_text="How many of the required entries are done.")
    next = serializers.UUIDField(allow_null=True, help_text="The entry to continue with. Null if all are done.")
    modules = ModuleSerializer(many=True)
    entries = OutlineEntrySerializer(many=True)


class CriterionSerializer(MappingOutput):
    """One criterion of a practice lesson's rubric."""

    key = serializers.CharField()
    points = serializers.IntegerField(min_value=0)
    title = serializers.CharField()
    description = serializers.CharField()


class PositionSerializer(OutputSerializer):
    """Where the student stopped reading."""

    anchor = serializers.CharField(
        help_text="A block of `html`: the id of the last heading before it, a dot, and how many blocks it stands after it. "
        "Blocks are the elements at the top level, and the items of lists there, without `hr`. "
        "Ignore an anchor that the text does not have."
    )
    read_at = serializers.DateTimeField()


class PositionInput(InputSerializer):
    """Stores where the student stopped reading."""

    anchor = serializers.CharField(max_length=120, help_text="See `position` of a lesson.")


class LessonSerializer(OutputSerializer):
    uuid = serializers.UUIDField(source="activity.uuid")
    slug = serializers.CharField(source="activity.slug")
    kind = serializers.ChoiceField(choices=Activity.Kind.values, source="activity.kind")
    title = serializers.CharField(source="activity.title")
    code = serializers.CharField(source="activity.code")
    course = serializers.CharField(source="activity.course.slug", help_text="The course's `slug`.")
    module = ModuleSerializer(source="activity.module")
    required = serializers.BooleanField(source="activity.is_required")  # type: ignore[assignment]
    lesson_kind = serializers.ChoiceField(choices=Lesson.Kind.values, source="edition.lesson.kind")
    language = serializers.CharField(
        source="edition.language",
        help_text="The language of the text. Differs from the requested language if there is no such edition.",
    )
    minutes = serializers.IntegerField(min_value=0, source="edition.minutes", help_text="The reading time.")
    objectives = serializers.ListField(child=serializers.CharField())
    rubric = CriterionSerializer(
        many=True, source="edition.rubric", help_text="The criteria of a practice lesson. Empty for other lessons."
    )
    text = serializers.CharField(source="edition.body", help_text="Markdown.")
    html = serializers.CharField(
        source="edition.html",
        help_text=(
            "The same text as HTML. URLs are relative to the site. Where a question of the lesson's check is asked in the text, "
            'there is an empty `<div class="question-here" data-question="…">` with its UUID.'
        ),
    )
    done = serializers.BooleanField()
    done_at = serializers.DateTimeField(allow_null=True)
    position = PositionSerializer(allow_null=True, help_text="Where the student stopped reading. Null if nowhere yet.")


class GradeSerializer(OutputSerializer):
    """The current grade of an activity. `percent`, `points` and `max_points` are null if no attempt is graded."""

    activity = ActivityRefSerializer(source="item.activity")
    percent = serializers.IntegerField(
        min_value=0, max_value=100, allow_null=True, help_text="Whole percent, rounded down."
    )
    points = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    max_points = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    pass_mark = serializers.IntegerField(min_value=0, max_value=100, source="item.pass_mark")
    passed = serializers.BooleanField(source="is_passed")
    attempts = serializers.IntegerField(min_value=0, help_text="The number of graded attempts.")
    is_by_hand = serializers.BooleanField(help_text="A person has set the grade; attempts do not change it.")


class DoneSerializer(OutputSerializer):
    activity = serializers.UUIDField(source="activity.uuid")
    done_at = serializers.DateTimeField()


class CourseProgressSerializer(OutputSerializer):
    course = serializers.CharField(help_text="The course's `slug`.")
    progress_percent = serializers.IntegerField(min_value=0, max_value=100)
    required_count = serializers.IntegerField(min_value=0)
    done_count = serializers.IntegerField(min_value=0, help_text="How many of the required entries are done.")
    done = DoneSerializer(many=True, help_text="All entries that are done, in the order of the outline.")
    grade_percent = serializers.IntegerField(
        min_value=0, max_value=100, allow_null=True, help_text="The course grade so far. Null while nothing is graded."
    )
    grades = GradeSerializer(many=True)


class ProgressInput(InputSerializer):
    """Marks a lesson as done or not done. A quiz is done when an attempt is submitted, and cannot be marked."""

    activity = serializers.UUIDField()
    done = serializers.BooleanField()
