// Which list is shown, what of it, and the address that holds this.
export const LISTS = ["keys", "customers", "users"];
export const AT_ONCE = 25;

const FIELDS = ["list", "search", "customer", "state"];
const USUAL = { list: LISTS[0], search: "", customer: "", state: "valid" };

export const fromAddress = () => {
  const asked = new URLSearchParams(location.search);
  const view = Object.fromEntries(FIELDS.map((name) => [name, asked.get(name) ?? USUAL[name]]));
  return { ...view, list: LISTS.includes(view.list) ? view.list : USUAL.list, state: view.state === "ended" ? "ended" : "valid", offset: 0 };
};

export const toAddress = (view) => {
  const kept = FIELDS.filter((name) => view[name] !== USUAL[name]).map((name) => [name, view[name]]);
  return kept.length > 0 ? `/admin?${new URLSearchParams(kept)}` : "/admin";
};
