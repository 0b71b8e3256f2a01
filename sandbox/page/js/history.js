// The messages of a chat; only what changed is drawn anew.
import { byId, day, element } from "./dom.js";
import { messageNode } from "./message.js";

const NEAR_THE_END = 60;
const drawn = new Map();
let shownChat = null;
let atTheEnd = true;

export function startHistory() {
  const scroller = byId("scroller");
  scroller.addEventListener("scroll", () => {
    const distance = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    atTheEnd = distance < NEAR_THE_END;
  });
  // Pictures and a narrower window make the history longer; the end shall stay in sight.
  const observer = new ResizeObserver(() => atTheEnd && scrollToTheEnd());
  observer.observe(byId("messages"));
  observer.observe(scroller);
}

function scrollToTheEnd() {
  byId("scroller").scrollTop = byId("scroller").scrollHeight;
}

export function showHistory(view, actions) {
  const moved = shownChat !== view.key;
  if (moved) drawn.clear();
  if (moved) atTheEnd = true;
  const nodes = view.messages.length ? messageNodes(view, actions, !moved) : [emptyNode(view)];
  reconcile(byId("messages"), nodes);
  shownChat = view.key;
  if (atTheEnd) scrollToTheEnd();
}

function messageNodes(view, actions, animated) {
  const nodes = [];
  const present = new Set();
  view.messages.forEach((message, index) => {
    const before = view.messages[index - 1];
    const after = view.messages[index + 1];
    const newDay = !before || day(before.date) !== day(message.date);
    if (newDay) nodes.push(dayNode(message));
    const place = {
      first: newDay || before.author_id !== message.author_id,
      last: !after || after.author_id !== message.author_id,
      withAvatars: view.chat.type === "supergroup",
    };
    nodes.push(nodeFor(message, place, actions, animated));
    present.add(message.id).add(`day ${message.id}`);
  });
  for (const key of drawn.keys()) if (!present.has(key)) drawn.delete(key);
  return nodes;
}

function nodeFor(message, place, actions, animated) {
  const pending = message.keyboard.flat().map((one) => actions.isPending(message, one.callback_data));
  const signature = JSON.stringify([message, place, pending]);
  const known = drawn.get(message.id);
  if (known?.signature === signature) return known.node;
  const node = messageNode(message, place, actions);
  if (animated && !known) node.classList.add("new");
  drawn.set(message.id, { node, signature });
  return node;
}

function dayNode(message) {
  const key = `day ${message.id}`;
  if (!drawn.has(key)) drawn.set(key, { node: element("div", { class: "day" }, day(message.date)) });
  return drawn.get(key).node;
}

function emptyNode(view) {
  const advice = {
    private: ["👋", "Saluda al bot", "Escribe /start para empezar."],
    supergroup: ["💬", "Aún no hay mensajes", "Escribe algo y reacciona a lo que digan los demás."],
    channel: ["📣", "Aún no hay publicaciones", "Publica como quien administra el canal."],
  };
  const [mark, title, text] = advice[view.chat.type];
  return element("div", { class: "empty" }, element("span", {}, mark), element("b", {}, title), text);
}

function reconcile(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  });
}
