// What the page itself says, in the language of the member that one is.

const SPANISH = {
  title: "Besitos · Telegram de pruebas",
  brand: "Telegram de pruebas, solo en tu equipo",
  sidebar: "Miembros y chats",
  who: "¿Quién eres?",
  chats: "Chats",
  add: "+ Añadir",
  no_language: "sin idioma",
  never_opened: "aún no ha abierto el bot",
  you: (name) => `Eres ${name}`,
  private: () => "",
  supergroup: (count) => `${count} miembros`,
  channel: (count) => `${count} suscriptores`,
  bot_here: "El bot en este chat",
  bot_administrator: "bot: admin",
  bot_member: "bot: sin permisos",
  bot_left: "sin bot",
  bot_open: "bot abierto",
  bot_blocked: "bot bloqueado",
  no_messages: "Sin mensajes",
  unread: "Mensajes nuevos",
  polling: ["El bot está conectado", "Recibe por long polling"],
  webhook: ["El bot está conectado", "Recibe por webhook"],
  none: ["No hay ningún bot", "Nadie llama a getUpdates"],
  lost: ["Sandbox detenido", "Reintentando…"],
  stage: "Escenario",
  tomorrow: "Mañana →",
  ahead: (days) => (days === 1 ? "+1 día" : `+${days} días`),
  reset: "Empezar de cero",
  reset_question: "¿Borrar mensajes, miembros nuevos y todos los besitos, y empezar de cero?",
  empty_private: ["👋", "Saluda al bot", "Escribe /start para empezar."],
  empty_unopened: ["🚪", "Aún no has abierto el bot", "No te puede escribir hasta que le escribas tú."],
  empty_supergroup: ["💬", "Aún no hay mensajes", "Escribe algo y reacciona a lo que digan los demás."],
  empty_channel: ["📣", "Aún no hay publicaciones", "Publica como quien administra el canal."],
  open: "Iniciar",
  today: "Hoy",
  edited: "editado",
  photo: "Foto",
  messages: "Mensajes",
  react: "Reaccionar",
  commands: "Comandos del bot",
  message: "Mensaje",
  write: "Escribe un mensaje…",
  send: "Enviar",
  read_only: "Solo quien administra el canal publica aquí",
  topics: "Temas del foro",
  closed_topic: "Este tema está cerrado",
  empty_closed: ["🔒", "Tema cerrado", "Aquí no escribe nadie, tampoco el bot."],
  copied: "del canal",
  answer: "Respuesta del bot",
  understood: "Entendido",
  new_member: "Nuevo miembro",
  name: "Nombre",
  language: "Idioma",
  opened: "Ya ha abierto el bot",
  cancel: "Cancelar",
  create: "Añadir",
};

const ENGLISH = {
  title: "Besitos · a local Telegram",
  brand: "A local Telegram to play with",
  sidebar: "Members and chats",
  who: "Who are you?",
  chats: "Chats",
  add: "+ Add",
  no_language: "no language",
  never_opened: "has never opened the bot",
  you: (name) => `You are ${name}`,
  private: () => "",
  supergroup: (count) => (count === 1 ? "1 member" : `${count} members`),
  channel: (count) => (count === 1 ? "1 subscriber" : `${count} subscribers`),
  bot_here: "The bot in this chat",
  bot_administrator: "bot: admin",
  bot_member: "bot: no rights",
  bot_left: "no bot",
  bot_open: "bot opened",
  bot_blocked: "bot blocked",
  no_messages: "No messages",
  unread: "New messages",
  polling: ["The bot is connected", "Receives by long polling"],
  webhook: ["The bot is connected", "Receives by webhook"],
  none: ["There is no bot", "Nobody calls getUpdates"],
  lost: ["The sandbox has stopped", "Trying again…"],
  stage: "Stage",
  tomorrow: "Tomorrow →",
  ahead: (days) => (days === 1 ? "+1 day" : `+${days} days`),
  reset: "Start afresh",
  reset_question: "Delete the messages, the new members and all besitos, and start afresh?",
  empty_private: ["👋", "Say hello to the bot", "Write /start to begin."],
  empty_unopened: ["🚪", "You have never opened the bot", "It cannot write to you before you write to it."],
  empty_supergroup: ["💬", "No messages yet", "Write something, and react to what others say."],
  empty_channel: ["📣", "No posts yet", "Post as the one who runs the channel."],
  open: "Start",
  today: "Today",
  edited: "edited",
  photo: "Photo",
  messages: "Messages",
  react: "React",
  commands: "The bot's commands",
  message: "Message",
  write: "Write a message…",
  send: "Send",
  read_only: "Only the one who runs the channel posts here",
  topics: "Topics of the forum",
  closed_topic: "This topic is closed",
  empty_closed: ["🔒", "A closed topic", "Nobody writes here, and nor does the bot."],
  copied: "from the channel",
  answer: "The bot's answer",
  understood: "Got it",
  new_member: "New member",
  name: "Name",
  language: "Language",
  opened: "Has opened the bot already",
  cancel: "Cancel",
  create: "Add",
};

let texts = SPANISH;
let language = "";

export const text = (name) => texts[name];
export const spoken = () => language;

// Returns whether the language is another one than before, so that everything must be drawn anew.
export function speak(code) {
  const wanted = code && !code.startsWith("es") ? "en" : "es";
  if (wanted === language) return false;
  language = wanted;
  texts = wanted === "en" ? ENGLISH : SPANISH;
  document.documentElement.lang = wanted;
  document.title = text("title");
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = text(node.dataset.text);
  }
  for (const [attribute, name] of [["aria-label", "label"], ["placeholder", "placeholder"], ["title", "title"]]) {
    for (const node of document.querySelectorAll(`[data-${name}]`)) {
      node.setAttribute(attribute, text(node.dataset[name]));
    }
  }
  return true;
}
