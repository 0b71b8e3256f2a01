// Typing, sending, and choosing from the bot's commands.
import { byId, element } from "./dom.js";
import { text } from "./texts.js";

let commands = [];
let chosen = 0;
let all = false; // the whole menu, asked for beside whatever is being typed

export function startComposer(onSend) {
  const field = byId("text");
  const send = () => {
    const message = field.value.trim();
    if (!message) return;
    field.value = "";
    refresh();
    onSend(message);
  };
  field.addEventListener("input", () => {
    all = false;
    refresh();
  });
  field.addEventListener("blur", hide);
  field.addEventListener("keydown", (event) => onKey(event, send, onSend));
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
    field.focus();
  });
  // Neither takes the focus from what is being typed.
  byId("slash").addEventListener("mousedown", (event) => event.preventDefault());
  byId("slash").addEventListener("click", () => {
    const show = byId("suggestions").hidden;
    field.focus();
    all = show;
    if (show) refresh();
    else hide();
  });
  byId("suggestions").addEventListener("mousedown", (event) => {
    const choice = event.target.closest("[role=option]");
    event.preventDefault();
    if (choice) take(choice.dataset.command, onSend);
  });
}

export function showComposer(view) {
  commands = view.commands;
  byId("composer").hidden = !view.chat.may_write;
  byId("read-only").hidden = view.chat.may_write;
  byId("read-only").textContent = text(view.topic ? "closed_topic" : "read_only");
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
    all = false;
    refresh();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (open) take(offered[chosen].dataset.command, onSend);
    else send();
  }
}

function take(command, onSend) {
  // What was being typed stays, unless it was this command.
  if (!all) byId("text").value = "";
  all = false;
  refresh();
  onSend(`/${command}`);
}

function refresh() {
  const field = byId("text");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
  const fitting = offer(field.value);
  chosen = 0;
  const items = fitting.map((one) =>
    element(
      "div",
      { role: "option", id: `command-${one.command}`, "data-command": one.command },
      element("b", {}, `/${one.command}`),
      element("span", {}, one.description),
    ),
  );
  byId("suggestions").replaceChildren(...items);
  byId("suggestions").hidden = items.length === 0;
  mark(items);
}

function offer(typed) {
  if (all) return commands;
  const [, start] = /^\/(\w*)$/.exec(typed) ?? [];
  return start === undefined ? [] : commands.filter((one) => one.command.startsWith(start.toLowerCase()));
}

function mark(items) {
  byId("text").setAttribute("aria-activedescendant", items[chosen]?.id ?? "");
  byId("slash").setAttribute("aria-expanded", String(items.length > 0));
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  items[chosen]?.scrollIntoView({ block: "nearest" });
}

function hide() {
  all = false;
  byId("suggestions").hidden = true;
  mark([]);
}
