// One message as a bubble with its buttons and reactions.
import { avatar, drawn, element, time, tone } from "./dom.js";
import { formatted, link } from "./formatting.js";
import { text } from "./texts.js";

const SMILE =
  "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.5c1.8 2.4 5.2 2.4 7 0M9 9.5v.6M15 9.5v.6";

export function messageNode(message, place, actions) {
  const bubble = element("div", { class: "bubble" }, ...contents(message, place, actions));
  const stack = element("div", { class: "stack" }, bubble, keyboard(message, actions));
  const face = place.withAvatars && !message.mine ? faceOf(message, place) : null;
  const react = element(
    "button",
    {
      class: "react",
      type: "button",
      "data-part": "react",
      "aria-label": text("react"),
      "aria-haspopup": "menu",
      onclick: (event) => actions.pick(message, event.currentTarget),
    },
    smile(),
  );
  const node = element("article", { class: classes(message, place), "data-id": message.id });
  node.append(...(message.mine ? [react, stack] : face ? [face, stack, react] : [stack, react]));
  return node;
}

function classes(message, place) {
  const names = ["message"];
  if (message.mine) names.push("mine");
  else if (!place.withAvatars) names.push("flat");
  if (place.first) names.push("first");
  if (place.last) names.push("last");
  return names.join(" ");
}

function faceOf(message, place) {
  return place.last ? avatar(message.author, message.author_id) : element("span");
}

function contents(message, place, actions) {
  const nodes = [];
  if (place.first && place.withAvatars && !message.mine) {
    const kind = message.by_bot ? "bot" : message.forwarded ? text("copied") : null;
    const badge = kind && element("span", { class: "badge" }, kind);
    const style = `author name-${tone(message.author_id)}`;
    nodes.push(element("span", { class: style }, message.author, badge));
  }
  if (message.photo) nodes.push(photo(message.photo));
  if (message.reply) {
    const author = element("b", {}, message.reply.author);
    nodes.push(element("div", { class: "quote" }, author, message.reply.text));
  }
  const meta = `${message.edited ? `${text("edited")} ` : ""}${time(message.date)}`;
  nodes.push(
    element(
      "div",
      { class: "body" },
      formatted(message.text, message.entities, actions.send),
      element("span", { class: "meta" }, meta),
    ),
  );
  if (message.reactions.length) nodes.push(reactions(message, actions));
  return nodes;
}

function photo({ url, width, height }) {
  return element("img", { class: "photo", src: url, width, height, alt: text("photo") });
}

function reactions(message, actions) {
  const chips = message.reactions.map(({ emoji, count, mine }) =>
    element(
      "button",
      {
        class: "reaction",
        type: "button",
        "data-part": `reaction ${emoji}`,
        "aria-pressed": String(mine),
        onclick: () => actions.react(message, emoji),
      },
      element("span", {}, drawn(emoji)),
      String(count),
    ),
  );
  return element("div", { class: "reactions" }, ...chips);
}

function keyboard(message, actions) {
  if (!message.keyboard.length) return null;
  const rows = message.keyboard.map((row) =>
    element("div", { class: "row" }, ...row.map((button) => buttonNode(message, button, actions))),
  );
  return element("div", { class: "keyboard" }, ...rows);
}

function buttonNode(message, button, actions) {
  if (button.url) {
    const node = link(button.url, { class: button.style });
    node.append(`${button.text} ↗`);
    return node;
  }
  const pending = actions.isPending(message, button.callback_data) ? "pending" : "";
  return element(
    "button",
    {
      class: `${button.style ?? ""} ${pending}`.trim(),
      type: "button",
      "data-part": `button ${button.text}`,
      onclick: () => actions.press(message, button.callback_data),
    },
    button.text,
  );
}

function smile() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", SMILE);
  svg.append(path);
  return svg;
}
