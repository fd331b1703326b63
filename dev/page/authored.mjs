// An author in a greeted room, and what a server makes of its words; for the tests beside.
import assert from "node:assert/strict";
import { Author } from "../../Sources/Gateway/Web/author.js";
import { applied } from "../../Sources/Gateway/Web/splice.js";

/** An author in a room that has just greeted it, and what it put on the wire. */
export function greeted(visibility = "live") {
  const wire = [];
  const author = new Author((message) => wire.push(message), () => 0);
  author.visibility = author.sure.visibility = visibility;
  assert.ok(author.welcome({ seq: 0, draft: 0 }));
  author.adopt(undefined, -1);
  return { author, wire };
}

/** What a server makes of a session's messages: texts of its messages, and its open draft. */
export function served(messages) {
  const state = { seq: 0, draft: 0, text: "", sent: [], discarded: 0 };
  for (const { type, seq, draft, text, ...edit } of messages) {
    if (type === "typing") continue;
    assert.equal(seq, ++state.seq, "each number once, in order");
    if (draft !== undefined && draft !== state.draft) {
      assert.ok(draft > state.draft, "drafts rise");
      Object.assign(state, { draft, text: "" });
    }
    if (type === "edit") state.text = applied(state.text, edit);
    if (type === "send") state.sent.push(text ?? state.text);
    if (type === "discard") state.discarded++;
    if (type === "send" || type === "discard") state.text = "";
  }
  return state;
}
