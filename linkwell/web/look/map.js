// The map of the public pages: drawn from the list beside it, so the page without it lacks nothing.

const rounded = (number) => number.toFixed(2); // about a kilometre: no door stands in an address

function pointOf(text) {
  const [latitude, longitude] = (text || "").split(",").map(Number);
  return text && Number.isFinite(latitude) && Number.isFinite(longitude) ? [latitude, longitude] : null;
}

function markersOf(map) {
  const all = document.querySelectorAll("[data-place]");
  return [...all].map((entry) => {
    const number = entry.id.replace("place-", "");
    const shown = entry.parentElement.matches("ol") ? entry.parentElement.start + [...entry.parentElement.children].indexOf(entry) : number;
    const name = `${shown}. ${entry.dataset.name}`;
    const icon = L.divIcon({ className: "app-marker", html: "", iconSize: [44, 44] });
    const marker = L.marker(pointOf(entry.dataset.place), { icon, title: name, alt: name, keyboard: true }).addTo(map);
    const dot = document.createElement("span");
    dot.textContent = shown;
    marker.getElement().append(dot);
    marker.getElement().setAttribute("aria-label", name);
    const go = () => {
      const target = entry.querySelector("a") || entry;
      if (target === entry) entry.tabIndex = -1;
      target.focus();
      entry.scrollIntoView({ block: "center" });
    };
    marker.on("click", go);
    marker.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault(); // or the link that now has the focus would be followed by the same press
      go();
    });
    return marker;
  });
}

function draw(section) {
  section.hidden = false;
  const said = section.dataset;
  const map = L.map(section.querySelector("[data-map-here]"), { zoomControl: false, scrollWheelZoom: false, attributionControl: Boolean(said.tiles), zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false });
  L.control.zoom({ zoomInTitle: said.zoomIn, zoomOutTitle: said.zoomOut }).addTo(map);
  L.control.scale({ imperial: true }).addTo(map);
  if (said.tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(said.tiles, { attribution: "", maxZoom: 18, referrerPolicy: "no-referrer" }).addTo(map);
    const text = document.createElement("span");
    text.textContent = said.attribution;
    map.attributionControl.addAttribution(text.innerHTML);
  }
  const home = pointOf(said.home);
  map.setView(home || [53, -2], 12);
  const markers = markersOf(map);
  if (!markers.length && !home) {
    section.hidden = true;
    map.remove();
    return;
  }
  const circle = home && said.reach ? L.circle(home, { radius: Number(said.reach), interactive: false, weight: 1, fillOpacity: 0.06 }).addTo(map) : null;
  const around = L.featureGroup(markers);
  if (markers.length) map.fitBounds(around.getBounds().pad(0.2), { maxZoom: 15 });
  else if (circle) map.fitBounds(circle.getBounds());
  const form = section.querySelector("[data-map-form]");
  map.on("dragend zoomend", () => {
    if (!form) return;
    const middle = map.getCenter();
    form.elements.near.value = `${rounded(middle.lat)},${rounded(middle.lng)}`;
    form.hidden = false;
  });
}

document.querySelectorAll("[data-map]").forEach(draw);
