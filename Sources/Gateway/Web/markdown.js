// The model's words: strong, emphasis, code and links, and nothing else of Markdown. Text nodes and
// elements made here only: no HTML is ever read from it.
import { make } from "./rows.js";

const CODE = /`([^`\n]+)`/;
const STRONG = /\*\*(\S(?:[^*\n]*\S)?)\*\*/;
const EMPHASIS = /\*([^\s*](?:[^*\n]*[^\s*])?)\*/;
const LINK = /\[([^[\]\n]+)\]\(([^()\s]+)\)/;
const KINDS = [CODE, STRONG, EMPHASIS, LINK];
const MARKED = new RegExp(KINDS.map(({ source }) => source).join("|"), "g");
const GOOD = /^(?:https?|mailto):/i;

/** Nodes and strings for some text. */
export function markdown(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(MARKED)) {
    const [whole, code, strong, emphasis, label, url] = found;
    const good = !url || (GOOD.test(url) && URL.canParse(url));
    if (!good) continue;
    nodes.push(text.slice(from, found.index));
    from = found.index + whole.length;
    if (code) nodes.push(make("code", "", code));
    else if (strong) nodes.push(make("strong", "", ...markdown(strong)));
    else if (emphasis) nodes.push(make("em", "", ...markdown(emphasis)));
    else {
      nodes.push(Object.assign(make("a", "", label),
        { href: url, title: url, rel: "noopener noreferrer", target: "_blank" }));
    }
  }
  return [...nodes, text.slice(from)];
}
