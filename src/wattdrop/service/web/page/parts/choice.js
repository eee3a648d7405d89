// A named list of which one is chosen: the browser's own, which keyboards, phones and screen readers know.
import { html } from "../html.js";

export const Choice = ({ label, value, options, onChange }) => html`
  <label class="choice">
    <span class="unseen">${label}</span>
    <select value=${value} onChange=${(event) => onChange(event.currentTarget.value)}>
      ${options.map((one) => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>${one.label}</option>`)}
    </select>
  </label>
`;
