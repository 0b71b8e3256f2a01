// Typing, sending, and choosing from the bot's commands.
import { byId, element } from "./dom.js";

let commands = [];
let chosen = 0;

export function startComposer(onSend) {
  const text = byId("text");
  const send = () => {
    const message = text.value.trim();
    if (!message) return;
    text.value = "";
    refresh();
    onSend(message);
  };
  text.addEventListener("input", refresh);
  text.addEventListener("blur", () => setTimeout(hide, 150));
  text.addEventListener("keydown", (event) => onKey(event, send, onSend));
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
    text.focus();
  });
  byId("slash").addEventListener("click", () => {
    text.value = text.value === "/" ? "" : "/";
    text.focus();
    refresh();
  });
  byId("suggestions").addEventListener("mousedown", (event) => {
    const choice = event.target.closest("button");
    event.preventDefault();
    if (choice) take(choice.dataset.command, onSend);
  });
}

export function showComposer(view) {
  commands = view.commands;
  byId("composer").hidden = !view.chat.may_write;
  byId("read-only").hidden = view.chat.may_write;
  byId("read-only").textContent = "Solo quien administra el canal publica aquí";
  byId("slash").hidden = commands.length === 0;
}

function onKey(event, send, onSend) {
  const offered = [...byId("suggestions").children];
  const open = !byId("suggestions").hidden && offered.length > 0;
  if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
    mark(offered);
  } else if (open && event.key === "Escape") {
    hide();
  } else if (open && event.key === "Tab") {
    event.preventDefault();
    byId("text").value = `/${offered[chosen].dataset.command} `;
    refresh();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (open) take(offered[chosen].dataset.command, onSend);
    else send();
  }
}

function take(command, onSend) {
  byId("text").value = "";
  refresh();
  onSend(`/${command}`);
}

function refresh() {
  const text = byId("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
  const typed = /^\/(\w*)$/.exec(text.value);
  const fitting = typed ? commands.filter((one) => one.command.startsWith(typed[1].toLowerCase())) : [];
  chosen = 0;
  const items = fitting.map((one) =>
    element(
      "button",
      { type: "button", role: "option", "data-command": one.command },
      element("b", {}, `/${one.command}`),
      element("span", {}, one.description),
    ),
  );
  byId("suggestions").replaceChildren(...items);
  byId("suggestions").hidden = items.length === 0;
  mark(items);
}

function mark(items) {
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  items[chosen]?.scrollIntoView({ block: "nearest" });
}

function hide() {
  byId("suggestions").hidden = true;
}
