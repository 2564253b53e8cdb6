// Shows openapi.json: its operations with their parameters and responses, and a form to try each. Uses no library and
// no external resource, and inserts every text as text, never as markup.
"use strict";

const methods = ["get", "post", "put", "patch", "delete"];
let api;

/** An element with attributes and children; strings become text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** The target of a `$ref`, or the value itself. */
function resolve(thing) {
  if (!thing?.$ref) return thing ?? {};
  return thing.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
}

/** A schema's type in a few words: `string or null, 1 to 200 characters`. */
function words(schema) {
  const is = resolve(schema);
  const either = is.oneOf ?? is.anyOf;
  if (either) return either.map(words).join(" or ");
  const types = [is.type].flat().filter(Boolean).join(" or ");
  const parts = [is.type === "array" ? `list of ${words(is.items)}` : types || "anything"];
  if (is.format) parts.push(is.format);
  if (is.enum) parts.push(`one of ${is.enum.join(", ")}`);
  for (const [low, high, unit] of [["minimum", "maximum", ""], ["minLength", "maxLength", " characters"]]) {
    if (is[low] !== undefined && is[high] !== undefined) parts.push(`${is[low]} to ${is[high]}${unit}`);
    else if (is[low] !== undefined) parts.push(`at least ${is[low]}${unit}`);
    else if (is[high] !== undefined) parts.push(`at most ${is[high]}${unit}`);
  }
  if (is.pattern) parts.push(`matching ${is.pattern}`);
  if (is.default !== undefined) parts.push(`${is.default} if not given`);
  if (is.readOnly) parts.push("read-only");
  return parts.join(", ");
}

/** A value that matches a schema, from its examples if it has any. */
function example(schema) {
  const is = resolve(schema);
  if (is.example !== undefined) return is.example;
  if (is.examples?.length) return is.examples[0];
  if (is.default !== undefined) return is.default;
  if (is.enum) return is.enum[0];
  const either = is.oneOf ?? is.anyOf ?? is.allOf;
  if (either) return example(either.find((one) => one.type !== "null") ?? either[0]);
  switch ([is.type].flat()[0]) {
    case "object": return Object.fromEntries(Object.entries(is.properties ?? {})
      .filter(([, of]) => !resolve(of).readOnly).map(([key, of]) => [key, example(of)]));
    case "array": return [example(is.items)];
    case "integer": case "number": return is.minimum ?? 0;
    case "boolean": return true;
    case "null": return null;
    default: return is.format === "date-time" ? "2000-01-01T00:00:00Z" : "text";
  }
}

function table(caption, columns, rows) {
  if (!rows.length) return undefined;
  const head = element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)));
  const body = rows.map(([first, ...rest]) =>
    element("tr", {}, element("th", { scope: "row" }, first), ...rest.map((cell) => element("td", {}, cell))));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...body)));
}

/** The fields of an object schema, each followed by its nested fields. */
function fields(schema, prefix = "") {
  const is = resolve(schema);
  if (is.type === "array") return fields(is.items, `${prefix}[].`);
  return Object.entries(is.properties ?? {}).flatMap(([name, of]) => {
    const needed = is.required?.includes(name) ? "always" : "sometimes";
    return [[prefix + name, words(of), needed, of.description ?? resolve(of).description ?? ""],
      ...fields(of, resolve(of).type === "array" ? prefix + name : `${prefix}${name}.`)];
  });
}

function content(of) {
  return Object.values(resolve(of).content ?? {})[0]?.schema;
}

function response([status, of]) {
  const { description, headers = {} } = resolve(of);
  const schema = content(of);
  const names = Object.entries(headers).map(([name, header]) => [name, resolve(header).description ?? ""]);
  return element("details", { class: status < "400" ? "success" : "failure" },
    element("summary", {}, element("strong", {}, status), ` ${description}`),
    schema && element("pre", { tabindex: "0" }, JSON.stringify(example(schema), null, 2)),
    schema && table("Fields", ["Name", "Type", "Present", "About"], fields(schema)),
    table("Headers", ["Name", "About"], names));
}

/** The form that sends a request to this server and shows the response. */
function form(method, path, operation, id) {
  const parameters = (operation.parameters ?? []).map(resolve);
  const inputs = parameters.map((parameter) => {
    const input = `${id}-${parameter.name}`;
    const value = parameter.required ? example({ ...resolve(parameter.schema), example: parameter.example ?? parameter.schema?.example }) : "";
    return element("p", {}, element("label", { for: input }, parameter.name),
      element("input", { id: input, name: parameter.name, value, required: parameter.required }));
  });
  const schema = content(operation.requestBody);
  const body = schema && element("textarea", { id: `${id}-body`, rows: "5", spellcheck: "false" });
  if (body) body.value = JSON.stringify(example(schema), null, 2);
  const credential = operation.security && element("input", { id: `${id}-credential`, type: "password", autocomplete: "off", input: share });
  const output = element("output", {});
  async function send(event) {
    event.preventDefault();
    const given = new FormData(event.target);
    let target = path;
    const query = new URLSearchParams();
    const headers = body ? { "content-type": "application/json" } : {};
    for (const { name, in: place } of parameters) {
      const value = given.get(name);
      if (place === "path") target = target.replace(`{${name}}`, encodeURIComponent(value));
      else if (value && place === "header") headers[name] = value;
      else if (value) query.set(name, value);
    }
    if (query.size) target += `?${query}`;
    const started = performance.now();
    try {
      if (credential?.value) headers.authorization = `Bearer ${credential.value}`;
      const answer = await fetch(target.slice(1), { method: method.toUpperCase(), headers, body: body?.value });
      const text = await answer.text();
      const took = Math.round(performance.now() - started);
      const shown = text && answer.headers.get("content-type")?.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
      output.replaceChildren(element("p", {}, `${answer.status} ${answer.statusText} in ${took} ms`), element("pre", { tabindex: "0" }, shown));
    } catch (error) {
      output.replaceChildren(element("p", {}, `No response: ${error.message}`));
    }
  }
  return element("form", { submit: send, "aria-label": `Try ${method.toUpperCase()} ${path}` }, ...inputs,
    body && element("p", {}, element("label", { for: body.id }, "Body"), body),
    credential && element("p", {}, element("label", { for: credential.id }, "Credential"), credential),
    element("button", {}, "Send"), output);
}

/** Copies the credential that is entered into one form to all forms. */
function share(event) {
  for (const input of document.querySelectorAll("input[type=password]")) input.value = event.target.value;
}

/** The credential and scopes that an operation requires. */
function needs(operation) {
  return (operation.security ?? []).flatMap(Object.entries).map(([name, scopes]) =>
    element("p", {}, `Requires a credential with the scope ${scopes.join(", ")}. ${api.components.securitySchemes[name].description}`));
}

function article(method, path, operation) {
  const id = operation.operationId ?? `${method}${path.replaceAll("/", "-")}`;
  const parameters = (operation.parameters ?? []).map(resolve).map((parameter) => [parameter.name,
    parameter.in, words(parameter.schema), parameter.required ? "yes" : "no", parameter.description ?? ""]);
  const body = content(operation.requestBody);
  return element("article", { id, "aria-labelledby": `${id}-title` },
    element("h3", { id: `${id}-title` }, element("code", { class: method }, method.toUpperCase()), " ", element("code", {}, path)),
    element("p", {}, [operation.summary, operation.description].filter(Boolean).join(". ")),
    ...needs(operation),
    table("Parameters", ["Name", "In", "Type", "Required", "About"], parameters),
    body && table("Body", ["Name", "Type", "Present", "About"], fields(body)),
    element("section", { "aria-label": "Responses" }, ...Object.entries(operation.responses).map(response)),
    element("details", { class: "try" }, element("summary", {}, "Try it"), form(method, path, operation, id)));
}

async function show() {
  api = await (await fetch("openapi.json")).json();
  document.title = `${api.info.title} ${api.info.version}`;
  document.getElementById("title").textContent = document.title;
  if (api.info.description) document.getElementById("about").prepend(`${api.info.description}. `);
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of methods.filter((method) => item[method])) {
      const tag = item[method].tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), article(method, path, item[method])]);
    }
  }
  const main = document.getElementById("operations");
  main.replaceChildren(...[...groups].map(([tag, articles]) => element("section", { "aria-label": tag }, element("h2", {}, tag), ...articles)));
  const links = [...main.querySelectorAll("article")].map((one) =>
    element("li", {}, element("a", { href: `#${one.id}` }, one.querySelector("h3").textContent)));
  document.getElementById("contents").replaceChildren(element("ul", {}, ...links));
}

show().catch((error) => {
  document.getElementById("operations").textContent = `openapi.json cannot be shown: ${error.message}`;
});
