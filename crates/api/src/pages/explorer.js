// The GraphQL explorer: writes an operation, sends it, shows the answer and the schema. No library, no other origin.
const at = (id) => document.getElementById(id);
const START = `# Ctrl+Enter runs the operation.
query Projects {
  projects(first: 5) {
    totalCount
    nodes { id title }
  }
}
`;
const KEPT = "chantiers.explorer";

const INTROSPECTION = `{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description
    fields(includeDeprecated: true) { name description isDeprecated deprecationReason
      args { name description defaultValue type { ...T } } type { ...T } }
    inputFields { name description defaultValue type { ...T } }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { name } } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`;

async function send(body) {
  const headers = {
    "content-type": "application/json",
    accept: "application/graphql-response+json, application/json",
    "accept-language": at("language").value,
  };
  const token = at("token").value.trim();
  if (token) headers.authorization = `Bearer ${token}`;
  return fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body) });
}

// The names of the operations, by a reading that is good enough to choose one: comments and strings left out.
function names(query) {
  const bare = query.replace(/"""[^]*?"""|"(?:\\.|[^"\\\n])*"|#.*/g, "");
  return [...bare.matchAll(/\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/g)].map((match) => match[1]);
}

function listOperations() {
  const chosen = at("operation").value;
  const found = names(at("query").value);
  at("operation").replaceChildren(...found.map((name) => new Option(name, name, false, name === chosen)));
  at("operation").disabled = found.length < 2;
}

async function run(event) {
  event?.preventDefault();
  const body = { query: at("query").value };
  try {
    const variables = at("variables").value.trim();
    if (variables) body.variables = JSON.parse(variables);
  } catch (error) {
    at("status").textContent = `Variables: ${error.message}`;
    at("variables").focus();
    return;
  }
  if (names(body.query).length > 1) body.operationName = at("operation").value;
  localStorage.setItem(KEPT, JSON.stringify({ query: body.query, variables: at("variables").value }));
  at("status").textContent = "Running…";
  const began = performance.now();
  try {
    const response = await send(body);
    const text = await response.text();
    const took = Math.round(performance.now() - began);
    const id = response.headers.get("x-request-id");
    at("status").textContent = `${response.status} in ${took} ms, ${text.length} characters, request ${id}`;
    try {
      at("answer").textContent = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      at("answer").textContent = text;
    }
  } catch (error) {
    at("status").textContent = `No answer: ${error.message}`;
  }
}

async function useSession() {
  const response = await fetch("/v1/session", { method: "PUT", headers: { "accept-language": at("language").value } });
  const answer = await response.json();
  at("token").value = answer.accessToken ?? "";
  at("status").textContent = response.ok ? `As ${answer.person.name}` : (answer.detail ?? answer.title);
}

const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text ?? "" });

const shown = (type) => {
  if (type.kind === "NON_NULL") return `${shown(type.ofType)}!`;
  return type.kind === "LIST" ? `[${shown(type.ofType)}]` : type.name;
};

function field(of) {
  const item = document.createElement("li");
  const list = of.args?.length ? `(${of.args.map((it) => `${it.name}: ${shown(it.type)}`).join(", ")})` : "";
  item.append(make("code", `${of.name}${list}${of.type ? `: ${shown(of.type)}` : ""}`));
  if (of.isDeprecated) item.append(make("p", `Deprecated: ${of.deprecationReason}`));
  if (of.description) item.append(make("p", of.description));
  return item;
}

function type(of) {
  const details = document.createElement("details");
  details.id = `type-${of.name}`;
  const summary = document.createElement("summary");
  summary.append(make("code", of.name), ` ${of.kind.toLowerCase().replace("_", " ")}`);
  details.append(summary);
  // Filled when it is opened: a schema has thousands of fields.
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    if (of.description) details.append(make("p", of.description));
    const list = document.createElement("ul");
    list.append(...[...(of.fields ?? []), ...(of.inputFields ?? []), ...(of.enumValues ?? [])].map(field));
    if (of.possibleTypes?.length) list.append(make("li", of.possibleTypes.map((it) => it.name).join(" | ")));
    details.append(list);
  });
  return details;
}

function showTypes(types, roots) {
  const text = at("find").value.trim().toLowerCase();
  const parts = (of) => [...(of.fields ?? []), ...(of.inputFields ?? []), ...(of.enumValues ?? [])];
  const found = types.filter((of) => !text
    || of.name.toLowerCase().includes(text)
    || parts(of).some((it) => it.name.toLowerCase().includes(text)));
  at("schema").replaceChildren(...found.map(type));
  if (!found.length) at("schema").textContent = "Nothing of that name.";
  if (!text) for (const name of roots.slice(0, 1)) at(`type-${name}`).open = true;
}

async function readSchema() {
  try {
    const { data } = await (await send({ query: INTROSPECTION })).json();
    const { queryType, mutationType, subscriptionType, types } = data.__schema;
    const roots = [queryType, mutationType, subscriptionType].filter(Boolean).map((it) => it.name);
    const rank = (of) => (roots.includes(of.name) ? roots.indexOf(of.name) : roots.length);
    const ours = types.filter((of) => !of.name.startsWith("__"));
    ours.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    showTypes(ours, roots);
    at("find").addEventListener("input", () => showTypes(ours, roots));
  } catch {
    at("schema").textContent = "The schema cannot be read.";
  }
}

const asked = new URLSearchParams(location.search);
let kept = {};
try {
  kept = JSON.parse(localStorage.getItem(KEPT)) ?? {};
} catch {
  // What cannot be read is not kept.
}
at("query").value = asked.get("query") ?? kept.query ?? START;
at("variables").value = asked.get("variables") ?? kept.variables ?? "";
at("ask").addEventListener("submit", run);
at("session").addEventListener("click", useSession);
at("query").addEventListener("input", listOperations);
for (const id of ["query", "variables"]) {
  at(id).addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(event);
  });
}
listOperations();
readSchema();
