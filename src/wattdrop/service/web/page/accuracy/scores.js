// The scores that the project holds itself to: left out and in sample, how much the ranges hold, other tools, who measured.
import { html } from "../html.js";
import { named, number, percent, t } from "../text.js";
import { Ranges } from "./ranges.js";

const times = (value) => t("accuracy.times", { value: number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 }) });
const rounded = (value) => (value === undefined ? t("none") : t("accuracy.times", { value: number(value, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 }) }));
const share = (value) => (value === undefined ? t("none") : percent(value));

const label = (name) => t(`accuracy.score.${name}`);

// Groups of rows, the name of each group above it where it has one.
const Table = ({ columns, groups }) => html`
  <table role="table" class="stacked scored"><thead role="rowgroup"><tr role="row">${columns.map((name, at) => html`<th key=${name} scope="col" role="columnheader" class=${at > 0 ? "digits" : ""}>${label(name)}</th>`)}</tr></thead>
    ${groups.map((group) => html`<tbody key=${group.key} role="rowgroup">
      ${group.name && html`<tr role="row" class="group"><th scope="rowgroup" role="rowheader" colspan=${columns.length}>${group.name}</th></tr>`}
      ${group.rows.map(({ key, name, cells }) => html`<tr key=${key} role="row"><th scope="row" role="rowheader">${name}</th>${cells.map((cell, at) => html`<td key=${at} role="cell" class="digits" data-label=${label(columns[at + 1])}>${cell}</td>`)}</tr>`)}</tbody>`)}</table>
`;

const hits = (one) => [number(one.n, {}), share(one.within_2x), times(one.median_factor), times(one.bias)];

const Work = ({ work }) => html`<${Table} columns=${["work", "n", "twice", "factor", "bias", "held", "width"]} groups=${[{
  rows: work.map((one) => ({
    key: one.id, name: html`${t(`accuracy.work.${one.id}`)}${one.given !== "batch" && html`<small>${t(`accuracy.given.${one.given}.more`)}</small>`}`,
    cells: [...hits(one), share(one.coverage_90), rounded(one.median_width_90)],
  })),
}]} />`;

const Seen = ({ tasks }) => html`<${Table} columns=${["task", "n", "twice", "twice.seen", "factor", "factor.seen"]} groups=${[{
  rows: tasks.map((one) => ({
    key: one.task, name: named("task", one.task),
    cells: [number(one.n, {}), share(one.within_2x), share(one.in_sample.within_2x), times(one.median_factor), times(one.in_sample.median_factor)],
  })),
}]} />`;

const Gpus = ({ gpus }) => html`<${Table} columns=${["gpu", "n", "twice", "factor", "bias"]} groups=${[{
  rows: gpus.map((one) => ({ key: one.gpu, name: html`<span lang="en">${one.gpu}</span>`, cells: hits(one) })),
}]} />`;

const Peers = ({ work, peers }) => html`<${Table} columns=${["tool", "n", "twice", "factor", "bias"]}
  groups=${work.map((one) => ({
    key: one.id, name: t(`accuracy.work.${one.id}`),
    rows: [{ ...one, tool: "Wattdrop" }, ...peers.filter((peer) => peer.id === one.id)].map((tool) => ({ key: tool.tool, name: html`<span lang="en">${tool.tool}</span>`, cells: hits(tool) })),
  })).filter((group) => group.rows.length > 1)} />`;

const unfolded = matchMedia("(min-width: 960px)").matches; // on a phone each is opened by who wants it

const Part = ({ id, open = unfolded, children }) => html`
  <section class=${`card ${id}`} aria-labelledby=${id}>
    <details open=${open}><summary><h2 id=${id}>${t(`accuracy.${id}`)}</h2></summary>
      <p>${t(`accuracy.${id}.text`)}</p>
      ${children}
    </details>
  </section>
`;

export const Scores = ({ scores, spoken }) => html`
  <div class="results scores">
    <${Part} id="kinds"><${Work} work=${scores.work} /><//>
    <${Part} id="held" open><${Ranges} work=${scores.work} spoken=${spoken} /><//>
    <${Part} id="insample"><${Seen} tasks=${scores.tasks} /><//>
    <${Part} id="gpus"><${Gpus} gpus=${scores.accelerators} /><//>
    <${Part} id="peers"><${Peers} work=${scores.work} peers=${scores.peers} /><//>
    <${Part} id="elsewhere" open=${false}><${Work} work=${scores.not_shipped} /><//>
    <${Part} id="whose" open>
      <ul class="sources" lang="en">${scores.sources.map((one) => html`
        <li key=${one.title}><a href=${one.url} rel="noreferrer">${one.title}</a><small>${[one.producer, one.published, one.licence].join(" · ")}</small><p>${one.how}</p></li>`)}</ul>
      <p class="hint">${t("accuracy.version", { version: scores.method_version, digest: scores.method_digest.slice(0, 12) })}</p>
    <//>
  </div>
`;
