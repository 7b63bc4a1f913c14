"""Write questions as a package of QTI 2.1 or 3.0: a manifest, a test with the points, and one file for each item."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext as _

from common.markup import plain_xml
from common.markup.plain_xml import Node
from exchange.exported_pictures import Figures
from exchange.html import conversion
from exchange.items import gaps
from exchange.items.questions import Blank, ExportedFile, Part, Question, UnsupportedQuestion, compared_differently
from exchange.items.values import decimal_text
from exchange.qti import processing, version3
from exchange.qti.items import TOOL, identifier

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
QTI_3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE_3 = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_SCHEMA_3 = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
_INLINE = frozenset(
    {
        "a",
        "br",
        "code",
        "em",
        "img",
        "math",
        "span",
        "strong",
        "sub",
        "sup",
        "textEntryInteraction",
        "inlineChoiceInteraction",
    }
)
# A fixed date, so that the same questions always give the same bytes.
_DATE = (2020, 1, 1, 0, 0, 0)


def write(
    questions: list[Question], *, language: str, name: str, files: dict[str, bytes] | None = None
) -> ExportedFile:
    """Return one package of QTI 2.1 with all questions that QTI can express. `files` are the figures of their texts."""
    return _write(questions, files or {}, language=language, name=name)


def write_3(
    questions: list[Question], *, language: str, name: str, files: dict[str, bytes] | None = None
) -> ExportedFile:
    """Return the package of `write` in QTI 3.0."""
    return _write(questions, files or {}, language=language, name=name, is_3=True)


def _write(
    questions: list[Question], files: dict[str, bytes], *, language: str, name: str, is_3: bool = False
) -> ExportedFile:
    losses: list[tuple[str, str]] = []
    written: list[tuple[Question, str]] = []
    shown: dict[str, dict[str, bytes]] = {}
    for question in questions:
        writer = _Item(question, language, Figures(files, "../images/"))
        try:
            written.append((question, _part(writer.write(), is_3=is_3)))
            shown[question.name] = writer.figures.used
        except UnsupportedQuestion as refused:
            losses.append((question.name, _("left out: %(why)s") % {"why": refused}))
            continue
        losses += [(question.name, loss) for loss in dict.fromkeys(writer.losses)]
    names = [question.name for question, _text in written]
    texts = {
        "imsmanifest.xml": _document(_manifest({name: list(shown[name]) for name in names}, is_3=is_3)),
        "test.xml": _part(_test([question for question, _text in written], name), is_3=is_3),
        **{f"items/{question.name}.xml": text for question, text in written},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        pictures = {f"images/{name}": content for used in shown.values() for name, content in used.items()}
        for path, content in {**{path: text.encode() for path, text in texts.items()}, **pictures}.items():
            info = zipfile.ZipInfo(path, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, content)
    return ExportedFile(
        f"{name}.{language}.{'qti3' if is_3 else 'qti'}.zip", "application/zip", buffer.getvalue(), losses
    )


def _document(root: Node) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{plain_xml.write(root)}\n'


def _part(root: Node, *, is_3: bool) -> str:
    """Return an item or a test as XML in its version."""
    if not is_3:
        return _document(root)
    changed = version3.to_version_3(root)
    changed.attributes |= _head(QTI_3, _SCHEMA_3)
    return _document(changed)


def _manifest(items_with_pictures: dict[str, list[str]], *, is_3: bool) -> Node:
    """Return the manifest of these items: {name: its pictures}."""

    def resource(name: str, kind: str, href: str, needs: list[str], pictures: list[str]) -> Node:
        inside: list[Node | str] = [Node("file", {"href": path}) for path in (href, *pictures)]
        inside += [Node("dependency", {"identifierref": f"item_{other}"}) for other in needs]
        return Node("resource", {"identifier": name, "type": kind, "href": href}, inside)

    version = "3p0" if is_3 else "2p1"
    items = [
        resource(
            f"item_{name}",
            f"imsqti_item_xmlv{version}",
            f"items/{name}.xml",
            [],
            [f"images/{one}" for one in pictures],
        )
        for name, pictures in items_with_pictures.items()
    ]
    test = resource("test", f"imsqti_test_xmlv{version}", "test.xml", list(items_with_pictures), [])
    schema, number = ("QTI Package", "3.0.0") if is_3 else ("QTIv2.1 Package", "1.0.0")
    metadata = Node("metadata", {}, [Node("schema", {}, [schema]), Node("schemaversion", {}, [number])])
    return Node(
        "manifest",
        {"xmlns": PACKAGE_3 if is_3 else PACKAGE, "identifier": "manifest"},
        [metadata, Node("organizations"), Node("resources", {}, [test, *items])],
    )


def _test(questions: list[Question], name: str) -> Node:
    refs: list[Node | str] = [
        Node(
            "assessmentItemRef",
            {"identifier": f"item_{question.name}", "href": f"items/{question.name}.xml"},
            [Node("weight", {"identifier": "POINTS", "value": decimal_text(question.points or "1")})],
        )
        for question in questions
    ]
    section = Node("assessmentSection", {"identifier": "section", "title": name, "visible": "true"}, refs)
    part = Node(
        "testPart", {"identifier": "part", "navigationMode": "nonlinear", "submissionMode": "simultaneous"}, [section]
    )
    total = Node(
        "setOutcomeValue",
        {"identifier": "SCORE"},
        [Node("sum", {}, [Node("testVariables", {"variableIdentifier": "SCORE", "weightIdentifier": "POINTS"})])],
    )
    return Node(
        "assessmentTest",
        {**_head(), "identifier": identifier(name), "title": name, "toolName": TOOL},
        [processing.outcome("SCORE", "float"), part, Node("outcomeProcessing", {}, [total])],
    )


def _head(namespace: str = QTI, schema: str = _SCHEMA) -> dict[str, str]:
    return {"xmlns": namespace, "xmlns:xsi": _XSI, "xsi:schemaLocation": f"{namespace} {schema}"}


def _with_different_keys(blanks: list[Blank]) -> list[Blank]:
    """Return the gaps with different keys for all choices: in QTI an identifier belongs to one choice of an item."""
    used = Counter(part.key for blank in blanks for part in blank.choices)
    return [
        replace(
            blank,
            choices=[
                replace(part, key=f"{blank.key}-{part.key}") if used[part.key] > 1 else part for part in blank.choices
            ],
        )
        for blank in blanks
    ]


class _Item:
    def __init__(self, question: Question, language: str, figures: Figures) -> None:
        self.question = question
        self.language = language
        self.figures = figures
        self.losses: list[str] = []

    def nodes(self, markdown: str) -> list[Node | str]:
        """Convert a Markdown text to inline or block elements. What is left out is added to the losses."""
        named: list[str] = []
        found = (
            conversion.to_nodes(markdown, language=self.language, losses=named, figures=self.figures)
            if markdown
            else []
        )
        self.losses += [_("left out: %(what)s") % {"what": what} for what in named]
        return found

    def blocks(self, nodes: list[Node | str]) -> list[Node | str]:
        """Return the nodes as blocks: adjacent inline nodes become a paragraph."""
        found: list[Node | str] = []
        run: list[Node | str] = []
        for node in [*nodes, None]:
            if isinstance(node, str) or (node is not None and node.name in _INLINE):
                run.append(node)
                continue
            if any(not isinstance(child, str) or child.strip() for child in run):
                found.append(Node("p", {}, run))
            run = []
            if node is not None:
                found.append(node)
        return found

    def write(self) -> Node:
        question = self.question
        writers: dict[str, Callable[[], processing.Parts]] = {
            "single_choice": self.choices,
            "multiple_choice": self.choices,
            "short_answer": self.typed,
            "numeric": self.number,
            "matching": self.pairs,
            "ordering": self.items,
            "fill_in": self.gaps,
            "hand_in": self.hand_in,
        }
        if question.kind not in writers:
            raise UnsupportedQuestion(_("There is no such kind of question in QTI."))
        parts = writers[question.kind]()
        self.losses += compared_differently(question)
        body = self.blocks(self.nodes(question.text)) if not parts.body_is_text else []
        feedback = self.feedback(parts)
        outcomes: list[Node | str] = [processing.outcome("SCORE", "float")]
        if feedback:
            outcomes.append(processing.outcome("FEEDBACK", "identifier", parts.cardinality))
        rules = parts.rules if feedback else [processing.without_feedback(rule) for rule in parts.rules]
        kept = [rule for rule in rules if rule is not None]
        return Node(
            "assessmentItem",
            {
                **_head(),
                "identifier": identifier(question.name),
                "title": question.name,
                "label": question.kind,
                "xml:lang": self.language,
                "adaptive": "false",
                "timeDependent": "false",
                "toolName": TOOL,
            },
            [
                *parts.declarations,
                *outcomes,
                Node("itemBody", {}, [*body, *parts.body]),
                *([Node("responseProcessing", {}, list(kept))] if kept else []),
                *feedback,
            ],
        )

    def feedback(self, parts: processing.Parts) -> list[Node]:
        """Return the modalFeedback elements. An item without rules cannot choose a feedback, so its feedback is a loss."""
        feedback = [
            Node(
                "modalFeedback",
                {"outcomeIdentifier": "FEEDBACK", "showHide": "show", "identifier": name},
                self.nodes(text),
            )
            for name, text in parts.feedback.items()
            if text
        ]
        if feedback and not parts.rules:
            self.losses.append(_("the feedback: in QTI a person grades the answer"))
            return []
        return feedback

    def simple(self, name: str, part: Part, **more: str) -> Node:
        return Node(name, {"identifier": identifier(part.key), **more}, self.nodes(part.text))

    def choices(self) -> processing.Parts:
        question = self.question
        single = question.kind == "single_choice"
        interaction = Node(
            "choiceInteraction",
            {
                "responseIdentifier": "RESPONSE",
                "shuffle": "true" if question.shuffle else "false",
                "maxChoices": "1" if single else "0",
            },
            [self.simple("simpleChoice", part) for part in question.parts],
        )
        return processing.choices(question, interaction)

    def items(self) -> processing.Parts:
        parts = sorted(self.question.parts, key=lambda part: part.key)
        interaction = Node(
            "orderInteraction",
            {"responseIdentifier": "RESPONSE", "shuffle": "true"},
            [self.simple("simpleChoice", part) for part in parts],
        )
        return processing.ordering(self.question, interaction)

    def pairs(self) -> processing.Parts:
        pairs = self.question.pairs
        left = [
            Node(
                "simpleAssociableChoice",
                {"identifier": identifier(pair.key, "L"), "matchMax": "1"},
                self.nodes(pair.left),
            )
            for pair in pairs
            if pair.left
        ]
        right = [
            Node(
                "simpleAssociableChoice",
                {"identifier": identifier(pair.key, "R" if pair.left else "D"), "matchMax": "0"},
                self.nodes(pair.right),
            )
            for pair in pairs
        ]
        interaction = Node(
            "matchInteraction",
            {
                "responseIdentifier": "RESPONSE",
                "shuffle": "true" if self.question.shuffle else "false",
                "maxAssociations": str(len(left)),
            },
            [Node("simpleMatchSet", {}, list(left)), Node("simpleMatchSet", {}, list(right))],
        )
        return processing.matching(self.question, interaction)

    def typed(self) -> processing.Parts:
        entry = Node("textEntryInteraction", {"responseIdentifier": "RESPONSE", "expectedLength": "40"})
        return processing.typed(self.question, Node("p", {}, [entry]))

    def number(self) -> processing.Parts:
        if self.question.extra.get("unit"):
            self.losses.append(_("its units: QTI has none"))
        entry = Node("textEntryInteraction", {"responseIdentifier": "RESPONSE", "expectedLength": "20"})
        return processing.number(self.question, Node("p", {}, [entry]))

    def gaps(self) -> processing.Parts:
        question = replace(self.question, blanks=_with_different_keys(self.question.blanks))
        self.losses += gaps.losses(question)
        entries = {f"{{{{{blank.key}}}}}": self.gap(blank) for blank in question.blanks}
        body = processing.with_gaps(self.nodes(question.text), entries)
        return processing.gaps(question, self.blocks(body))

    def gap(self, blank: Blank) -> Node:
        name = identifier(blank.key, "G")
        if not blank.choices:
            return Node("textEntryInteraction", {"responseIdentifier": name, "expectedLength": "20"})
        shuffle = "true" if self.question.shuffle else "false"
        return Node(
            "inlineChoiceInteraction",
            {"responseIdentifier": name, "shuffle": shuffle},
            [Node("inlineChoice", {"identifier": identifier(part.key)}, [part.text]) for part in blank.choices],
        )

    def hand_in(self) -> processing.Parts:
        extra = self.question.extra
        if extra.get("rubric"):
            self.losses.append(_("the rubric; it stays here when the file is imported again"))
        if extra.get("files", {}).get("types"):
            self.losses.append(_("which kinds of files it takes"))
        notes = extra.get("notes", "")
        rubric = [Node("rubricBlock", {"view": "scorer"}, self.blocks(self.nodes(notes)))] if notes else []
        return processing.hand_in(self.question, rubric)
