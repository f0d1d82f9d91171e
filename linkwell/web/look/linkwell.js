// What a page gains when scripts run. Everything here is a convenience: each page works without it.

const wanted = [Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, SkipLink];

function enhance(scope) {
  // What is already working stays as it is.
  for (const component of wanted) createAll(component, {}, { scope, onError() {} });
}

function leaveQuickly(address) {
  document.body.hidden = true;
  window.location.replace(address);
}

enhance(document);
document.addEventListener("htmx:afterSwap", (event) => enhance(event.detail.elt));

// A success message is read out at once, because the page that carries it is new.
document.querySelector("[data-take-focus]")?.focus();

document.addEventListener("click", (event) => {
  const exit = event.target.closest("[data-quick-exit]");
  if (exit) {
    event.preventDefault();
    leaveQuickly(exit.href);
  }
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("allauth.error", (event) => {
  const problem = document.querySelector("[data-passkey-problem]");
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
});

// Back loads a page anew, so its forms have new keys: give a form the key that it was sent with, so that sending it again
// is not a second record. Each entry of the browser's history remembers its own.
const formKeys = () => [...document.querySelectorAll('form[method="post"] > input[name="once"]')];
const place = (input) => `${input.form.getAttribute("action") ?? ""} ${formKeys().filter((other) => other.form.action === input.form.action).indexOf(input)}`;
const sentKeys = history.state?.sentKeys ?? {};
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  for (const input of formKeys()) input.value = sentKeys[place(input)] ?? input.value;
}
document.addEventListener("submit", (event) => {
  const input = event.target.querySelector?.(':scope > input[name="once"]');
  if (!input) return;
  sentKeys[place(input)] = input.value;
  history.replaceState({ ...history.state, sentKeys }, "");
});

let escapes = 0;
document.addEventListener("keydown", (event) => {
  escapes = event.key === "Escape" ? escapes + 1 : 0;
  const exit = document.querySelector("[data-quick-exit]");
  if (exit && escapes === 3) leaveQuickly(exit.href);
});
