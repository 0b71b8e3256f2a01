// What lies over the chat: reaction picker, toasts, alerts, the form for a new member.
import { byId, drawn, element } from "./dom.js";
import { walkWithArrows } from "./keyboard.js";

const TOAST_MS = 3500;
let opener = null;

export function openPicker(anchor, emoji, mine, onPick) {
  const picker = byId("picker");
  const buttons = emoji.map((one) =>
    element(
      "button",
      {
        type: "button",
        role: "menuitemradio",
        "aria-checked": String(mine.includes(one)),
        "aria-label": drawn(one),
        onclick: () => {
          leavePicker();
          onPick(one);
        },
      },
      drawn(one),
    ),
  );
  picker.replaceChildren(...buttons);
  picker.hidden = false;
  opener = anchor;
  anchor.setAttribute("aria-expanded", "true");
  const box = anchor.getBoundingClientRect();
  const left = Math.min(box.left - picker.offsetWidth / 2, innerWidth - picker.offsetWidth - 10);
  picker.style.left = `${Math.max(10, left)}px`;
  picker.style.top = `${Math.max(10, box.top - picker.offsetHeight - 8)}px`;
  buttons[0].focus({ preventScroll: true });
}

export function closePicker() {
  byId("picker").hidden = true;
  opener?.removeAttribute("aria-expanded");
}

// Closes it and goes back to where it was opened.
function leavePicker() {
  closePicker();
  (opener?.isConnected ? opener : byId("text")).focus({ preventScroll: true });
}

export function startOverlays() {
  const picker = byId("picker");
  walkWithArrows(picker);
  addEventListener("pointerdown", (event) => {
    if (!picker.contains(event.target)) closePicker();
  });
  picker.addEventListener("focusout", (event) => {
    if (!picker.contains(event.relatedTarget)) closePicker();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !picker.hidden) leavePicker();
  });
  byId("scroller").addEventListener("scroll", closePicker, { passive: true });
  byId("alert").querySelector("button").addEventListener("click", () => byId("alert").close());
}

export function toast(text, kind = "") {
  const node = element("div", { class: `toast ${kind}` }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}

export function showAlert(text) {
  byId("alert").querySelector("p").textContent = text;
  if (!byId("alert").open) byId("alert").showModal();
}

export function askForMember(onAdd) {
  const dialog = byId("new-member");
  const form = dialog.querySelector("form");
  form.reset();
  form.onsubmit = (event) => {
    event.preventDefault();
    dialog.close();
    onAdd({ ...Object.fromEntries(new FormData(form)), opened: form.opened.checked });
  };
  form.querySelector(".plain").onclick = () => dialog.close();
  dialog.showModal();
}
