// Builds elements; text only ever becomes text, so nothing that a member wrote can become markup.
import { spoken, text } from "./texts.js";

export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

const TONES = 6;
export const tone = (id) => Math.abs(id) % TONES;

export function avatar(name, id) {
  const letters = (name.match(/\p{L}/gu) ?? ["?"])[0].toUpperCase();
  return element("span", { class: `avatar tone-${tone(id)}`, "aria-hidden": "true" }, letters);
}

const shown = (date, options) =>
  new Intl.DateTimeFormat(spoken(), options).format(new Date(date * 1000));

export const time = (date) => shown(date, { hour: "2-digit", minute: "2-digit" });
export const weekday = (date) => shown(date, { weekday: "long", day: "numeric", month: "long" });

// `now` is the sandbox's, which may be days ahead.
export function day(date, now) {
  const same = new Date(date * 1000).toDateString() === new Date(now * 1000).toDateString();
  return same ? text("today") : shown(date, { day: "numeric", month: "long" });
}

// The API's heart has no variation selector; without one it is drawn in black.
export const drawn = (emoji) => (emoji === "❤" ? "❤️" : emoji);
