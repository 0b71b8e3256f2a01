// Builds elements; text only ever becomes text, so nothing that a member wrote can become markup.

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

const clock = new Intl.DateTimeFormat("es", { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("es", { day: "numeric", month: "long" });

export const time = (date) => clock.format(new Date(date * 1000));

export function day(date) {
  const shown = new Date(date * 1000);
  const isToday = shown.toDateString() === new Date().toDateString();
  return isToday ? "Hoy" : calendar.format(shown);
}

// The API's heart has no variation selector; without one it is drawn in black.
export const drawn = (emoji) => (emoji === "❤" ? "❤️" : emoji);
