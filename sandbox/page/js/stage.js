// What the stage lets one do that no member can: the next day, the bot's rights, a fresh start.
import { byId, element, weekday } from "./dom.js";
import { spoken, text } from "./texts.js";

const IN_GROUPS = { administrator: "bot_administrator", member: "bot_member", left: "bot_left" };
const IN_PRIVATE = { member: "bot_open", kicked: "bot_blocked" };

export function startStage(onTomorrow, onReset, onStatus) {
  const dialog = byId("reset-dialog");
  byId("tomorrow").addEventListener("click", onTomorrow);
  byId("reset").addEventListener("click", () => dialog.showModal());
  dialog.querySelector(".plain").addEventListener("click", () => dialog.close());
  dialog.querySelector(".sure").addEventListener("click", () => {
    dialog.close();
    onReset();
  });
  byId("bot-status").addEventListener("change", (event) => onStatus(event.target.value));
}

export function showStage(view) {
  byId("today").textContent = weekday(view.now);
  byId("ahead").textContent = view.days_ahead ? text("ahead")(view.days_ahead) : "";
  byId("tomorrow").hidden = !view.may_move_clock;
  byId("reset").hidden = !view.may_reset;
  byId("reset-target").textContent = view.reset_target;
  showStatus(view.chat);
}

function showStatus(chat) {
  const select = byId("bot-status");
  const isPrivate = chat.type === "private";
  select.hidden = isPrivate && chat.bot_status === "left";
  const offered = Object.entries(isPrivate ? IN_PRIVATE : IN_GROUPS);
  const signature = `${isPrivate} ${spoken()}`;
  if (select.dataset.signature !== signature) {
    select.dataset.signature = signature;
    select.replaceChildren(...offered.map(([value, name]) => element("option", { value }, text(name))));
  }
  // Kicked or left: either way it is not there.
  const status = !isPrivate && chat.bot_status === "kicked" ? "left" : chat.bot_status;
  if (select.value !== status) select.value = status;
}
