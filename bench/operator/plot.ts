/** A small diagram: lines over a logarithmic count of resources, from zero up. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const width = 300;
const height = 190;
const frame = { left: 46, right: 14, top: 34, bottom: 40 };
const columns = 2;
const colours = ["#0969da", "#bc4c00", "#1a7f37"];

/** All panels in one SVG, readable on a light and on a dark page. */
export function plot(panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / columns);
  const body = panels.map((panel, index) => {
    const x = (index % columns) * width;
    const y = Math.floor(index / columns) * height;
    return `<g transform="translate(${x} ${y})">${drawPanel(panel)}</g>`;
  });
  const size = `width="${width * columns}" height="${height * rows}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="11">`,
    `<rect ${size} fill="#ffffff"/>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel({ title, lines }: Panel): string {
  const points = lines.flatMap((line) => line.points);
  const scale = scaleOf(points);
  const ticks = [0, scale.top / 2, scale.top].map((value) => {
    const y = scale.y(value);
    return `<line x1="${frame.left}" x2="${width - frame.right}" y1="${y}" y2="${y}" stroke="#d0d7de"/>${text(label(value), frame.left - 5, y + 4, "end")}`;
  });
  const sizes = [...new Set(points.map(({ x }) => x))].map((x) =>
    text(label(x), scale.x(x), height - frame.bottom + 15, "middle"),
  );
  const drawn = lines.map((line, index) => drawLine(line, index, scale));
  const head = `<text x="${frame.left}" y="16" font-weight="bold" fill="#1f2328">${escaped(title)}</text>`;
  return [head, ...ticks, ...sizes, ...drawn].join("\n");
}

interface Scale {
  readonly top: number;
  x(value: number): number;
  y(value: number): number;
}

function scaleOf(points: Line["points"]): Scale {
  const xs = points.map(({ x }) => Math.log10(x));
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const top = roundUp(Math.max(...points.map(({ y }) => y)));
  const [innerWidth, innerHeight] = [width - frame.left - frame.right - 20, height - frame.top - frame.bottom];
  return {
    top,
    x: (value) =>
      rounded(frame.left + 10 + (to === from ? 0.5 : (Math.log10(value) - from) / (to - from)) * innerWidth),
    y: (value) => rounded(height - frame.bottom - (value / top) * innerHeight),
  };
}

function drawLine({ name, points }: Line, index: number, scale: Scale): string {
  const colour = colours[index % colours.length];
  const path = points.map(({ x, y }) => `${scale.x(x)},${scale.y(y)}`).join(" ");
  const dots = points.map(({ x, y }) => `<circle cx="${scale.x(x)}" cy="${scale.y(y)}" r="3" fill="${colour}"/>`);
  const key = `<text x="${frame.left + index * 90}" y="${height - 8}" fill="${colour}">● ${escaped(name)}</text>`;
  return [`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`, ...dots, key].join("");
}

function text(content: string, x: number, y: number, anchor: "end" | "middle"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#59636e">${escaped(content)}</text>`;
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
const label = (value: number): string => value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
const escaped = (content: string): string => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
