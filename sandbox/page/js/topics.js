// The topics of a forum: which one is looked at, and in which others there is something new.
import { byId, element } from "./dom.js";
import { walkWithArrows } from "./keyboard.js";
import { makeList } from "./list.js";
import { spoken, text } from "./texts.js";

const looked = new Map(); // chat id → the topic that is looked at
const seen = new Map(); // "member chat topic" → the last message id that was on screen
let showTabs = null;

export function startTopics() {
  showTabs = makeList(byId("topics"));
  walkWithArrows(byId("topics"));
}

// Returns the view of the topic that is looked at; of a chat without topics, the view itself.
export function inTopic(view) {
  const { topics, id } = view.chat;
  const topic =
    topics.find((one) => one.id === looked.get(id)) ?? topics.find((one) => !one.closed) ?? topics[0];
  if (!topic) return view;
  return {
    ...view,
    topic,
    key: `${view.key} ${topic.id}`,
    chat: { ...view.chat, may_write: view.chat.may_write && !topic.closed },
    messages: view.messages.filter((one) => one.topic === topic.id),
  };
}

export function showTopics(view, current, onChoose) {
  byId("topics").hidden = !current;
  showTabs(
    view.chat.topics.map((topic) => {
      const isCurrent = topic.id === current.id;
      const unread = isUnread(view, topic, isCurrent);
      return {
        key: `${view.chat.id} ${topic.id}`,
        signature: JSON.stringify([topic, isCurrent, unread, spoken()]),
        make: () => tab(topic, isCurrent, unread, () => choose(view.chat.id, topic.id, onChoose)),
      };
    }),
  );
}

function choose(chat, topic, onChoose) {
  looked.set(chat, topic);
  onChoose();
}

function isUnread(view, topic, isCurrent) {
  const key = `${view.key} ${topic.id}`;
  const last = view.messages.findLast((one) => one.topic === topic.id)?.id ?? 0;
  if (isCurrent || !seen.has(key)) seen.set(key, last);
  return last > seen.get(key);
}

function tab(topic, isCurrent, unread, onclick) {
  const dot = element("span", { class: "unread", role: "img", "aria-label": text("unread") });
  const name = topic.closed ? `${topic.name} 🔒` : topic.name;
  return element(
    "button",
    { class: "topic", type: "button", "aria-current": String(isCurrent), onclick },
    name,
    unread ? dot : null,
  );
}
