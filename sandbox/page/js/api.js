// The control API of the sandbox.

async function call(path, options) {
  const response = await fetch(`/sandbox/api/${path}`, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    const error = new Error(body.error ?? `Error ${response.status}`);
    error.refused = response.status === 400;
    throw error;
  }
  return body;
}

export const getMembers = () => call("members");

export function getView(member, chat, after, signal) {
  const query = new URLSearchParams({ member, chat });
  if (after !== undefined) query.set("after", after);
  return call(`view?${query}`, { signal });
}

export const post = (path, body) =>
  call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
