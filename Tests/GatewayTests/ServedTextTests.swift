import Testing

@testable import Gateway

@Suite struct ServedTextTests {
  private func served(_ files: (name: String, source: String)...) -> String {
    ScriptBundle(files.map { ($0.name, Array($0.source.utf8)) }).text()
  }

  @Test(arguments: [
    // Comments and space, but not in texts, templates and patterns.
    ("f(1); // x\n/* y */ g( 2 );", "f(1);g(2);"),
    (#"f("a // b", 'it\'s', /[/"]\/ x/g.test(y));"#, #"f("a // b",'it\'s',/[/"]\/ x/g.test(y));"#),
    ("f(`a ${ b + `c ${ d }` } // e`);", "f(`a ${b+`c ${d}`} // e`);"),
    ("x = a / b / c + +d - -e;", "x=a/b/c+ +d- -e;"),
    ("if (a) return b; else return `c`;", "if(a)return b;else return`c`;"),
    // Numbers, words, last commas and semicolons.
    ("f(1_000, undefined, [true, false,], { a: 1, });", "f(1000,void 0,[!0,!1,],{a:1});"),
    ("if (f) { g(); h(); }", "if(f){g();h()}"),
    // Names of its own, wherever they stand for a variable; properties stay.
    (
      "const size = g(); f(size, { size, x: size }, y.size);",
      "let a=g();f(a,{size:a,x:a},y.size);"
    ),
    ("const { size: wide, high } = g(); f(wide, high);", "let{size:a,high:b}=g();f(a,b);"),
    (
      "const double = (number) => number * 2; f(double, double);",
      "let a=b=>b*2;f(a,a);"
    ),
    (
      "f(({ item, way = item }) => { for (const one of item) g(one ? item : way, one); });",
      "f(({item:a,way=a})=>{for(let b of a)g(b?a:way,b)});"
    ),
    // One that is seldom used is not worth its other name.
    ("f(({ by }) => by);", "f(({by})=>by);"),
    // Classes: members stay, the hidden ones are shortened.
    (
      "class Room { #people = new Map(); name = 1; static of(name) { return name; }\n"
        + "  get size() { return this.#people.size; } }\nf(Room, Room);",
      "class a{#a=new Map();name=1;static of(b){return b}"
        + "get size(){return this.#a.size}}f(a,a);"
    ),
    // Declarations behind each other, and numbers that have a name.
    ("const one = f(); let two = g(); h(one, two);", "let a=f(),b=g();h(a,b);"),
    ("const MOST = 1_000; let many = 5; f(many < MOST);", "let a=5;f(a<1000);"),
    // What the browser has stays, and is said once where it is long.
    ("f(location.hash, document.body);", "let a=document;f(location.hash,a.body);"),
  ])
  func `a script is the same in fewer characters`(source: String, expected: String) {
    #expect(served((name: "one", source: source)) == expected)
  }

  @Test func `files are one script, and what they have at their tops is told apart`() {
    let words = """
      export const hidden = (why) => `${why}, ${why}`;
      const size = f();
      g(size, size);
      """
    let rows = """
      import * as say from "./words.js";
      import { hidden as veil } from "./words.js";
      const size = f();
      export const row = ({ hidden }) => [hidden, hidden, say.hidden(hidden), veil(size)];
      """
    #expect(
      served((name: "words", source: words), (name: "rows", source: rows))
        == "let a=c=>`${c}, ${c}`,b=f();g(b,b);"
        + "let c=f(),d=({hidden:b})=>[b,b,a(b),a(c)];")
  }

  @Test func `what one script imports from another keeps its meaning under other names`() {
    func file(_ name: String, _ source: String) -> (name: String, source: [UInt8]) {
      (name, Array(source.utf8))
    }
    let page = ScriptBundle([file("rows", "export const make = (tag) => f(tag);\nmake(1);")])
    let past = ScriptBundle(
      [file("past", "import { make } from \"./rows.js\";\nexport class Past { a = make(2); }")],
      importing: page)
    #expect(page.text(for: past) == "let a=b=>f(b);a(1);export{a};")
    #expect(
      past.text(offered: "past.Past")
        == "import{a as b}from\"./page.js\";class c{a=b(2)}export{c as Past};")
  }

  @Test func `styles lose comments, line ends and long names; the names agree among files`() {
    let served = ServedText.styles([
      Array(":root{--paper:red;--ink:blue}\n/* two\nlines */\na{color:var(--ink);\nb:c\nd}".utf8),
      Array(".past{--ink:green}".utf8),
    ])
    #expect(
      served.map { String(decoding: $0, as: UTF8.self) } == [
        ":root{--b:red;--a:blue}a{color:var(--a);b:c d}", ".past{--a:green}",
      ])
  }

  @Test func `plain attributes lose their quotes`() {
    let source = #"<p class="row" id="a" alt="" href="/x" data-a="b c">"#
    let served = ServedText.page(Array(source.utf8))
    #expect(
      String(decoding: served, as: UTF8.self)
        == #"<p class=row id=a alt="" href="/x" data-a="b c">"#)
  }
}
