// Who one is, which chat is open, whether the bot is there.
import { avatar, byId, element, time } from "./dom.js";

const CONNECTION = {
  polling: ["on", "El bot está conectado", "Recibe por long polling"],
  webhook: ["on", "El bot está conectado", "Recibe por webhook"],
  none: ["", "No hay ningún bot", "Nadie llama a getUpdates"],
  lost: ["lost", "Sandbox detenido", "Reintentando…"],
};
const SUBTITLE = {
  private: () => "bot",
  supergroup: (chat) => `${chat.size} miembros y el bot${chat.bot_status === "administrator" ? " (admin)" : ""}`,
  channel: (chat) => `${chat.size} suscriptores`,
};

export function showMembers(members, current, onChoose, onAdd) {
  const pills = members.map((member) =>
    element(
      "button",
      {
        class: "member",
        type: "button",
        title: `${member.name} · ${member.language ?? "sin idioma"}`,
        "aria-pressed": String(member.id === current),
        onclick: () => onChoose(member.id),
      },
      avatar(member.name, member.id),
      element("span", {}, member.name),
    ),
  );
  const add = element("button", { class: "member add", type: "button", onclick: onAdd }, "+ Añadir");
  byId("members").replaceChildren(...pills, add);
}

export function showChats(chats, current, isUnread, onChoose) {
  const items = chats.map((chat) =>
    element(
      "button",
      {
        class: "chat-item",
        type: "button",
        "aria-current": String(chat.id === current),
        onclick: () => onChoose(chat.id),
      },
      chatAvatar(chat),
      element("strong", {}, chat.title),
      element("time", {}, chat.date ? time(chat.date) : ""),
      element("span", { class: "last" }, chat.last || "Sin mensajes"),
      isUnread(chat) ? element("span", { class: "unread", title: "Mensajes nuevos" }) : element("span"),
    ),
  );
  byId("chats").replaceChildren(...items);
}

export function showHeader(chat, member) {
  const face = chatAvatar(chat);
  face.id = "chat-avatar";
  byId("chat-avatar").replaceWith(face);
  byId("chat-title").textContent = chat.title;
  byId("chat-subtitle").textContent = SUBTITLE[chat.type](chat);
  byId("you").textContent = `Eres ${member?.name ?? "…"}`;
}

export function showConnection(state) {
  const [name, title, detail] = CONNECTION[state];
  const box = byId("connection");
  box.className = `connection ${name}`;
  box.querySelector("strong").textContent = title;
  box.querySelector("small").textContent = detail;
}

function chatAvatar(chat) {
  const marks = { private: "💋", supergroup: "👥", channel: "📣" };
  const tones = { private: 0, supergroup: 2, channel: 3 };
  const node = avatar(marks[chat.type], tones[chat.type]);
  node.textContent = marks[chat.type];
  return node;
}
