// Code to take away, one of several.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";
import { Copy } from "./copy.js";

export const Code = ({ samples }) => {
  const [chosen, setChosen] = useState(samples[0].id);
  const sample = samples.find((one) => one.id === chosen);
  return html`
    ${samples.length > 1 && html`<fieldset class="tabs">
      <legend class="unseen">${t("call.language")}</legend>
      ${samples.map((one) => html`
        <label key=${one.id}><input type="radio" name="sample" value=${one.id} checked=${one.id === chosen}
          onChange=${() => setChosen(one.id)} /><span>${one.label}</span></label>`)}
    </fieldset>`}
    <div class="code"><pre tabindex="0" role="group" aria-label=${sample.label}><code>${sample.source}</code></pre><${Copy} text=${sample.source} label=${t("copy")} /></div>
  `;
};
