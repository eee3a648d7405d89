// What every page has: the way to the others, the key, colours, language, and what the numbers rest on.
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { session } from "./api.js";
import { keepLanguage, language, languages, t, useLanguage } from "./text.js";
import { THEMES, theme, useTheme } from "./theme.js";
import { Choice } from "./parts/choice.js";
import { KeyForm, KeyShown } from "./parts/key.js";
import { Menu } from "./parts/menu.js";

const NO_SCOPES = [];

export const Shell = ({ pages, page, part: Part, spent }) => {
  const [spoken, setSpoken] = useState(language);
  const [colours, setColours] = useState(theme());
  const [key, setKey] = useState(undefined); // undefined: not known yet; {}: none

  useEffect(() => { session.read().then(setKey, () => setKey({})); }, []);
  useEffect(() => { document.title = t("title", { page: t(`${page.key}.title`) }); }, [spoken, page]);

  const speak = async (name) => {
    keepLanguage(name); // at once: who turns the page now finds it
    await useLanguage(name);
    setSpoken(name);
  };
  const paint = (name) => {
    useTheme(name);
    setColours(name);
  };
  const scopes = key?.scopes ?? NO_SCOPES;
  const shown = pages.filter((one) => !one.scope || one === page || scopes.includes(one.scope)); // what only admins can use is shown to them
  return html`
    <a class="skip" href="#content">${t("skip")}</a>
    <header class="bar">
      <a class="brand" href="/"><img src="/docs/icon.svg" alt="" width="28" height="28" /><span>Wattdrop</span></a>
      <${Menu} pages=${shown} page=${page} />
      <${KeyShown} known=${key} onEnd=${() => setKey({})} />
    </header>
    <main id="content" tabindex="-1">
      ${key && !key.shown && !page.open?.() && html`<${KeyForm} onBegin=${setKey} spent=${spent} />`}
      <${Part} known=${Boolean(key)} ready=${Boolean(key?.shown)} scopes=${scopes} onKeyEnded=${() => setKey({})} spoken=${spoken} />
    </main>
    <footer class="foot">
      <p>${t("foot")} <a href="/docs">${t("foot.api")}</a></p>
      <div class="switches">
        <${Choice} label=${t("theme.label")} value=${colours} onChange=${paint}
          options=${THEMES.map((name) => ({ value: name, label: t(`theme.${name}`) }))} />
        <${Choice} label=${t("language.label")} value=${spoken} onChange=${speak}
          options=${Object.entries(languages).map(([value, label]) => ({ value, label }))} />
      </div>
    </footer>
  `;
};
