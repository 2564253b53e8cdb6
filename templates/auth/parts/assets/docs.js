//= credential-input
  const credential = operation.security && element("input", { id: `${id}-credential`, type: "password", autocomplete: "off", input: share });
//= credential-header
      if (credential?.value) headers.authorization = `Bearer ${credential.value}`;
//= credential-row
    credential && element("p", {}, element("label", { for: credential.id }, "Credential"), credential),
//= credential-functions
/** What is typed as the credential of one form is that of all. */
function share(event) {
  for (const input of document.querySelectorAll("input[type=password]")) input.value = event.target.value;
}

/** What an operation takes besides parameters and body: who may use it. */
function needs(operation) {
  return (operation.security ?? []).flatMap(Object.entries).map(([name, scopes]) =>
    element("p", {}, `Takes a credential with the scope ${scopes.join(", ")}. ${api.components.securitySchemes[name].description}`));
}

//= requirements
    ...needs(operation),
