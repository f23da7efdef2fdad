// Passkeys (WebAuthn): a form or section with data-passkey="PATH" gets a challenge from PATH/challenge,
// asks the device, and posts its answer to PATH. It stays hidden where the browser knows no passkeys.
const part = document.querySelector("[data-passkey]");
const path = part.dataset.passkey;
const name = part.querySelector("input");
const button = part.querySelector("button");
const said = part.querySelector("[role=alert]");

const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
const text = buffer => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

async function ask(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (!options.user) return navigator.credentials.get({ publicKey });
  publicKey.user = { ...options.user, id: bytes(options.user.id) };
  publicKey.excludeCredentials = options.excludeCredentials.map(one => ({ ...one, id: bytes(one.id) }));
  return navigator.credentials.create({ publicKey });
}

function plain({ id, rawId, type, response }) {
  return {
    id, type, rawId: text(rawId),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
}

async function run() {
  said.textContent = "";
  button.disabled = true;
  try {
    const credential = plain(await ask(await post(`${path}/challenge`, {})));
    const body = name ? { name: name.value, credential } : { next: part.dataset.next, credential };
    location.assign((await post(path, body)).location);
  } catch {
    said.textContent = part.dataset.failed;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  part.hidden = false;
  document.querySelector("[data-no-passkey]")?.remove();
  if (part.matches("form")) part.addEventListener("submit", event => { event.preventDefault(); run(); });
  else button.addEventListener("click", run);
}
