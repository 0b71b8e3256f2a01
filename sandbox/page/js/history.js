// The messages of a chat; only what changed is drawn anew.
import { byId, day, element } from "./dom.js";
import { makeList } from "./list.js";
import { messageNode } from "./message.js";
import { spoken, text } from "./texts.js";

const NEAR_THE_END = 60;
let showNodes = null;
let shownChat = null;
let atTheEnd = true;

export function startHistory() {
  const scroller = byId("scroller");
  showNodes = makeList(byId("messages"));
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
  if (moved) atTheEnd = true;
  showNodes(view.messages.length ? items(view, actions, !moved) : [emptyItem(view, actions)]);
  shownChat = view.key;
  if (atTheEnd) scrollToTheEnd();
}

function items(view, actions, animated) {
  return view.messages.flatMap((message, index) => {
    const before = view.messages[index - 1];
    const after = view.messages[index + 1];
    const shownDay = day(message.date, view.now);
    const newDay = !before || day(before.date, view.now) !== shownDay;
    const place = {
      first: newDay || before.author_id !== message.author_id,
      last: !after || after.author_id !== message.author_id,
      withAvatars: view.chat.type === "supergroup",
    };
    const item = messageItem(view, message, place, actions, animated);
    return newDay ? [dayItem(view, message, shownDay), item] : [item];
  });
}

function messageItem(view, message, place, actions, animated) {
  const pending = message.keyboard.flat().map((one) => actions.isPending(message, one.callback_data));
  return {
    key: `${view.key} ${message.id}`,
    signature: JSON.stringify([message, place, pending, spoken()]),
    make(known) {
      const node = messageNode(message, place, actions);
      if (animated && !known) node.classList.add("new");
      return node;
    },
  };
}

function dayItem(view, message, shownDay) {
  return {
    key: `${view.key} day ${message.id}`,
    signature: shownDay,
    make: () => element("div", { class: "day" }, shownDay),
  };
}

function emptyItem(view, actions) {
  const unopened = view.chat.type === "private" && view.chat.bot_status === "left";
  const kind = unopened ? "unopened" : view.topic?.closed ? "closed" : view.chat.type;
  const [mark, title, advice] = text(`empty_${kind}`);
  const open = element("button", { type: "button", onclick: () => actions.send("/start") }, text("open"));
  return {
    key: `${view.key} empty`,
    signature: `${kind} ${spoken()}`,
    make: () =>
      element(
        "div",
        { class: "empty" },
        element("span", { "aria-hidden": "true" }, mark),
        element("b", {}, title),
        advice,
        unopened ? open : null,
      ),
  };
}
