"""Render Markdown for a page that stands alone: figures are in the page, and what leads into the course is plain text."""

import base64
from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from common.markup import figures, markdown, markdown_html, pictures
from common.markup.markdown import Document, NoResolver, Picture


class FileResolver(NoResolver):
    """Finds the figures of a course folder. `assets` is {file name: content}. Everything else becomes text without a link."""

    def __init__(self, assets: dict[str, bytes]) -> None:
        self._assets = assets

    def figure(self, name: str) -> str | Picture | None:
        content = self._assets.get(name)
        if content is None:
            return None
        if name.endswith(".svg"):
            return figures.read(content, name=name.partition(".")[0]).svg or None
        header = pictures.read_header(content)
        if header is None:
            return None
        kind = pictures.kind_of_name(name)
        return Picture(f"data:image/{kind};base64,{base64.b64encode(content).decode()}", header.width, header.height)


def render_tokens(tokens: Sequence[Token], *, language: str, resolver: FileResolver) -> SafeString:
    """Return the HTML of some blocks of a parsed text."""
    html = markdown_html.render(Document(tokens=list(tokens)), language=language, resolver=resolver)
    return mark_safe(html)  # noqa: S308 (cleaned by markdown_html)


def render_text(text: str, *, language: str, resolver: FileResolver) -> SafeString:
    """Return the HTML of a text: inline HTML if it is a single paragraph."""
    document = markdown.parse(text)
    if [token.type for token in document.tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        html = markdown_html.render_inline(text.strip(), language=language, resolver=resolver)
        return mark_safe(html)  # noqa: S308 (cleaned by markdown_html)
    return render_tokens(document.tokens, language=language, resolver=resolver)
