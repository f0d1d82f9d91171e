// Builds linkwell/web/static/built/ from the sources beside this file and the NHS.UK frontend package.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const look = dirname(fileURLToPath(import.meta.url));
const root = join(look, "..", "..", "..");
const built = join(look, "..", "static", "built");
const frontend = join(root, "node_modules", "nhsuk-frontend", "dist", "nhsuk");

// The package names sides as left and right. Pages in Arabic or Urdu need start and end.
const START_AND_END = [
  [/(margin|padding)-left:/g, "$1-inline-start:"],
  [/(margin|padding)-right:/g, "$1-inline-end:"],
  [/border-left(-(?:width|style|color))?:/g, "border-inline-start$1:"],
  [/border-right(-(?:width|style|color))?:/g, "border-inline-end$1:"],
  [/border-top-left-radius:/g, "border-start-start-radius:"],
  [/border-top-right-radius:/g, "border-start-end-radius:"],
  [/border-bottom-left-radius:/g, "border-end-start-radius:"],
  [/border-bottom-right-radius:/g, "border-end-end-radius:"],
  [/([{;])left:/g, "$1inset-inline-start:"],
  [/([{;])right:/g, "$1inset-inline-end:"],
  [/(text-align|float|clear):left\b/g, "$1:inline-start"],
  [/(text-align|float|clear):right\b/g, "$1:inline-end"],
  [/text-align:inline-/g, "text-align:"],
];

function styles() {
  const { css } = compile(join(look, "linkwell.scss"), {
    loadPaths: [join(root, "node_modules")],
    style: "compressed",
    quietDeps: true,
  });
  return START_AND_END.reduce((text, [side, neutral]) => text.replace(side, neutral), css);
}

// One file, so that hashed file names need no rewriting of imports.
function script() {
  const theirs = readFileSync(join(frontend, "nhsuk-frontend.min.js"), "utf8").replace(/export\s*\{[^}]*\};?/, "").replace(/\/\/# sourceMappingURL.*$/m, "");
  return `${theirs}\n${readFileSync(join(look, "linkwell.js"), "utf8")}`;
}

// The public map: Leaflet, its pictures left out because our marks are words, then ours.
function map() {
  const theirs = join(root, "node_modules", "leaflet", "dist");
  const library = readFileSync(join(theirs, "leaflet.js"), "utf8").replace(/\/\/# sourceMappingURL.*$/m, "");
  const styles = readFileSync(join(theirs, "leaflet.css"), "utf8").replace(/^.*(?:url\(|behavior:).*$/gm, "");
  return [`${library}\n${readFileSync(join(look, "map.js"), "utf8")}`, styles];
}

// Only the pictures that the styles name.
function pictures(css) {
  mkdirSync(join(built, "images"));
  for (const name of new Set([...css.matchAll(/url\("?images\/([^")]+)/g)].map((found) => found[1]))) {
    copyFileSync(join(frontend, "assets", "images", name), join(built, "images", name));
  }
}

rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });
const css = styles();
writeFileSync(join(built, "linkwell.css"), css);
pictures(css);
writeFileSync(join(built, "linkwell.js"), script());
const [mapScript, mapStyles] = map();
writeFileSync(join(built, "map.js"), mapScript);
writeFileSync(join(built, "map.css"), mapStyles);
console.log("Built the look of the pages in linkwell/web/static/built");
