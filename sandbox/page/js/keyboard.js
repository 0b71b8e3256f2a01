// Arrow keys that walk from button to button.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function walkWithArrows(container) {
  container.addEventListener("keydown", (event) => {
    const buttons = [...container.querySelectorAll("button")];
    const target = destination(event.key, buttons.indexOf(document.activeElement), buttons.length);
    if (target === null) return;
    event.preventDefault();
    buttons[target].focus();
  });
}

function destination(key, from, count) {
  if (from < 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return key in STEPS ? (from + STEPS[key] + count) % count : null;
}
