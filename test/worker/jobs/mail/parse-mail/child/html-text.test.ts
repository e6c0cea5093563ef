// The text that is made from an HTML body, construct by construct.
import { expect, test } from "vitest";
import { htmlText } from "../../../../../../worker/jobs/mail/parse-mail/child/html-text.ts";

test.each([
  [
    "named entities",
    "Stra&szlig;e, &bdquo;Gr&uuml;&szlig;&ldquo; &times; &euro; &rarr; &OElig;uvre &zwj;&hearts;",
    "Straße, „Grüß“ × € → Œuvre \u200d♥",
  ],
  ["numbers, also those of Windows-1252", "&#8212;&#x20ac;&#150;&#0;", "—€–\ufffd"],
  [
    "entities without a semicolon, and what is none",
    "3 &lt 6 &amp y &copy 2026 &nosuch; a&b",
    "3 < 6 & y © 2026 &nosuch; a&b",
  ],
  ["a lesser-than sign that begins no tag", "a < b and 3<4 <3", "a < b and 3<4 <3"],
  [
    "a greater-than sign in a quoted attribute",
    '<a title="a > b" href="https://x.example/">link</a>',
    "link <https://x.example/>",
  ],
  [
    "attributes without quotes and with other quotes",
    "<a href=https://x.example/a?b=1&amp;c=2>one</a> <a href='https://y.example'>two</a>",
    "one <https://x.example/a?b=1&c=2> two <https://y.example>",
  ],
  [
    "links whose text is their address",
    '<a href="https://www.x.example/">x.example</a>, <a href="mailto:a@x.example">a@x.example</a>',
    "x.example, a@x.example",
  ],
  [
    "links that lead nowhere",
    '<a href="#top">top</a> <a href="javascript:alert(1)">run</a> <a name=x>here</a>',
    "top run here",
  ],
  [
    "addresses without a scheme",
    '<a href="www.x.example/a">one</a> <a href="//y.example/b">two</a> <a href="www.z.example">z.example</a>',
    "one <www.x.example/a> two <//y.example/b> z.example",
  ],
  ["a mail address behind a name", '<a href="mailto:ann@x.example">Ann</a>', "Ann <mailto:ann@x.example>"],
  [
    "a picture's words, but no counter's",
    '<p>Map: <img src=cid:a alt="The harbour"><img width=1 height=1 alt=t></p>',
    "Map: [The harbour]",
  ],
  [
    "numbered lists",
    '<ol><li>one<li>two</ol><ol start="7"><li>seven</li><li value=9>nine</li><li>ten</li></ol>',
    "1. one\n2. two\n\n7. seven\n9. nine\n10. ten",
  ],
  ["lists in lists", "<ul><li>a<ol><li>b<li>c</ol><li>d</ul>", "- a\n  1. b\n  2. c\n- d"],
  ["preformatted text", "<p>x  y</p><pre>  two\n    words  apart\n</pre>", "x y\n\n  two\n    words  apart"],
  ["blocks and line breaks", "<div>a</div><div>b<br>c</div><p>d</p>e<hr>f", "a\nb\nc\n\nd\n\ne\nf"],
  ["blanks between words of different elements", "<b>a</b> <i>b</i>\n<u>c</u><span>d</span>", "a b cd"],
  [
    "tables",
    "<table><tr><td>Words</td><td>2300</td></tr><tr><th>Genre<td>sea</table>",
    "Words 2300\nGenre sea",
  ],
  ["hard blanks and soft hyphens", "a&nbsp;b Schiff&shy;fahrt&#8203;!", "a b Schifffahrt!"],
  [
    "what is no text",
    "<head><title>t</title><style>p{}</style></head><!-- c --><script>x < y</script><![CDATA[d]]><?php e ?>f",
    "f",
  ],
  ["a head that is never closed", "<head><title>t</title><body>text", "text"],
  ["an unclosed comment and an unclosed tag", "a<!-- b", "a"],
])("%s", (_, html, expected) => {
  expect(htmlText(html)).toBe(expected);
});

test.each([
  ["display", '<div style="display:none">no</div>'],
  ["display, in capitals and blanks", '<DIV STYLE="color:red; DISPLAY : None !important">no</DIV>'],
  ["the attribute", "<span hidden>no</span>"],
  ["visibility", '<span style="visibility:hidden">no</span>'],
  ["height", '<div style="max-height:0px;overflow:hidden">no<div>no</div></div>'],
  ["opacity", '<div style="opacity:0;">no</div>'],
  ["no space of its own", '<div style="overflow: hidden; height: 0px; width:0">no</div>'],
  ["Outlook's own style", '<div style="mso-hide:all">no</div>'],
  [
    "a class of the style sheet",
    "<style>.a, .pre{color:red;display:none!important}</style><p class='x PRE'>no</p>",
  ],
  ["a paragraph that the next one ends", '<p style="display:none">no<p>'],
  ["a cell that the next one ends", '<table><tr><td style="display:none">no<td></table>'],
])("what readers do not see is left out: hidden by %s", (_, hidden) => {
  expect(htmlText(`${hidden}Yes.`)).toBe("Yes.");
});

test("what only looks hidden is kept", () => {
  const shown = [
    '<div style="max-height:0.5em">a</div>',
    '<div style="height:0">a</div>',
    '<div style="height:10px;overflow:hidden">a</div>',
    '<div style="line-height:0;overflow:hidden">a</div>',
    '<div style="opacity:0.9">b</div>',
    "<style>@media (max-width:600px){.c{display:none}} .d{display:block}</style><p class=c>c</p><p class=d>d</p>",
    "<style>/* .e{display:none} */ @import 'x'; .f{display:inline}</style><p class='e f'>e</p>",
  ];
  expect(shown.map(htmlText)).toEqual(["a", "a", "a", "a", "b", "c\n\nd", "e"]);
});

test("a body that hides everything is read all the same", () => {
  expect(htmlText('<div style="display:none"><p>A story.</p></div>')).toBe("A story.");
});

test("elements may be called like anything that objects have", () => {
  const odd = ["constructor", "valueof", "hasownproperty", "tostring", "x"];
  for (const name of odd)
    expect(htmlText(`<${name}>a</${name}><${name} hidden>b<p>b</${name}><p ${name}=1>c`)).toBe("a\n\nc");
});

test("any markup takes time in proportion to its length", () => {
  const many = (piece: string, count = 100_000) => piece.repeat(count);
  const bodies = [
    `${many("<div>")}deep`,
    `${many("<a href=https://x.example>")}deep`,
    `${many("<ol><li>", 20_000)}deep`,
    `<pre>${" ".repeat(1_000_000)}deep</pre>`,
    `<style>${many("@media x{.a{", 20_000)}</style>deep`,
    `<p style="${many("; ", 200_000)}">deep</p>`,
    `${many("<p style=display:none>")}</p>deep`,
    `${many("&amp")}deep`,
  ];
  for (const body of bodies) expect(htmlText(body)).toMatch(/deep/);
});
