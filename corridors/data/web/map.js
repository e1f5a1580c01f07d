"use strict";
(() => {
  const C = JSON.parse(document.getElementById("content").textContent);
  const $ = (id) => document.getElementById(id);
  const [KIND, REASON, FROM, TO, COUNTRY, MODE, GAUGE, KM, HOURS, P10, P90, USD, HOP, PROJECT, SOURCES] = Array(15).keys();
  const lines = new Map(C.lines.map((l) => [l[0], l]));
  const gates = new Map(C.gates.map((g) => [g[0], g]));
  const styles = new Map(C.corridors.map((c) => [c.id, c]));
  const chosen = { pair: 0, off: new Set() };

  /* Text from data is only ever set as text. */
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) { node.setAttribute(name, value); }
    for (const child of children) { node.append(child); }
    return node;
  }
  function number(value, digits) {
    return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
  }
  function place(id) { return C.places[id] ? C.places[id][0] : id; }
  function at(id) { return L.latLng(C.places[id][3], C.places[id][2]); }
  function days(hours) { return number(hours / 24, 1); }
  function time(hours) { return hours < 48 ? `${number(hours, 1)} h` : `${days(hours)} days`; }
  const WORDS = { haul: "moving", clear: "border and transit formalities", rest: "driver's rest", load: "loading", unload: "unloading",
    wait: "waiting", transship: "transshipment", change_gauge: "change of gauge", dwell: "in the port or terminal",
    divert: "turned away by a closure", detention: "detention of the line's box" };
  function words(step) {
    const what = WORDS[step[KIND]] || step[KIND];
    if (step[KIND] === "haul") { return `${what} by ${step[MODE]}`; }
    return step[REASON] ? `${what} (${step[REASON].replaceAll("_", " ")})` : what;
  }
  function where(step) {
    return step[FROM] === step[TO] ? place(step[FROM]) : `${place(step[FROM])} to ${place(step[TO])}`;
  }

  /* A browser makes a tab stop of every line that shows a tooltip; the panel has the same things in fewer steps. */
  function withTooltip(layer, said, options) {
    layer.bindTooltip(said, options);
    const path = layer.getElement();
    if (path) { path.setAttribute("tabindex", "-1"); }
    return layer;
  }

  /* The map */
  const map = L.map("map", { zoomControl: false, attributionControl: true, minZoom: 3, maxZoom: 12, zoomSnap: 0.25, preferCanvas: false, worldCopyJump: false });
  map.setView(at(C.pairs[0][0]), 5);  // lines get their elements only once the map has a view
  L.control.zoom({ position: "bottomleft" }).addTo(map);
  map.attributionControl.setPrefix(false).addAttribution("Leaflet; base map Natural Earth");
  for (const [name, z] of [["overview", 200], ["base", 210], ["tiles", 220], ["borders", 300], ["network", 390], ["ways", 410], ["gates", 450]]) {
    map.createPane(name).style.zIndex = z;
  }
  const flat = L.canvas({ pane: "base", padding: 0.3 });
  const far = L.canvas({ pane: "overview", padding: 0.3 });
  const frontier = L.canvas({ pane: "borders", padding: 0.3 });
  const LAND = { stroke: false, fillColor: "#f6f4ee", fillOpacity: 1, interactive: false };
  const SEA = { stroke: true, color: "#8fa3b0", weight: 0.7, fillColor: "#dfe8ee", fillOpacity: 1, interactive: false };
  const DASHES = { solid: null, dashed: "5 4", dotted: "1.5 4" };
  for (const rings of C.base.overview) { L.polygon(rings, { ...LAND, renderer: far, pane: "overview" }).addTo(map); }
  const [west, south, east, north] = C.base.window;
  L.rectangle([[south, west], [north, east]], { ...LAND, renderer: flat, pane: "base" }).addTo(map);
  for (const rings of C.base.sea) { L.polygon(rings, { ...SEA, stroke: false, renderer: flat, pane: "base" }).addTo(map); }
  for (const rings of C.base.lakes) { L.polygon(rings, { ...SEA, renderer: flat, pane: "base" }).addTo(map); }
  for (const [style, points] of C.base.borders) {
    L.polyline(points, { color: "#8c8378", weight: 1.1, dashArray: DASHES[style], interactive: false, renderer: frontier, pane: "borders" }).addTo(map);
  }
  const drawing = { network: L.svg({ pane: "network", padding: 0.3 }), ways: L.svg({ pane: "ways", padding: 0.3 }), gates: L.svg({ pane: "gates", padding: 0.3 }) };

  /* The network of a year */
  const INK = { rail: "#4d545c", road: "#9a9fa5", sea: "#8fa9bb", ferry: "#8fa9bb" };
  function built(project, status, year) {
    if (!project || status === "operational") { return "built"; }
    const p = C.projects[project];
    if (p && p[3] !== null && p[3] <= year) { return "built"; }
    return status === "under_construction" ? "under construction" : "planned";
  }
  function stroke(line, year) {
    const stands = built(line[6], line[4], year);
    const weight = line[2] === "rail" ? 1.6 : 1.1;
    const dash = { "built": line[2] === "sea" || line[2] === "ferry" ? "2 5" : null, "under construction": "8 4", "planned": "3 4" }[stands];
    return { color: INK[line[2]], weight: stands === "built" ? weight : weight + 0.6, dashArray: dash, opacity: stands === "built" ? 0.75 : 1 };
  }
  const network = new Map();
  for (const line of C.lines) {
    const drawn = L.polyline(line[11], { renderer: drawing.network, pane: "network", ...stroke(line, C.year) }).addTo(map);
    withTooltip(drawn, () => lineWords(line), { sticky: true });
    drawn.on("click", (event) => { L.DomEvent.stop(event); open(lineCard(line), event.latlng); });
    network.set(line[0], drawn);
  }
  const acrossBorders = C.gates.map((gate) => ({ like: ["", "", gate[2], [], gate[10], "", gate[5]], points: gate[9] }));
  for (const across of acrossBorders) {
    across.drawn = L.polyline(across.points, { renderer: drawing.network, pane: "network", interactive: false, ...stroke(across.like, C.year) }).addTo(map);
  }
  function lineWords(line) {
    const gauge = line[3].length ? `, ${line[3].join("/")} mm` : "";
    return make("span", {}, `${line[1] || `${place(line[9])} to ${place(line[10])}`}: ${line[2]}${gauge}, ${built(line[6], line[4], year())}`);
  }
  function lineCard(line) {
    const rows = [["Between", `${place(line[9])} and ${place(line[10])}`], ["Mode", line[2]], ["Gauge", line[3].length ? `${line[3].join(" and ")} mm` : ""],
      ["Country", line[7]], ["Length", `${number(line[8], 1)} km`], ["Electrified", line[2] === "rail" ? line[5] : ""],
      ["Status", line[4].replaceAll("_", " ")], [`In ${year()}`, built(line[6], line[4], year())], ["Project", projectWords(line[6])]];
    return card(line[1] || `${place(line[9])} to ${place(line[10])}`, rows, line[12]);
  }
  function projectWords(id) {
    const p = C.projects[id];
    if (!p) { return ""; }
    const claimed = p[4] ? `, opening claimed or estimated ${p[4][0]} to ${p[4][2]}` : "";
    return `${p[0]}${claimed}; drawn from ${p[3] === null ? "no year" : p[3]} (${p[5]})`;
  }

  /* Gates */
  const STATES = { open: ["#ffffff", "#00796b"], slow: ["#ffffff", "#8a5a00"], restricted: ["#f7d9a8", "#8a5a00"], shut: ["#af2800", "#ffffff"], unknown: ["#ffffff", "#5b6570"], "not built": ["#d9dde1", "#5b6570"] };
  const gateMarks = new Map();
  for (const gate of C.gates) {
    const a = at(gate[3]);
    const b = at(gate[4]);
    const middle = L.latLng((a.lat + b.lat) / 2, (a.lng + b.lng) / 2);
    const state = gate[6].split(",")[0];
    const [fill, edge] = STATES[state] || STATES.unknown;
    const mark = L.circleMarker(middle, { renderer: drawing.gates, pane: "gates", radius: state === "shut" ? 6 : 4.5, color: edge, weight: 1.8, fillColor: fill, fillOpacity: 1 }).addTo(map);
    withTooltip(mark, () => make("span", {}, `${gate[1]}: ${gate[6]} on ${C.date}`), {});
    mark.on("click", (event) => { L.DomEvent.stop(event); open(gateCard(gate), middle); });
    gateMarks.set(gate[0], mark);
  }
  function gateCard(gate) {
    const rows = [["State", `${gate[6]} on ${C.date}`], ["Mode", gate[2]], ["Between", `${place(gate[3])} and ${place(gate[4])}`], ["Project", projectWords(gate[5])]];
    for (const said of gate[7]) { rows.push(["Record", said]); }
    for (const way of shown()) {
      const here = way.steps.map((n) => C.steps[n]).filter((s) => s[KIND] === "clear" && s[HOP] === gate[0]);
      if (here.length) {
        const hours = here.reduce((sum, s) => sum + s[HOURS], 0);
        const usd = here.reduce((sum, s) => sum + s[USD], 0);
        rows.push([styles.get(way.corridor).letter, `${time(hours)}, ${number(usd, 0)} USD, formalities on both sides, ${styles.get(way.corridor).name}`]);
      }
    }
    return card(gate[1], rows, gate[8]);
  }

  /* Ways */
  const bands = L.layerGroup().addTo(map);
  const ends = L.layerGroup().addTo(map);
  function ofPair() { return C.ways.filter((w) => w.origin === C.pairs[chosen.pair][0] && w.destination === C.pairs[chosen.pair][1]); }
  function shown() { return ofPair().filter((w) => w.figures && !chosen.off.has(w.corridor)); }
  function points(step) {
    const line = lines.get(step[HOP]);
    if (line) { return line[9] === step[FROM] ? line[11] : [...line[11]].reverse(); }
    const gate = gates.get(step[HOP]);
    if (gate) { return gate[3] === step[FROM] ? gate[9] : [...gate[9]].reverse(); }
    return [at(step[FROM]), at(step[TO])].map((p) => [p.lat, p.lng]);
  }
  function ahead(step) {
    const line = lines.get(step[HOP]);
    const gate = gates.get(step[HOP]);
    return line ? line[9] === step[FROM] : !gate || gate[3] === step[FROM];
  }
  function drawWays() {
    bands.clearLayers();
    ends.clearLayers();
    const beside = new Map();
    for (const way of shown()) {
      for (const n of way.steps) {
        const step = C.steps[n];
        if (step[KIND] === "haul" && step[HOP]) {
          const there = beside.get(step[HOP]) || [];
          if (!there.includes(way.corridor)) { there.push(way.corridor); }
          beside.set(step[HOP], there);
        }
      }
    }
    for (const way of shown()) {
      const style = styles.get(way.corridor);
      for (const n of way.steps) {
        const step = C.steps[n];
        if (step[KIND] !== "haul" || !step[HOP]) { continue; }
        const there = beside.get(step[HOP]);
        const aside = (there.indexOf(way.corridor) - (there.length - 1) / 2) * 4.5 * (ahead(step) ? 1 : -1);
        const line = points(step);
        const dash = style.dash.length ? style.dash.map((d) => d * 3.2).join(" ") : null;
        const both = { renderer: drawing.ways, pane: "ways", aside };
        new SideBySide(line, { ...both, color: "#ffffff", weight: 5.4, opacity: 0.8, interactive: false }).addTo(bands);
        const drawn = new SideBySide(line, { ...both, color: style.colour, weight: 3.4, dashArray: dash, interactive: false, className: `band band-${way.corridor}` }).addTo(bands);
        const hit = new SideBySide(line, { ...both, color: "#000000", opacity: 0, weight: 14, className: `hit hit-${way.corridor}` }).addTo(bands);
        withTooltip(hit, () => make("span", {}, `${style.letter} ${style.name}: ${where(step)}, ${time(step[HOURS])}, ${number(step[USD], 0)} USD`), { sticky: true });
        hit.on("click", (event) => { L.DomEvent.stop(event); open(stepCard(step, way), event.latlng); });
        hit.on("mouseover", () => drawn.setStyle({ weight: 6 })).on("mouseout", () => drawn.setStyle({ weight: 3.4 }));
      }
    }
    for (const id of C.pairs[chosen.pair]) {
      const side = map.latLngToContainerPoint(at(id)).x > map.getSize().x * 0.62 ? "left" : "";
      L.circleMarker(at(id), { renderer: drawing.gates, pane: "gates", radius: 6, color: "#1d2126", weight: 2.4, fillColor: "#ffffff", fillOpacity: 1, interactive: false }).addTo(ends);
      L.marker(at(id), { interactive: false, keyboard: false, icon: L.divIcon({ className: `place ${side}`, iconSize: [0, 0], html: make("span", {}, place(id)) }) }).addTo(ends);
    }
  }
  function stepCard(step, way) {
    const rows = [["Way", `${styles.get(way.corridor).letter} ${styles.get(way.corridor).name}`], ["Where", where(step)], ["Country", step[COUNTRY] === "XZ" ? "at sea" : step[COUNTRY]],
      ["Gauge", step[GAUGE] ? `${step[GAUGE]} mm` : ""], ["Length", step[KM] ? `${number(step[KM], 1)} km` : ""],
      ["Time", `${time(step[HOURS])} on average; eight in ten ${time(step[P10])} to ${time(step[P90])}`], ["Cost", `${number(step[USD], 0)} USD on average`]];
    const gate = gates.get(step[HOP]);
    if (gate) { rows.push(["Gate", `${gate[1]}: ${gate[6]} on ${C.date}`]); }
    const line = lines.get(step[HOP]);
    if (line) { rows.push(["Status", line[4].replaceAll("_", " ")]); }
    rows.push(["Project", projectWords(step[PROJECT])]);
    return card(words(step), rows, step[SOURCES]);
  }
  function card(title, rows, sources) {
    const body = make("tbody", {});
    for (const [name, value] of rows) {
      if (value) { body.append(make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value))); }
    }
    const box = make("div", { class: "card" }, make("h2", {}, title), make("table", {}, body));
    const list = make("ul", { class: "faint" });
    for (const n of sources) {
      const [name, publisher, when, url] = C.sources[n];
      const said = `${name}. ${publisher}${when ? `, ${when}` : ""}`;
      const safe = /^https?:\/\//.test(url);
      list.append(make("li", {}, safe ? make("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, said) : said));
    }
    if (sources.length) { box.append(make("details", {}, make("summary", {}, `Rests on ${sources.length} source${sources.length > 1 ? "s" : ""}`), list)); }
    return box;
  }
  const popup = L.popup({ autoPanPadding: [14, 14] });
  function open(content, latlng) {
    popup.options.maxWidth = Math.min(340, map.getSize().x - 70);
    popup.options.maxHeight = map.getSize().y - 90;
    popup.setLatLng(latlng).setContent(content).openOn(map);
  }

  /* The panel */
  function swatch(style) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "swatch");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    const set = { x1: 0, x2: 36, y1: 8, y2: 8, stroke: style.colour, "stroke-width": style.width || 3.4, "stroke-dasharray": style.dash.map((d) => d * (style.scale || 3.2)).join(" ") };
    for (const [name, value] of Object.entries(set)) { line.setAttribute(name, value); }
    svg.append(line);
    return svg;
  }
  function drawPanel() {
    const box = $("corridors");
    for (const old of [...box.querySelectorAll(".way")]) { old.remove(); }
    for (const way of ofPair()) {
      const style = styles.get(way.corridor);
      const tick = make("input", { type: "checkbox", id: `on-${way.corridor}`, "aria-label": `Show ${style.name}` });
      const name = make("button", { type: "button", class: "name", "data-corridor": way.corridor }, `${style.letter} ${style.name}`);
      const row = make("div", { class: "way" }, tick, swatch(style), name);
      if (way.figures) {
        const [km, h10, h50, h90, u10, u50, u90] = way.figures;
        tick.checked = !chosen.off.has(way.corridor);
        row.append(make("span", { class: "figures" }, `${days(h50)} d  `, make("small", {}, `${days(h10)}-${days(h90)}`), "   ", `${number(u50, 0)} USD  `, make("small", {}, `${number(u10, 0)}-${number(u90, 0)}`)));
        tick.addEventListener("change", () => { if (tick.checked) { chosen.off.delete(way.corridor); } else { chosen.off.add(way.corridor); } drawWays(); });
      } else {
        tick.disabled = true;
        row.append(make("span", { class: "figures" }, "no way"), make("span", { class: "why" }, way.reason));
      }
      name.addEventListener("click", () => listSteps(way));
      box.append(row);
    }
  }
  function listSteps(way) {
    const style = styles.get(way.corridor);
    const box = $("details");
    if (!way.figures) { box.replaceChildren(make("h2", {}, style.name), make("p", {}, `No way: ${way.reason}`)); return; }
    const [km, h10, h50, h90, u10, u50, u90, kg, quick, cheap, arrives] = way.figures;
    const list = make("ol", { class: "steps" });
    for (const n of way.steps) {
      const step = C.steps[n];
      const button = make("button", { type: "button" }, make("span", {}, `${words(step)}: ${where(step)}`), make("span", { class: "figures" }, `${time(step[HOURS])}  ${number(step[USD], 0)} USD`));
      button.addEventListener("click", () => {
        const to = at(step[KIND] === "haul" ? step[TO] : step[FROM]);
        map.panTo(to);
        open(stepCard(step, way), to);
      });
      list.append(make("li", {}, button));
    }
    box.replaceChildren(make("h2", {}, `${style.letter} ${style.name}`), make("p", { class: "faint" }, style.why || ""),
      make("p", {}, `${number(km, 0)} km; ${days(h50)} days (${days(h10)} to ${days(h90)}); ${number(u50, 0)} USD (${number(u10, 0)} to ${number(u90, 0)}); ${number(kg / 1000, 1)} t CO2e; quickest in ${number(quick * 100, 0)} % of draws, cheapest in ${number(cheap * 100, 0)} %; arrives in ${number(arrives * 100, 1)} %.`), list);
  }
  function listGates() {
    const list = $("gates");
    for (const gate of [...C.gates].sort((a, b) => a[1].localeCompare(b[1], "en"))) {
      const button = make("button", { type: "button" }, make("span", {}, gate[1]), make("span", { class: "figures" }, gate[6]));
      button.addEventListener("click", () => {
        const to = gateMarks.get(gate[0]).getLatLng();
        map.panTo(to);
        open(gateCard(gate), to);
      });
      list.append(make("li", {}, button));
    }
  }
  function fit() {
    const all = shown().flatMap((w) => w.steps.map((n) => C.steps[n])).filter((s) => s[KIND] === "haul").flatMap((s) => [at(s[FROM]), at(s[TO])]);
    const tips = [at(C.pairs[chosen.pair][0]), at(C.pairs[chosen.pair][1])];
    const lng = tips.map((p) => p.lng);  // a way round by sea may leave the window; the rest fills it
    const inside = all.filter((p) => p.lng > Math.min(...lng) - 14 && p.lng < Math.max(...lng) + 4 && p.lat > south && p.lat < north);
    map.fitBounds(L.latLngBounds([...tips, ...inside]), { padding: [30, 30], animate: false });
  }
  function year() { return Number($("year").value); }
  function drawYear() {
    $("year_said").textContent = String(year());
    for (const line of C.lines) { network.get(line[0]).setStyle(stroke(line, year())); }
    for (const across of acrossBorders) { across.drawn.setStyle(stroke(across.like, year())); }
    const open_ = Object.values(C.projects).filter((p) => p[3] !== null && p[3] > 0 && p[3] <= year() && p[1] !== "upgrade").map((p) => p[0]);
    $("year_note").textContent = `Days and dollars are those of ${C.date}, whatever year is drawn. ${open_.length ? `Open by ${year()}: ${open_.join("; ")}.` : `No project is open by ${year()}.`}`;
  }
  function legend() {
    const list = $("legend").querySelector("ul");
    const rows = [[{ colour: INK.rail, dash: [], width: 1.6 }, "railway, built"], [{ colour: INK.rail, dash: [8, 4], scale: 1, width: 2.2 }, "railway under construction"],
      [{ colour: INK.rail, dash: [3, 4], scale: 1, width: 2.2 }, "railway planned"], [{ colour: INK.road, dash: [], width: 1.1 }, "road"], [{ colour: INK.sea, dash: [2, 5], scale: 1, width: 1.1 }, "by sea"]];
    if (C.base.borders.length) { rows.push([{ colour: "#8c8378", dash: [], width: 1.1 }, "boundary"], [{ colour: "#8c8378", dash: [5, 4], scale: 1, width: 1.1 }, "disputed or undefined"], [{ colour: "#8c8378", dash: [1.5, 4], scale: 1, width: 1.1 }, "Line of Control"]); }
    for (const [style, said] of rows) { list.append(make("li", {}, swatch(style), said)); }
    for (const state of [...new Set(C.gates.map((g) => g[6].split(",")[0]))].sort()) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "swatch");
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      const [fill, edge] = STATES[state] || STATES.unknown;
      const set = { cx: 18, cy: 8, r: state === "shut" ? 6 : 4.5, fill, stroke: edge, "stroke-width": 1.8 };
      for (const [name, value] of Object.entries(set)) { dot.setAttribute(name, value); }
      svg.append(dot);
      list.append(make("li", {}, svg, `gate ${state} on ${C.date}`));
    }
  }

  $("title").textContent = C.title;
  $("question").textContent = C.question;
  $("when").textContent = `${C.cargo}, handed over ${C.date}. ${C.assumption}`;
  C.pairs.forEach(([from, to], i) => $("pair").append(make("option", { value: i }, `${place(from)} to ${place(to)}`)));
  $("pair").addEventListener("change", () => { chosen.pair = Number($("pair").value); map.closePopup(); drawPanel(); fit(); drawWays(); });
  const years = Object.values(C.projects).flatMap((p) => p[4] || []).concat(C.year);
  $("year").min = Math.min(...years);
  $("year").max = Math.max(...years);
  $("year").value = C.year;
  $("year").addEventListener("input", drawYear);
  $("tiles").addEventListener("click", () => {
    L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", { pane: "tiles", maxZoom: 19, attribution: "tiles (c) OpenStreetMap contributors" }).addTo(map);
    $("tiles").disabled = true;
  });
  $("unfold").addEventListener("click", () => {
    const folded = document.body.classList.toggle("folded");
    $("unfold").setAttribute("aria-expanded", String(!folded));
    map.invalidateSize();
  });
  for (const note of [...C.notes, `Made by ${C.made}.`]) { $("notes").append(make("p", {}, note)); }
  drawPanel();
  legend();
  listGates();
  fit();
  drawWays();
  map.on("zoomend", () => { if (ends.getLayers().length) { drawWays(); } });
  drawYear();
  document.documentElement.dataset.ready = "yes";
})();
