// Pictures as SVG text: the same drawing on the screen, on paper, in a file for a newspaper and, painted on a canvas, as
// PNG. Only attributes, no styles, so that the page's policy holds; always on white, so that a file looks as shown.

import { locale } from '../i18n.svelte';

/** Okabe and Ito: told apart by people who see colours differently. */
export const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
export const ink = '#22303a';
export const quiet = '#5a666e';
export const rule = '#d8d2c6';
/** Light to dark, of one hue: classes of a rate. */
export const shades = ['#dcebf5', '#a6cbe3', '#6ba6cf', '#2f7fb5', '#004b78'];
export const first_dark = 3;

export function esc(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const n = (value: number) => (Math.round(value * 10) / 10).toString();

export function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" ${more}>${esc(words)}</text>`;
}
export function rect(x: number, y: number, width: number, height: number, more: string): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(Math.max(0, width))}" height="${n(Math.max(0, height))}" ${more}/>`;
}
export function segment(x1: number, y1: number, x2: number, y2: number, more: string): string {
  return `<path d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}" fill="none" ${more}/>`;
}
export function dot(x: number, y: number, radius: number, more: string): string {
  return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" ${more}/>`;
}
export function curve(points: [number, number][], more: string): string {
  return `<path d="${points.map(([x, y], i) => `${i ? 'L' : 'M'}${n(x)} ${n(y)}`).join('')}" fill="none" ${more}/>`;
}
/** What is said when a pointer rests on it. */
export function named(title: string, body: string): string {
  return `<g><title>${esc(title)}</title>${body}</g>`;
}

export function svg(width: number, height: number, label: string, body: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" ` +
    `role="img" aria-label="${esc(label)}" font-family="system-ui,'Noto Sans','DejaVu Sans',sans-serif" font-size="13" fill="${ink}">` +
    `<rect width="100%" height="100%" fill="#fff"/>${body}</svg>`
  );
}

export function say_number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}
/** As many digits as the number is worth. */
export function say_rate(value: number): string {
  return say_number(value, value < 10 ? 1 : 0);
}

/** Round numbers from 0, at most about `count` of them. */
export function ticks(high: number, count: number): number[] {
  if (!(high > 0)) return [0];
  const rough = high / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, i) => i * step);
}
/** 1, 2, 5, 10, 20 … from `low` to `high`. */
export function log_ticks(low: number, high: number, each: number[] = [1, 2, 5]): number[] {
  const out: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10)
    for (const m of each) if (m * power >= low && m * power <= high) out.push(m * power);
  return out;
}

/** Labels in a column, moved apart so that none covers another, kept within the limits where they fit. */
export function apart<T extends { y: number }>(labels: T[], step: number, top: number, bottom: number): T[] {
  const sorted = labels.sort((a, b) => a.y - b.y);
  sorted.forEach((one, i) => {
    const above = sorted[i - 1];
    one.y = Math.max(one.y, above ? above.y + step : top);
  });
  let limit = bottom;
  for (const one of [...sorted].reverse()) {
    one.y = Math.min(one.y, limit);
    limit = one.y - step;
  }
  return sorted;
}

export function shorten(words: string, letters: number): string {
  return words.length > letters ? `${words.slice(0, Math.max(1, letters - 1)).trimEnd()}…` : words;
}

/** RFC 4180, with the mark by which spreadsheets know UTF-8; a field that a spreadsheet would compute is a text. */
export function csv(head: string[], rows: string[][]): string {
  const field = (value: string) => `"${(/^[=+\-@\t\r]/.test(value) && !/^-?[\d.,]+$/.test(value) ? "'" : '') + value.replace(/"/g, '""')}"`;
  return `\uFEFF${[head, ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

/** The picture as PNG, twice as many points a side. */
export async function png(drawn: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([drawn], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width * 2;
    canvas.height = image.height * 2;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}
