// Run: node --test dev/page/
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.matchMedia = () => ({ matches: false });
globalThis.document = {
  createElement: (tag) => (
    { tag, children: [], append(...nodes) { this.children.push(...nodes); } }),
};
const { markdown } = await import("../../Sources/Gateway/Web/markdown.js");

/** Nodes as text, elements in braces. */
const flat = (nodes) => nodes.map((node) => typeof node === "string" ? node
  : `{${node.tag}${node.href ? ` ${node.href}` : ""} ${flat(node.children)}}`).join("");

test("strong, emphasis, code and links, each within the others", () => {
  assert.equal(flat(markdown("a **b** *c* `d`")), "a {strong b} {em c} {code d}");
  assert.equal(flat(markdown("**a *b* c**")), "**a {em b} c**");
  assert.equal(flat(markdown("[a b](https://c.example/d)")), "{a https://c.example/d a b}");
  assert.equal(flat(markdown("[a](mailto:b@c.example)")), "{a mailto:b@c.example a}");
  assert.equal(flat(markdown("`**a**`")), "{code **a**}");
});

test("what is none of them stays as it is, to the character", () => {
  for (const text of ["2 * 3 * 4", "a*", "**", "[a]", "[a]()", "<b>a</b>", "# a", "![](b)", "",
    "* one\n* two", "snake_case_name", "`", "**a\nb**", "1. a", "[a](b c)"]) {
    assert.equal(flat(markdown(text)), text);
  }
});

test("no link goes anywhere but to http, https and mail", () => {
  for (const url of ["javascript:x", "JaVaScRiPt:x", "data:text/html,x", "file:///etc/passwd",
    "//a.example", "/a", "vbscript:x", "blob:x", "http:", "https://", "\u0001javascript:x"]) {
    assert.doesNotMatch(flat(markdown(`[a](${url})`)), /\{/, url);
  }
});

test("an image is a link at most, never fetched", () => {
  assert.equal(flat(markdown("![a](https://b.example/c.png)")), "!{a https://b.example/c.png a}");
});
