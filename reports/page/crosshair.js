// A crosshair that all plots of one clock share, with a read-out. The page is complete without it.
(() => {
  "use strict";
  const NS = "http://www.w3.org/2000/svg";
  const readout = document.getElementById("readout");
  const plots = [...document.querySelectorAll("svg[data-clock]")].map((svg) => {
    const [x0, x1, left, right] = svg.dataset.x.split(" ").map(Number);
    const [y0, y1, bottom, top] = svg.dataset.y.split(" ").map(Number);
    const lines = [...svg.querySelectorAll("path[data-name]")].map((p) => ({
      name: p.dataset.name,
      points: vertices(p.getAttribute("d")),
    }));
    const hair = document.createElementNS(NS, "line");
    hair.setAttribute("class", "s-ink");
    hair.setAttribute("y1", top);
    hair.setAttribute("y2", bottom);
    hair.setAttribute("visibility", "hidden");
    svg.append(hair);
    svg.setAttribute("tabindex", "0");
    return { svg, hair, lines, x0, x1, left, right, y0, y1, bottom, top,
      log: svg.dataset.scale === "log", rail: Number(svg.dataset.rail),
      unit: svg.dataset.unit, clock: svg.dataset.clock };
  });

  // vertices reads the points of a path made of M, L and H.
  function vertices(d) {
    const points = [];
    for (const [, command, rest] of d.matchAll(/([MLH])([^MLH]*)/g)) {
      const n = rest.trim().split(/\s+/).map(Number);
      if (command !== "H") for (let i = 0; i + 1 < n.length; i += 2) points.push([n[i], n[i + 1]]);
    }
    return points;
  }

  function value(plot, y) {
    if (plot.rail && Math.abs(y - plot.rail) < 0.1) return "never";
    const t = (plot.bottom - y) / (plot.bottom - plot.top);
    const v = plot.log ? plot.y0 * (plot.y1 / plot.y0) ** t : plot.y0 + t * (plot.y1 - plot.y0);
    if (plot.unit === "%") return (v * 100).toFixed(1) + " %";
    if (plot.unit === "s") return v < 1 ? (v * 1000).toPrecision(3) + " ms" : v.toPrecision(3) + " s";
    return v.toFixed(0) + plot.unit;
  }

  function nearest(points, x) {
    let best = null;
    for (const p of points) if (!best || Math.abs(p[0] - x) < Math.abs(best[0] - x)) best = p;
    return best && Math.abs(best[0] - x) < 8 ? best : null;
  }

  function show(plot, seconds) {
    const t = Math.min(Math.max(seconds, plot.x0), plot.x1);
    for (const p of plots) {
      const x = p.left + ((t - p.x0) / (p.x1 - p.x0)) * (p.right - p.left);
      p.hair.setAttribute("x1", x);
      p.hair.setAttribute("x2", x);
      p.hair.setAttribute("visibility", p.clock === plot.clock ? "visible" : "hidden");
    }
    const x = plot.left + ((t - plot.x0) / (plot.x1 - plot.x0)) * (plot.right - plot.left);
    const said = plot.lines.map((l) => {
      const p = nearest(l.points, x);
      return l.name + " " + (p ? value(plot, p[1]) : "–");
    });
    readout.hidden = false;
    readout.textContent = "at " + t.toFixed(1) + " s: " + said.join(" · ");
    plot.at = t;
  }

  function hide() {
    for (const p of plots) p.hair.setAttribute("visibility", "hidden");
    readout.hidden = true;
  }

  for (const plot of plots) {
    plot.svg.addEventListener("pointermove", (e) => {
      const box = plot.svg.getBoundingClientRect();
      const x = ((e.clientX - box.left) / box.width) * plot.svg.viewBox.baseVal.width;
      show(plot, plot.x0 + ((x - plot.left) / (plot.right - plot.left)) * (plot.x1 - plot.x0));
    });
    plot.svg.addEventListener("pointerleave", hide);
    plot.svg.addEventListener("blur", hide);
    plot.svg.addEventListener("keydown", (e) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
      if (e.key === "Escape") hide();
      if (!step) return;
      e.preventDefault();
      const width = (plot.x1 - plot.x0) / (e.shiftKey ? 12 : 120);
      show(plot, (plot.at ?? (plot.x0 + plot.x1) / 2) + step * width);
    });
  }
})();
