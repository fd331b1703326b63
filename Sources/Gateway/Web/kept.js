// Which room this is, and what a browser and a tab keep of it.
export const name = /^\/rooms\/([^/]+)/.exec(location.pathname)?.[1] ?? "lobby";
export const path = `/rooms/${name}`;

const keep = (store, key) => ({
  get: () => store.getItem(`verbatim.${key}`) ?? undefined,
  set: (value) => value ? store.setItem(`verbatim.${key}`, value)
    : store.removeItem(`verbatim.${key}`),
});

export const kept = {
  token: keep(localStorage, `token.${name}`),
  name: keep(localStorage, "name"),
  visibility: keep(localStorage, "visibility"),
  session: keep(sessionStorage, `session.${name}`), // a tab keeps it over reloads
  box: keep(sessionStorage, `box.${name}`),
};
