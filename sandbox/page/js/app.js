// Follows one chat as one member and carries out what they do.
import { getMembers, getView, post } from "./api.js";
import { showComposer, startComposer } from "./composer.js";
import { byId } from "./dom.js";
import { showHistory, startHistory } from "./history.js";
import { askForMember, openPicker, showAlert, startOverlays, toast } from "./overlays.js";
import { showChats, showConnection, showHeader, showMembers, startSidebar } from "./sidebar.js";
import { showStage, startStage } from "./stage.js";
import { speak } from "./texts.js";
import { inTopic, showTopics, startTopics } from "./topics.js";

const RETRY_MS = 1500;
const PENDING_MS = 15_000;

let picker = [];
let me = null;
let chatId = null;
let view = null;
let following = new AbortController();
const seen = new Map(); // "member chat" → the last message id that was on screen
const announced = new Map(); // member → the last notice that was shown
const pressed = new Map(); // query id → "chat message data"

const attempt = async (work) => {
  try {
    return await work();
  } catch (error) {
    toast(error.message, "error");
    return null;
  }
};

const actions = {
  send(text) {
    const topic = inTopic(view).topic?.id;
    return attempt(() => post("say", { member: me, chat: chatId, text, topic }));
  },
  react(message, emoji) {
    const mine = myReactions(message);
    const next = mine.includes(emoji) ? [] : [emoji];
    return attempt(() =>
      post("react", { member: me, chat: chatId, message_id: message.id, emoji: next }),
    );
  },
  pick(message, anchor) {
    openPicker(anchor, picker, myReactions(message), (emoji) => actions.react(message, emoji));
  },
  async press(message, data) {
    const key = `${chatId} ${message.id} ${data}`;
    const body = { member: me, chat: chatId, message_id: message.id, data };
    const answer = await attempt(() => post("press", body));
    if (!answer) return;
    pressed.set(answer.query_id, key);
    setTimeout(() => pressed.delete(answer.query_id) && draw(), PENDING_MS);
    draw();
  },
  isPending: (message, data) => [...pressed.values()].includes(`${chatId} ${message.id} ${data}`),
};

const myReactions = (message) =>
  message.reactions.filter((one) => one.mine).map((one) => one.emoji);

function choose(member, chat) {
  const wasPrivate = me === chatId;
  me = member;
  chatId = chat ?? (wasPrivate || chatId === null ? member : chatId);
  history.replaceState(null, "", `#${me}/${chatId}`);
  closeDrawer();
  following.abort();
  following = new AbortController();
  follow(following.signal);
}

async function follow(signal) {
  let after;
  while (!signal.aborted) {
    try {
      const next = await getView(me, chatId, after, signal);
      after = next.version;
      view = { ...next, key: `${me} ${chatId}` };
      announce();
      draw();
    } catch (error) {
      if (signal.aborted) return;
      if (error.refused) return leave(); // the member or the chat is gone: someone began anew
      showConnection("lost");
      after = undefined;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function draw() {
  const open = new Set(view.unanswered);
  for (const id of [...pressed.keys()]) if (!open.has(id) && view.version > 0) settle(id);
  seen.set(view.key, view.chat.last_id);
  const member = view.members.find((one) => one.id === me);
  speak(member?.language ?? "es");
  showMembers(view.members, me, (id) => choose(id), addMember);
  showChats(view.chats, chatId, isUnread, (id) => choose(me, id));
  showHeader(view.chat, member);
  showConnection(view.connection);
  showStage(view);
  const shown = inTopic(view);
  showTopics(view, shown.topic, draw);
  showComposer(shown);
  showHistory(shown, actions);
}

function settle(queryId) {
  // A press that the page has not seen in a view yet is not answered, only new.
  if (Number(queryId) <= (view.last_query ?? 0)) pressed.delete(queryId);
}

function isUnread(chat) {
  const key = `${me} ${chat.id}`;
  if (!seen.has(key)) seen.set(key, chat.last_id);
  return chat.last_id > seen.get(key);
}

function announce() {
  const newest = view.notices.at(-1)?.number ?? 0;
  const last = announced.get(me) ?? newest;
  announced.set(me, Math.max(newest, last));
  for (const notice of view.notices.filter((one) => one.number > last)) {
    if (notice.alert) showAlert(notice.text);
    else toast(notice.text);
  }
}

function addMember() {
  askForMember(async (member) => {
    const added = await attempt(() => post("members", member));
    if (added) choose(added.member.id);
  });
}

function openDrawer() {
  byId("app").classList.add("drawer");
  byId("members").querySelector("[aria-pressed=true]")?.focus();
}

function closeDrawer() {
  const app = byId("app");
  if (!app.classList.contains("drawer")) return;
  app.classList.remove("drawer");
  byId("menu").focus();
}

async function tomorrow() {
  await attempt(() => post("tomorrow", {}));
}

async function reset() {
  if (await attempt(() => post("reset", {}))) leave();
}

function leave() {
  following.abort();
  location.hash = "";
  location.reload();
}

async function start() {
  speak("es");
  const { members, picker: offered } = await getMembers();
  picker = offered;
  startHistory();
  startOverlays();
  startSidebar();
  startTopics();
  startStage(tomorrow, reset, (status) => attempt(() => post("bot_status", { chat: chatId, status })));
  startComposer(actions.send);
  byId("menu").addEventListener("click", openDrawer);
  byId("scrim").addEventListener("click", closeDrawer);
  addEventListener("keydown", (event) => {
    // An open dialog takes the key for itself.
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) closeDrawer();
  });
  const [member, chat] = location.hash.slice(1).split("/").map(Number);
  const known = members.some((one) => one.id === member);
  choose(known ? member : members[0].id, known && chat ? chat : undefined);
}

start().catch(() => showConnection("lost"));
