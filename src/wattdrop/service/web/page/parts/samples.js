// The same question for a terminal and for a program. The key is never in it: a place for it is.
const indented = (value) => JSON.stringify(value, null, 4);

export const curl = (path, rows) => [
  `curl ${location.origin}${path} \\`,
  `  -H "Authorization: Bearer $WATTDROP_API_KEY" \\`,
  `  -H "Content-Type: application/json" \\`,
  `  -d '${JSON.stringify({ rows }).replaceAll("'", "'\\''")}'`,
].join("\n");

// `named`: a line that gives a name to the rows, or to the one row that they are.
export const python = (path, named, rows) => [
  "import os", "", "import httpx", "", named, "response = httpx.post(",
  `    "${location.origin}${path}",`, `    headers={"Authorization": f"Bearer {os.environ['WATTDROP_API_KEY']}"},`,
  `    json={"rows": ${rows}},`, ")", "response.raise_for_status()", "print(response.json())",
].join("\n");

export const assigned = (name, value) => `${name} = ${indented(value)}`;
