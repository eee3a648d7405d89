// A drawing, or text, as a file of the reader's own. Colours that the style sheet gives are written into the copy.
const SVG = "http://www.w3.org/2000/svg";
const STYLED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "stroke-opacity", "fill-opacity", "opacity",
  "font-family", "font-size", "font-weight", "font-variant", "text-anchor", "paint-order"];
const SCALE = 2; // pixels of a picture for one of the screen

export const save = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

export const saveText = (text, type, name) => save(new Blob([text], { type }), name);

// The drawing as it is on the screen, on the ground that it stands on, without the page's style sheet.
const alone = (drawing) => {
  const copy = drawing.cloneNode(true);
  const shown = [drawing, ...drawing.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((part, at) => {
    const style = getComputedStyle(shown[at]);
    for (const name of STYLED) part.setAttribute(name, style.getPropertyValue(name));
    part.removeAttribute("class");
  });
  const { width, height } = drawing.viewBox.baseVal;
  const ground = document.createElementNS(SVG, "rect");
  Object.entries({ x: 0, y: 0, width, height, fill: groundOf(drawing) })
    .forEach(([name, value]) => ground.setAttribute(name, value));
  copy.prepend(ground);
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
};

const groundOf = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (!colour.endsWith(", 0)") && colour !== "transparent") return colour;
  }
  return "white";
};

export const saveSvg = (drawing, name) => saveText(alone(drawing).text, "image/svg+xml", `${name}.svg`);

export const savePng = async (drawing, name) => {
  const { text, width, height } = alone(drawing);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * SCALE, height * SCALE];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(blob, `${name}.png`), "image/png");
};
