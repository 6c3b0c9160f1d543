"use strict";
// Draws the charts, and hands the filters of the page to those that follow them.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const form = document.querySelector("form.filters");
  const tiles = JSON.parse(document.getElementById("tiles").textContent);
  const boxes = [...document.querySelectorAll(".headlines > div")];
  const whole = boxes.map((box) => box.innerHTML);
  const views = {};
  const DEFAULTS = { channel: "all", tier: "all", period: "36" };
  const dim = "var(--muted)";
  const font = "system-ui, -apple-system, 'Segoe UI', sans-serif";
  const isNarrow = window.innerWidth < 600;

  const config = {
    background: "transparent",
    font,
    view: { stroke: null },
    axis: {
      labelColor: dim, titleColor: dim, gridColor: "var(--line)", domainColor: "var(--line)", tickColor: "var(--line)",
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 8, labelLimit: isNarrow ? 130 : 300,
    },
    axisY: { domain: false, ticks: false, labelPadding: 6 },
    axisXBand: { labelOverlap: true },
    legend: {
      orient: "bottom", direction: "horizontal", columns: isNarrow ? 3 : 4, labelColor: dim, titleColor: dim,
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", symbolSize: 110,
      symbolBaseFillColor: "var(--accent)", offset: 10, titleOrient: isNarrow ? "top" : "left",
    },
    text: { font, fontSize: 12 },
    locale: { number: { decimal: ".", thousands: ",", grouping: [3], currency: ["", ""], minus: "−" } },
  };

  const rows = (columns) => {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, place) => Object.fromEntries(names.map((name) => [name, columns[name][place]])));
  };

  const typed = (select) => (select.name === "period" ? Number(select.value) : select.value);

  // what a figure says follows the filters, as its chart does; its table is of all
  const say = (chart, selects) => {
    const mine = selects.filter((select) => chart.filters.includes(select.name));
    const chosen = mine.filter((select) => select.selectedIndex > 0);
    const figure = document.getElementById(`figure-${chart.name}`);
    const drawing = document.getElementById(`chart-${chart.name}`);
    const title = chart.titles[chart.filters.map((name) => mine.find((select) => select.name === name)?.value ?? DEFAULTS[name]).join("|")];
    if (title) {
      figure.querySelector("h3").textContent = title;
      drawing.setAttribute("aria-label", `Chart: ${title}`);
    }
    const place = figure.querySelector(".shown");
    const words = chosen.map((select) => select.selectedOptions[0].text).join(", ");
    const marks = drawing.querySelectorAll("[role='graphics-symbol'], .mark-rect path, .mark-symbol path, .mark-line path");
    const isEmpty = [...marks].every((mark) => !mark.getAttribute("d"));
    place.hidden = !chosen.length;
    place.textContent = chosen.length ? `Shown: ${words}${isEmpty ? ". There is nothing to draw" : ""}.` : "";
  };

  const tile = (box, [value, unit, note]) => {
    const place = box.querySelector(".value");
    place.textContent = value;
    if (unit) {
      const small = place.appendChild(document.createElement("small"));
      small.textContent = unit;
      small.before(" ");
    }
    box.querySelector(".note").textContent = note;
  };

  const sayTiles = (selects) => {
    const key = ["channel", "tier"].map((name) => selects.find((select) => select.name === name)?.value ?? "all").join("|");
    const isAll = key === "all|all";
    boxes.forEach((box, place) => {
      if (isAll) box.innerHTML = whole[place];
      else tile(box, tiles[key][place]);
      const change = box.querySelector(".change");
      if (change) change.hidden = !isAll;
    });
    const note = document.getElementById("findings-whole");
    if (note) note.hidden = isAll;
  };

  const filter = async () => {
    const selects = [...form.querySelectorAll("select")];
    const chosen = selects.filter((select) => select.selectedIndex > 0);
    sayTiles(selects);
    await Promise.all(charts.filter((chart) => chart.filters.length).map(async (chart) => {
      const view = views[chart.name];
      if (!view) return;
      selects.filter((select) => chart.filters.includes(select.name)).forEach((select) => view.signal(select.name, typed(select)));
      await view.runAsync();
      say(chart, selects);
    }));
    const words = chosen.map((select) => select.selectedOptions[0].text).join(", ");
    form.querySelector("[role='status']").textContent = `Figures and charts show ${words || "all"}.`;
  };

  const tell = (chart, error) => {
    document.getElementById(`chart-${chart.name}`).textContent = `This chart could not be drawn: ${error.message}`;
    console.error(error);
  };

  const draw = async (chart) => {
    const spec = { ...chart.spec, datasets: { ...chart.spec.datasets, rows: rows(chart.columns) } };
    // Vega gives its element a role, a name and the focus of its own, though there is nothing to operate: the one around keeps ours
    const place = document.getElementById(`chart-${chart.name}`).firstElementChild;
    const result = await vegaEmbed(place, spec, {
      actions: false, renderer: "svg", config, ast: true, // code that is made of text is forbidden by the page
    });
    [place, ...place.querySelectorAll("[tabindex]")].forEach((element) => element.removeAttribute("tabindex"));
    views[chart.name] = result.view;
  };

  window.report = { views, drawn: Promise.all(charts.map((chart) => draw(chart).catch((error) => tell(chart, error)))).then(() => {
    if (form) {
      form.addEventListener("change", filter);
      form.addEventListener("reset", () => setTimeout(filter));
    }
    document.documentElement.dataset.drawn = String(Math.round(performance.now()));
  }) };
})();
