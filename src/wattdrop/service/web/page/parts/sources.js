// Who published what: numbers in brackets beside a figure, and the list that they point to.
import { html } from "../html.js";

export const numbersOf = (sources) => new Map(sources.map((one, at) => [one.id, at + 1]));

export const Cited = ({ ids, numbers }) => ids.map((id) => html`<a key=${id} class="cite" href=${`#source-${id}`}>[${numbers.get(id)}]</a>`);

export const Sources = ({ sources }) => html`
  <ol class="sources" lang="en">${sources.map((one) => html`
    <li key=${one.id} id=${`source-${one.id}`}>${one.url?.startsWith("http") ? html`<a href=${one.url} rel="noreferrer">${one.title}</a>` : html`<strong>${one.title}</strong>`}
      <small>${[one.producer, one.published, one.kind, one.licence].filter(Boolean).join(" · ")}</small>${one.reasoning && html`<p>${one.reasoning}</p>`}</li>`)}</ol>
`;
