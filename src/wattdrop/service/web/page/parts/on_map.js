// A button that opens the map, which is fetched with it.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";

export const OnMap = ({ chosen, onChoose }) => {
  const [Picker, setPicker] = useState();
  const open = async () => {
    const { PlacePicker } = await import("../map/picker.js");
    setPicker(() => PlacePicker);
  };
  const close = () => setPicker(undefined);
  return html`
    <p class="onmap"><button type="button" class="quiet" onClick=${open}>${t("map.open")}</button></p>
    ${Picker && html`<${Picker} chosen=${chosen} onClose=${close} onChoose=${(place) => { onChoose(place); close(); }} />`}
  `;
};
