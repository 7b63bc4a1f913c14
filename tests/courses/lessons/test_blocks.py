"""Blocks of a lesson's HTML and their anchors."""

from courses.lessons.blocks import find_headings, read_blocks

TEXT = (
    "<p>One <strong>two</strong></p>\n<hr>\n"
    "<ul>\n<li>a<ul><li>inner</li></ul></li>\n<li>b</li>\n</ul>\n"
    '<h2 id="life-cycle">The <em>life</em> &amp; cycle</h2>\n<p>Three</p>\n'
    '<div class="table-scroll"><table><tbody><tr><td>1</td></tr></tbody></table></div>\n'
    '<figure class="figure"><svg viewBox="0 0 1 1"><path d="M0 0" /><title>a &gt; b</title></svg></figure>\n'
    "<h4>Without an id</h4>\n"
    '<h3 id="end">End</h3>\n<pre class="code"><code>id="no"</code></pre>\n'
)


def test_blocks_are_counted_from_the_heading_before_them() -> None:
    assert [block.anchor for block in read_blocks(TEXT)] == [
        ".0", ".1", ".2",
        "life-cycle.0", "life-cycle.1", "life-cycle.2", "life-cycle.3", "life-cycle.4",
        "end.0", "end.1",
    ]  # fmt: skip


def test_a_block_begins_inside_its_element() -> None:
    assert [TEXT[block.start :][:2] for block in read_blocks(TEXT)] == [
        "On", "a<", "b<", "Th", "Th", "<t", "<s", "Wi", "En", "<c",
    ]  # fmt: skip


def test_a_change_of_one_section_moves_no_anchor_of_another() -> None:
    longer = TEXT.replace("<p>Three</p>", "<p>New</p><p>Three</p>")
    after = {block.anchor: longer[block.start :][:5] for block in read_blocks(longer)}
    assert after["end.1"] == "<code"
    assert after[".2"] == "b</li"


def test_the_contents_list_headings_with_an_id_as_escaped_text() -> None:
    assert [(heading.level, heading.id, heading.text) for heading in find_headings(read_blocks(TEXT))] == [
        (2, "life-cycle", "The life &amp; cycle"),
        (3, "end", "End"),
    ]


def test_a_text_without_blocks_has_none() -> None:
    assert read_blocks("") == []
    assert read_blocks("<ul></ul><hr>") == []
