// What a page gains when scripts run. Everything here is a convenience: each page works without it.

// A page that caches keep has no script of its own that says so.
document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

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

// Where somebody is stays in their browser; only a square of about a kilometre stands in the address.
const aboutAKilometre = (degrees) => degrees.toFixed(2);

function locate(button) {
  const said = button.parentElement.querySelector("[data-locate-said]");
  navigator.geolocation?.getCurrentPosition(
    ({ coords }) => {
      const asked = new URLSearchParams(window.location.search);
      asked.set("near", `${aboutAKilometre(coords.latitude)},${aboutAKilometre(coords.longitude)}`);
      asked.delete("page");
      window.location.assign(`${button.dataset.address}?${asked}`);
    },
    () => { said.textContent = button.dataset.failed; },
    { maximumAge: 600000, timeout: 10000 },
  );
}

document.querySelectorAll("[data-locate]").forEach((button) => button.addEventListener("click", () => locate(button)));
if (window.matchMedia("(width >= 40.0625em)").matches) for (const part of document.querySelectorAll("[data-open-wide]")) part.open = true;
