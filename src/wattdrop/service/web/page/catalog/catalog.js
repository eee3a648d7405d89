// The catalog: what the numbers rest on. A list to search on one side, every figure of one entity on the other.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { entities, entity } from "../api.js";
import { named, number, t } from "../text.js";
import { useAddress } from "../parts/address.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { Field } from "../parts/field.js";
import { Edit } from "./edit.js";
import { Entity } from "./entity.js";
import { FIELDS } from "./fields.js";

const KINDS = ["models", "gpus", "nodes", "datacenters", "services", "regions"];
const AT_ONCE = 50;

const fromAddress = () => {
  const given = new URLSearchParams(location.search);
  const kind = given.get("kind");
  return { kind: KINDS.includes(kind) ? kind : KINDS[0], search: given.get("search") ?? "", mine: given.get("mine") ?? "", id: given.get("id") ?? "", offset: 0 };
};
const toAddress = ({ kind, search, mine, id }) =>
  `/catalog?${new URLSearchParams(Object.entries({ kind, search, mine, id }).filter(([, value]) => value))}`;

export const Catalog = ({ known, ready, scopes, onKeyEnded }) => {
  const [editing, setEditing] = useState(""); // how: new, like, change
  const [view, setView] = useAddress(fromAddress, () => setEditing(""));
  const [kept, setKept] = useState(0); // counts what was kept and deleted: lists are asked for anew
  const { kind, search, mine, id, offset } = view;
  const list = useAnswer(() => ready && entities(kind, { search, custom: kind in FIELDS ? mine : "", offset, limit: AT_ONCE }), [kind, search, mine, offset, ready, kept]);
  const one = useAnswer(() => ready && id && entity(kind, id), [kind, id, ready, kept]);
  useEffect(() => { if ([list.error?.status, one.error?.status].includes(401)) onKeyEnded(); }, [list.error, one.error]);

  useEffect(() => { // on a phone the figures are below the list; after a long form they begin above the window
    if (!one.answer || editing) return;
    const beside = document.getElementById("beside");
    if (beside.getBoundingClientRect().top < 0 || !matchMedia("(min-width: 960px)").matches) beside.scrollIntoView();
  }, [one.answer, editing]);
  useEffect(() => { if (kept) document.getElementById("entity")?.focus(); }, [one.answer]);

  const change = (changes) => {
    const next = { ...view, offset: 0, ...changes };
    setView(next);
    setEditing("");
    if (changes.id || changes.kind) history.pushState(null, "", toAddress(next));
    else history.replaceState(null, "", toAddress(next));
  };
  const show = (changes) => {
    setKept(kept + 1);
    change(changes);
  };
  const mayWrite = scopes.includes("write") && kind in FIELDS;
  const error = list.error ?? one.error;
  return html`
    <div class="title"><h1>${t("catalog.heading")}</h1><p>${t("catalog.lead")}</p></div>
    ${known && !ready && html`<p class="card empty">${t("catalog.key")}</p>`}
    <${Problem} error=${error} />
    ${ready && html`<div class="calculator catalog">
      <section class="card" aria-label=${t("catalog.list")}>
        <fieldset class="tabs"><legend class="unseen">${t("catalog.kind")}</legend>
          ${KINDS.map((name) => html`<label key=${name}><input type="radio" name="kind" checked=${name === kind} onChange=${() => change({ kind: name, search: "", id: "" })} /><span>${t(`kind.${name}`)}</span></label>`)}
        </fieldset>
        <${Field} id="search" label=${t("catalog.search")}>
          <input id="search" type="search" autocomplete="off" spellcheck=${false} value=${search} onInput=${(event) => change({ search: event.currentTarget.value })} />
        <//>
        ${kind in FIELDS && html`<div class="ownbar">
          <label><input type="checkbox" checked=${Boolean(mine)} onChange=${(event) => change({ mine: event.currentTarget.checked ? "true" : "" })} /> ${t("catalog.mine")}</label>
          ${mayWrite && html`<button type="button" class="quiet" onClick=${() => setEditing("new")}>${t("own.new")}</button>`}
        </div>`}
        ${kind in FIELDS && !mayWrite && html`<p class="hint">${t("own.noscope")}</p>`}
        <p class="hint" role="status">${list.answer && t("catalog.count", { count: number(list.answer.count, {}) })}</p>
        ${list.answer?.count === 0 && (mine || kind === "datacenters") && !search && html`<p class="hint">${t("own.none")}</p>`}
        <ul class="entries">${list.answer?.entries.map((entry) => html`
          <li key=${entry.id}><button type="button" aria-current=${entry.id === one.answer?.id ? "true" : undefined} onClick=${() => change({ id: entry.id, offset })}>
            <span>${entry.name}</span>${entry.own && html` <span class="mark own">${t("own.own")}</span>`}<small>${entry.about.map((word) => named("task", word)).join(" · ") || entry.id}</small></button></li>`)}</ul>
        ${list.answer?.count > AT_ONCE && html`<p class="pages">
          <button type="button" disabled=${offset === 0} onClick=${() => change({ offset: offset - AT_ONCE })}>${t("catalog.before")}</button>
          <button type="button" disabled=${offset + AT_ONCE >= list.answer.count} onClick=${() => change({ offset: offset + AT_ONCE })}>${t("catalog.after")}</button></p>`}
      </section>
      <section class="results" id="beside" aria-label=${t("catalog.entity")}>
        ${editing ? html`<${Edit} key=${`${editing} ${kind} ${id}`} kind=${kind} how=${editing} id=${id} onDone=${(made) => show({ id: made })} onLeave=${() => setEditing("")} onKeyEnded=${onKeyEnded} />`
          : one.answer ? html`<${Entity} key=${one.answer.id} entity=${one.answer} mayWrite=${mayWrite} onEdit=${setEditing} onGone=${() => show({ id: "" })} onKeyEnded=${onKeyEnded} />`
          : html`<p class="card empty">${t("catalog.choose")}</p>`}
      </section>
    </div>`}
  `;
};
