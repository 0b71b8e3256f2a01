// Text with entities as DOM nodes. Offsets are UTF-16 code units, like JavaScript's own.
import { element } from "./dom.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

const BLOCKS = new Set(["PRE", "BLOCKQUOTE"]);

export function formatted(text, entities, onCommand) {
  const fragment = document.createDocumentFragment();
  fill(fragment, text, 0, text.length, entities, onCommand);
  return fragment;
}

function fill(parent, text, start, end, entities, onCommand) {
  let position = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const from = Math.max(entity.offset, position);
    const to = Math.min(entity.offset + entity.length, end);
    if (from >= to) continue;
    const inner = entities.slice(index + 1).filter((other) => other.offset < to);
    parent.append(text.slice(position, from));
    const node = wrap(entity, text.slice(from, to), onCommand);
    fill(node, text, from, to, inner, onCommand);
    parent.append(node);
    // A block ends its line by itself; Telegram does not draw the line break behind it.
    position = to < end && BLOCKS.has(node.tagName) && text[to] === "\n" ? to + 1 : to;
  }
  parent.append(text.slice(position, end));
}

function wrap(entity, content, onCommand) {
  if (entity.type === "bot_command") {
    return pressable("command", () => onCommand(content), `command ${content}`);
  }
  if (entity.type === "spoiler") {
    return pressable("spoiler", (event) => event.currentTarget.classList.toggle("shown"));
  }
  if (entity.type === "text_link" || entity.type === "url") {
    return link(entity.url ?? content);
  }
  if (entity.type === "mention" || entity.type === "text_mention" || entity.type === "hashtag") {
    return element("span", { class: "mention" });
  }
  return element(TAGS[entity.type] ?? "span");
}

// Part of a sentence, which a real button would not flow with.
function pressable(name, onPress, part) {
  return element("span", {
    class: name,
    role: "button",
    tabindex: "0",
    "data-part": part,
    onclick: onPress,
    onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onPress(event);
    },
  });
}

export function link(address, properties = {}) {
  const url = URL.canParse(address) ? new URL(address) : null;
  // Anything else, javascript: above all, stays text.
  if (!url || !["http:", "https:"].includes(url.protocol)) return element("span", properties);
  const safe = { href: url.href, target: "_blank", rel: "noopener noreferrer" };
  return element("a", { ...properties, ...safe });
}
