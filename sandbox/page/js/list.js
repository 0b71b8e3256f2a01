// A list on the page: what has not changed stays as it is, and so does the focus.

// An item is { key, signature, make }; `make` returns a node, and is told whether there was one.
export function makeList(parent) {
  const known = new Map();
  return (items) => {
    const keys = new Set(items.map((one) => one.key));
    for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    place(parent, items.map((item) => nodeOf(item, known)));
  };
}

function nodeOf({ key, signature, make }, known) {
  const drawn = known.get(key);
  if (drawn?.signature === signature) return drawn.node;
  const node = make(Boolean(drawn));
  node.dataset.key = key;
  known.set(key, { node, signature });
  return node;
}

function place(parent, nodes) {
  const focus = placeOfFocus(parent);
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  });
  if (focus && !parent.contains(document.activeElement)) restore(parent, focus);
}

// In which item the focus is, and on which of its parts.
function placeOfFocus(parent) {
  const focused = document.activeElement;
  if (focused === parent || !parent.contains(focused)) return null;
  return { key: focused.closest("[data-key]")?.dataset.key, part: focused.dataset.part };
}

function restore(parent, { key, part }) {
  const item = [...parent.children].find((one) => one.dataset.key === key);
  const parts = [...(item?.querySelectorAll("[data-part]") ?? [])];
  const same = parts.find((one) => one.dataset.part === part) ?? parts.at(-1) ?? item;
  same?.focus({ preventScroll: true });
}
