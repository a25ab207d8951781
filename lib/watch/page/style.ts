/** The style of the status page. Text has a contrast of at least 4.5 to 1, light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #fff; --text: #1b1f24; --soft: #57606a; --edge: #d5dae0; --line: #0b57a4;
  --ok: #116329; --warning: #7a4b00; --problem: #b3131f; --tint-ok: #e3f5e8; --tint-warning: #fdf1d6; --tint-problem: #fde7e7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --card: #161b22; --text: #e6edf3; --soft: #9aa4af; --edge: #2d343d; --line: #79b8ff;
    --ok: #56d364; --warning: #e3b341; --problem: #ff8a82; --tint-ok: #12261a; --tint-warning: #2b2412; --tint-problem: #331719;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--back); color: var(--text);
  font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 1.1rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .6rem; }
h3 { font-size: 1rem; }
small { font-size: .85rem; font-weight: 400; color: var(--soft); }
ul, ol { list-style: none; }
a { color: inherit; text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--line); outline-offset: 2px; }
code, pre, .url, .path, .ms, .cause { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .875rem; }
time { white-space: nowrap; }
.soft, .unknown, .note { color: var(--soft); }
.ok { color: var(--ok); } .warning { color: var(--warning); } .problem { color: var(--problem); }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; font-size: .875rem; }
.verdict { margin-top: .75rem; padding: .9rem 1rem; border: 1px solid; border-left-width: .4rem; border-radius: .4rem; }
.verdict h2 { margin: 0; font-size: 1.4rem; line-height: 1.25; }
.verdict ul { margin-top: .6rem; display: grid; gap: .45rem; }
.verdict li { display: grid; grid-template-columns: 1.1rem minmax(0, 1fr); gap: .35rem; }
.is-ok { background: var(--tint-ok); border-color: var(--ok); }
.is-warning { background: var(--tint-warning); border-color: var(--warning); }
.is-problem { background: var(--tint-problem); border-color: var(--problem); }
.cause { white-space: pre-wrap; }
.verdict .cause { display: block; margin-top: .15rem; }
.overview { display: flex; flex-wrap: wrap; gap: .35rem; margin-bottom: .75rem; font-size: .875rem; }
.overview a {
  display: block; padding: .15rem .55rem; border: 1px solid var(--edge); border-radius: 1rem; background: var(--card);
  text-decoration: none;
}
.registry { margin-bottom: .75rem; padding: .75rem 1rem; border: 1px solid var(--edge); border-radius: .4rem; background: var(--card); }
.registry:target { border-color: var(--line); }
.endpoints { margin: .4rem 0; }
.endpoints li {
  display: grid; align-items: center; gap: 0 .75rem; padding: .3rem 0; border-top: 1px solid var(--edge);
  grid-template-columns: 1rem minmax(0, 1fr) 12.5rem 4.5rem 15rem;
}
.position { text-align: right; font-variant-numeric: tabular-nums; }
.ms { text-align: right; white-space: nowrap; }
.hour { display: grid; grid-template-columns: 9rem 1fr; gap: .5rem; align-items: center; font-size: .8rem; }
.spark { display: block; width: 100%; height: 1.5rem; border-bottom: 1px solid var(--edge); }
.line { fill: none; stroke: var(--line); stroke-width: 1.5px; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.gap { fill: var(--problem); fill-opacity: .28; }
.note { grid-column: 2 / -1; font-size: .875rem; }
.note .cause { color: var(--text); }
details { font-size: .875rem; }
summary { cursor: pointer; padding: .25rem 0; }
pre {
  margin: .4rem 0 0; padding: .75rem; max-height: 24rem; overflow: auto; overflow-wrap: normal; tab-size: 2;
  border: 1px solid var(--edge); border-radius: .3rem; background: var(--back); font-size: .8125rem;
}
.file { font-size: .875rem; }
.events { max-height: 24rem; overflow: auto; font-size: .9rem; }
.events li { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .75rem; padding: .15rem 0; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; font-size: .9rem; }
dt { color: var(--soft); }
footer { margin-top: 2rem; font-size: .875rem; }
@media (max-width: 52rem) {
  body { padding: .75rem; }
  h1 small span { display: none; }
  .registry { padding: .6rem .75rem; }
  .endpoints li { grid-template-columns: 1rem minmax(0, 1fr) auto; gap: .1rem .6rem; padding: .5rem 0; }
  .endpoints .position { align-self: start; }
  .endpoints .url { grid-column: 2 / -1; }
  .endpoints .state { grid-column: 2; }
  .endpoints .hour { grid-column: 2 / -1; grid-template-columns: minmax(0, 1fr) max-content; }
  .events { max-height: none; }
  .events li { grid-template-columns: minmax(0, 1fr); gap: 0; padding: .3rem 0; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .4rem; }
}
@media (forced-colors: active) { .gap { fill: CanvasText; } .line { stroke: LinkText; } }
`
