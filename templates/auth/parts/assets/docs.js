//= credential-input
  const credential = operation.security && element("input", { id: `${id}-credential`, type: "password", autocomplete: "off", input: share });
//= credential-header
      if (credential?.value) headers.authorization = `Bearer ${credential.value}`;
//= credential-row
    credential && element("p", {}, element("label", { for: credential.id }, "Credential"), credential),
//= credential-functions
/** Copies the credential that is entered into one form to all forms. */
function share(event) {
  for (const input of document.querySelectorAll("input[type=password]")) input.value = event.target.value;
}

/** The credential and scopes that an operation requires. */
function needs(operation) {
  return (operation.security ?? []).flatMap(Object.entries).map(([name, scopes]) =>
    element("p", {}, `Requires a credential with the scope ${scopes.join(", ")}. ${api.components.securitySchemes[name].description}`));
}

//= requirements
    ...needs(operation),
