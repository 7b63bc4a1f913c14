// Finds the blocks of a lesson's text by their anchors: `courses.lessons.blocks` counts in the same way.

export const readBlocks = (prose) => {
  const blocks = new Map();
  const anchorOf = new Map();
  let [heading, count] = ["", 0];
  for (const element of prose?.children ?? []) {
    const parts = element.matches("ul, ol") ? element.children : element.matches("hr") ? [] : [element];
    for (const part of parts) {
      if (part.matches("h2, h3, h4, h5, h6") && part.id) [heading, count] = [part.id, 0];
      blocks.set(`${heading}.${count}`, part);
      anchorOf.set(part, `${heading}.${count}`);
      count += 1;
    }
  }
  return { blocks, anchorOf };
};
