"""Register the translated columns of quizzes (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz


@register(Quiz)
class QuizTranslation(TranslationOptions):
    fields = ("title", "intro")


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("text", "correct_feedback", "incorrect_feedback")


@register(Choice)
class ChoiceTranslation(TranslationOptions):
    fields = ("text", "feedback")


@register(AcceptedAnswer)
class AcceptedAnswerTranslation(TranslationOptions):
    fields = ("feedback",)
