// A library that is no module: fetched once, when something first needs it.
const asked = {};

export const script = (name) => (asked[name] ??= new Promise((done, failed) => {
  const element = document.createElement("script");
  element.src = import.meta.resolve(`/web/vendor/${name}.js`);
  element.onload = done;
  element.onerror = failed;
  document.head.append(element);
}));
