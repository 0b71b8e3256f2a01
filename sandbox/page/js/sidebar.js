// Who one is, which chat is open, whether the bot is there.
import { avatar, byId, element, time } from "./dom.js";
import { walkWithArrows } from "./keyboard.js";
import { makeList } from "./list.js";
import { spoken, text } from "./texts.js";

const CONNECTION = { polling: "on", webhook: "on", none: "", lost: "lost" };
let showPills = null;
let showItems = null;

export function startSidebar() {
  showPills = makeList(byId("members"));
  showItems = makeList(byId("chats"));
  walkWithArrows(byId("members"));
  walkWithArrows(byId("chats"));
}

export function showMembers(members, current, onChoose, onAdd) {
  const pills = members.map((member) => ({
    key: String(member.id),
    signature: JSON.stringify([member, member.id === current, spoken()]),
    make: () => pill(member, member.id === current, onChoose),
  }));
  const add = () => element("button", { class: "member add", type: "button", onclick: onAdd }, text("add"));
  showPills([...pills, { key: "add", signature: spoken(), make: add }]);
}

function pill(member, isCurrent, onChoose) {
  const about = [member.language ?? text("no_language")];
  if (!member.opened) about.push(text("never_opened"));
  return element(
    "button",
    {
      class: member.opened ? "member" : "member unopened",
      type: "button",
      title: `${member.name} · ${about.join(" · ")}`,
      "aria-pressed": String(isCurrent),
      // One stop of the Tab key; arrows walk on from there.
      tabindex: isCurrent ? "0" : "-1",
      onclick: () => onChoose(member.id),
    },
    avatar(member.name, member.id),
    element("span", {}, member.name),
  );
}

export function showChats(chats, current, isUnread, onChoose) {
  showItems(
    chats.map((chat) => ({
      key: String(chat.id),
      signature: JSON.stringify([chat, chat.id === current, isUnread(chat), spoken()]),
      make: () => chatItem(chat, chat.id === current, isUnread(chat), onChoose),
    })),
  );
}

function chatItem(chat, isCurrent, unread, onChoose) {
  const dot = unread
    ? element("span", { class: "unread", role: "img", "aria-label": text("unread") })
    : element("span");
  return element(
    "button",
    {
      class: "chat-item",
      type: "button",
      "aria-current": String(isCurrent),
      onclick: () => onChoose(chat.id),
    },
    chatAvatar(chat),
    element("strong", {}, chat.title),
    element("time", {}, chat.date ? time(chat.date) : ""),
    element("span", { class: "last" }, chat.last || text("no_messages")),
    dot,
  );
}

export function showHeader(chat, member) {
  const face = chatAvatar(chat);
  face.id = "chat-avatar";
  byId("chat-avatar").replaceWith(face);
  byId("chat-title").textContent = chat.title;
  byId("chat-subtitle").textContent = text(chat.type)(chat.size);
  byId("you").textContent = text("you")(member?.name ?? "…");
}

export function showConnection(state) {
  const [title, detail] = text(state);
  const box = byId("connection");
  box.className = `connection ${CONNECTION[state]}`;
  // A live region that is written anew is read out anew.
  if (box.querySelector("strong").textContent === title) return;
  box.querySelector("strong").textContent = title;
  box.querySelector("small").textContent = detail;
}

function chatAvatar(chat) {
  const marks = { private: "💋", supergroup: "👥", channel: "📣" };
  const tones = { private: 0, supergroup: 2, channel: 3 };
  const node = avatar(marks[chat.type], tones[chat.type]);
  node.textContent = chat.topics.length ? "🗂" : marks[chat.type];
  return node;
}
