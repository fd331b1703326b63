// Parts of the page that are fetched when they are first wanted.
import { one } from "./rows.js";

const fetched = {};

const loaded = (style) => new Promise((done) => (style.onload = style.onerror = done));

/** Puts each element of a file behind the one that its `data-after` names; once. */
export const part = (file) => fetched[file] ??= new Promise((onload, onerror) => {
  const request = Object.assign(new XMLHttpRequest(), { onload, onerror });
  request.open("GET", file);
  request.responseType = "document"; // elements, without a word of HTML passing through a string
  request.send();
}).then(({ target }) => Promise.all([...target.response.querySelectorAll("[data-after]")]
  .map((element) => {
    one(element.dataset.after).after(element);
    return element.rel && loaded(element);
  }))).catch((failure) => {
  delete fetched[file];
  throw failure;
});
