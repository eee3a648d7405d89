// A number, by a slider over the values that are usual or by typing any other.
import { html } from "../html.js";
import { number } from "../text.js";
import { Field, described } from "./field.js";

const nearest = (steps, value) => {
  const over = steps.findIndex((step) => step >= value);
  return over < 0 ? steps.length - 1 : over;
};

export const Slider = ({ id, label, hint, error, value, steps, onChange }) => {
  const at = value === "" ? 0 : nearest(steps, Number(value));
  return html`
    <${Field} id=${id} label=${label} hint=${hint} error=${error}>
      <div class="slider">
        <input type="range" min="0" max=${steps.length - 1} step="1" value=${at} aria-label=${label}
          aria-valuetext=${value === "" ? "" : number(Number(value), {})}
          onInput=${(event) => onChange(String(steps[event.currentTarget.valueAsNumber]))} />
        <input id=${id} type="number" min="0" step="any" inputmode="decimal" value=${value} aria-invalid=${Boolean(error)}
          aria-describedby=${described(id, hint, error)} onInput=${(event) => onChange(event.currentTarget.value)} />
      </div>
    <//>
  `;
};
