"""Serve questions at paragraphs through the API. The pages call the same functions."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import InputSerializer, OutputSerializer
from courses.api.serializers import ActivityRefSerializer
from courses.lessons.reading import LONGEST_ANCHOR
from discussions import following, moderating, posting, reading
from discussions.models import Post
from notes.writing import LONGEST_QUOTE

_TAGS = ["discussions"]


class ReplySerializer(OutputSerializer):
    """A question or a reply, as a text of somebody."""

    uuid = serializers.UUIDField()
    body = serializers.CharField(help_text="Plain text.")
    author = serializers.CharField(source="author_name", help_text="The name of its author, to be shown.")
    by_staff = serializers.BooleanField(help_text="Whether somebody of the staff of the course has written it.")
    is_mine = serializers.BooleanField()
    hidden_reason = serializers.CharField(
        help_text="Why staff have hidden it from others. Only its author gets it then. Empty if it is not hidden."
    )
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)


class LessonQuestionSerializer(ReplySerializer):
    """A question at a place of a lesson."""

    course = serializers.CharField(source="activity.course.slug", help_text="The course's `slug`.")
    lesson = ActivityRefSerializer(source="activity")
    anchor = serializers.CharField(help_text="The block of the lesson where it was asked: see `position` of a lesson.")
    quote = serializers.CharField(
        help_text="What stood in that block. If it stands there no longer, look for it in the others; if it is nowhere, the "
        "question belongs to the heading."
    )
    prefix = serializers.CharField(help_text="What stood before the quotation.")
    suffix = serializers.CharField(help_text="What stood behind it.")
    language = serializers.CharField(help_text="The language of the lesson's text.")
    is_answered = serializers.BooleanField(help_text="Whether a reply is marked as the answer.")
    reply_count = serializers.IntegerField(min_value=0)
    me_too_count = serializers.IntegerField(min_value=0, help_text="How many others have the same question.")
    has_me_too = serializers.BooleanField(help_text="Whether the student has said so.")
    is_muted = serializers.BooleanField(help_text="Whether the student wants no messages about it.")


class LessonQuestionListSerializer(PageSerializer):
    results = LessonQuestionSerializer(many=True)


class DiscussionSerializer(OutputSerializer):
    """A question with its replies: the accepted one first, then in the order in which they were written."""

    question = LessonQuestionSerializer()
    accepted = serializers.UUIDField(allow_null=True, help_text="The `uuid` of the reply that is marked as the answer.")
    replies = ReplySerializer(many=True)


class QuestionInput(InputSerializer):
    """Asks at a block of a lesson. Without a quotation, or with one that the lesson does not have, the block is quoted."""

    anchor = serializers.CharField(max_length=LONGEST_ANCHOR)
    body = serializers.CharField(max_length=posting.LONGEST_BODY)
    quote = serializers.CharField(max_length=LONGEST_QUOTE, required=False, allow_blank=True, default="")
    prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    suffix = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PostInput(InputSerializer):
    """The text of a reply, or the new text of a question or reply."""

    body = serializers.CharField(max_length=posting.LONGEST_BODY)


class AcceptedInput(InputSerializer):
    """Marks a reply as the answer."""

    reply = serializers.UUIDField()


class ReportInput(InputSerializer):
    """Says what is wrong with a question or reply."""

    reason = serializers.CharField(
        max_length=moderating.LONGEST_REASON,
        required=False,
        allow_blank=True,
        default="",
        help_text="Only staff read it.",
    )


def _shape_thread(request: AuthenticatedRequest, uuid: UUID) -> dict[str, Any]:
    thread = reading.thread_or_404(Post.objects.for_student(request.user), request.user, uuid)
    return {
        "question": LessonQuestionSerializer.shape(thread.question),
        "accepted": str(thread.question.accepted.uuid) if thread.question.accepted else None,
        "replies": ReplySerializer.shape_all(thread.replies),
    }


def _shape_post(request: AuthenticatedRequest, uuid: UUID) -> dict[str, Any]:
    return ReplySerializer.shape(reading.readable_post_or_404(request.user, uuid))


class LessonDiscussions(AuthenticatedAPIView):
    @extend_schema(
        operation_id="discussions_list",
        summary="The questions at the paragraphs of a lesson",
        description="The newest first. Those that staff have hidden and that others have asked are not among them.",
        tags=_TAGS,
        parameters=PAGE_PARAMETERS,
        responses={200: LessonQuestionListSerializer, **problems(400, 404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        reader = reading.reader_of_uuid_or_404(request.user, uuid)
        rows = reading.own_view(reading.questions_of(reader), request.user).with_counts()
        page = paginate(request, rows, ("-pk",))
        return paginated(page, {"results": LessonQuestionSerializer.shape_all(page.items)})

    @extend_schema(
        operation_id="discussion_ask",
        summary="Ask at a paragraph of a lesson",
        description="Everybody in the course sees the question with the student's name. Refused with `too-many-posts` after 20 "
        "questions and replies in an hour.",
        tags=_TAGS,
        request=QuestionInput,
        responses={201: LessonQuestionSerializer, **problems(400, 404)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        reader = reading.reader_of_uuid_or_404(request.user, uuid)
        given = QuestionInput.read(request.data)
        asked = posting.ask(
            author=request.user, activity=reader.activity, text=reader.text, now=timezone.now(), **given
        )
        return Response(_shape_thread(request, asked.uuid)["question"], status=201)


class DiscussionDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="discussion_read",
        summary="A question with its replies",
        description="Staff are marked by `by_staff`.",
        tags=_TAGS,
        responses={200: DiscussionSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        return Response(_shape_thread(request, uuid))


class Replies(AuthenticatedAPIView):
    @extend_schema(
        operation_id="discussion_reply",
        summary="Reply to a question",
        description="Who asked and who has the same question get a message. Refused with `question-hidden` or `too-many-posts`.",
        tags=_TAGS,
        request=PostInput,
        responses={201: ReplySerializer, **problems(400, 404, 409)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        question = reading.question_or_404(request.user, uuid)
        written = posting.reply(
            author=request.user,
            question=question,
            body=PostInput.read(request.data)["body"],
            by_staff=reading.is_staff_of(request.user, question.activity),
            now=timezone.now(),
        )
        return Response(_shape_post(request, written.uuid), status=201)


class MeToo(AuthenticatedAPIView):
    @extend_schema(
        operation_id="discussion_me_too",
        summary="Have the same question",
        description="The student gets a message when somebody replies. Nothing happens to one's own question. Idempotent.",
        tags=_TAGS,
        request=None,
        responses={204: None, **problems(404)},
    )
    def put(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        following.add_me_too(
            question=reading.question_or_404(request.user, uuid), user=request.user, now=timezone.now()
        )
        return Response(status=204)

    @extend_schema(
        operation_id="discussion_not_me_too",
        summary="Not have the same question any more",
        description="Idempotent.",
        tags=_TAGS,
        responses={204: None, **problems(404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        following.remove_me_too(question=reading.question_or_404(request.user, uuid), user=request.user)
        return Response(status=204)


class Mute(AuthenticatedAPIView):
    @extend_schema(
        operation_id="discussion_mute",
        summary="Get no messages about a question",
        description="For who has asked it, or has the same question. Idempotent.",
        tags=_TAGS,
        request=None,
        responses={204: None, **problems(404)},
    )
    def put(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        following.mute(question=reading.question_or_404(request.user, uuid), user=request.user, is_muted=True)
        return Response(status=204)

    @extend_schema(
        operation_id="discussion_unmute",
        summary="Get messages about a question again",
        description="Idempotent.",
        tags=_TAGS,
        responses={204: None, **problems(404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        following.mute(question=reading.question_or_404(request.user, uuid), user=request.user, is_muted=False)
        return Response(status=204)


class Accepted(AuthenticatedAPIView):
    @extend_schema(
        operation_id="discussion_accept",
        summary="Mark a reply as the answer",
        description="For who asked, and the staff of the course; others are refused with `not-the-asker`. Idempotent.",
        tags=_TAGS,
        request=AcceptedInput,
        responses={204: None, **problems(400, 403, 404, 409)},
    )
    def put(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        question = reading.question_or_404(request.user, uuid)
        reply = reading.reply_or_404(request.user, question, AcceptedInput.read(request.data)["reply"])
        following.accept(question=question, reply=reply, actor=request.user)
        return Response(status=204)

    @extend_schema(
        operation_id="discussion_reopen",
        summary="Open a question again",
        description="No reply is the answer then. For who asked, and the staff of the course. Idempotent.",
        tags=_TAGS,
        responses={204: None, **problems(403, 404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        following.reopen(question=reading.question_or_404(request.user, uuid), actor=request.user)
        return Response(status=204)


class PostDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="post_read",
        summary="One question or reply",
        description="Only its text. `discussions/{uuid}` has a question with its place and replies.",
        tags=_TAGS,
        responses={200: ReplySerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        return Response(_shape_post(request, uuid))

    @extend_schema(
        operation_id="post_change",
        summary="Change the text of one's own question or reply",
        description="With `If-Match`, so that a text of another device is not replaced: after 412, read it again.",
        tags=_TAGS,
        request=PostInput,
        responses={200: ReplySerializer, **problems(400, 404, 409, 412)},
    )
    def patch(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        post = reading.own_post_or_404(request.user, uuid)
        body = PostInput.read(request.data)["body"]
        posting.change(post, body=body, seen=post.revision, now=timezone.now())
        return Response(_shape_post(request, uuid))

    @extend_schema(
        operation_id="post_delete",
        summary="Delete one's own question or reply",
        description="Refused with `question-answered` if others have replied. The site keeps it for a week, so that "
        "`post_restore` can take it back.",
        tags=_TAGS,
        responses={204: None, **problems(404, 409)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        posting.delete(reading.own_post_or_404(request.user, uuid), now=timezone.now())
        return Response(status=204)


class RestorePost(AuthenticatedAPIView):
    @extend_schema(
        operation_id="post_restore",
        summary="Take the deletion of one's own question or reply back",
        description="Possible for a week. 404 for a post that is not deleted.",
        tags=_TAGS,
        request=None,
        responses={200: ReplySerializer, **problems(404)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        posting.take_back(reading.own_post_or_404(request.user, uuid, deleted=True))
        return Response(_shape_post(request, uuid))


class ReportPost(AuthenticatedAPIView):
    @extend_schema(
        operation_id="post_report",
        summary="Report a question or reply to the staff",
        description="Once for each person; again changes nothing. Refused with `own-post` or `too-many-posts`.",
        tags=_TAGS,
        request=ReportInput,
        responses={204: None, **problems(400, 404, 409)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        post = reading.readable_post_or_404(request.user, uuid)
        reason = ReportInput.read(request.data)["reason"]
        moderating.report(post=post, reporter=request.user, reason=reason, now=timezone.now())
        return Response(status=204)
