// How the register grew, month by month or added up.

import { t } from '../i18n.svelte';
import { short_region } from '../regions';
import { say_month } from '../when';
import { apart, colours, curve, dot, ink, named, quiet, rule, say_number, segment, shorten, svg, text, ticks } from './svg';

export interface Line {
  name: string;
  counts: number[];
}

export function cumulated(counts: number[]): number[] {
  let sum = 0;
  return counts.map((count) => (sum += count));
}

export function line_name(region: string): string {
  return region ? short_region(region) : t('plot.growth.all');
}

export const dashes = ['', '7 4', '2 4', '10 3 2 3', '4 2', '12 4'];

export function growth(months: string[], lines: Line[], width: number): string {
  const height = Math.round(Math.max(300, Math.min(460, width * 0.62)));
  const names = Math.min(width * 0.38, 190);
  const left = 48;
  const right = width - names;
  const top = 16;
  const bottom = height - 34;
  const most = Math.max(...lines.flatMap((line) => line.counts), 4) * 1.06;
  const x = (i: number) => left + (months.length < 2 ? 0.5 : i / (months.length - 1)) * (right - left);
  const y = (value: number) => bottom - (value / most) * (bottom - top);
  let body = '';
  for (const tick of ticks(most, 5)) body += segment(left, y(tick), right, y(tick), `stroke="${rule}"`) + text(left - 6, y(tick) + 4, say_number(tick), `text-anchor="end" font-size="12" fill="${quiet}"`);
  const each = Math.max(1, Math.ceil((months.length * 74) / (right - left)));
  months.forEach((month, i) => {
    if (i % each === 0) body += text(x(i), bottom + 20, say_month(month).replace(/^(\p{L}{3})\p{L}*/u, '$1'), `text-anchor="${i === 0 ? 'start' : 'middle'}" font-size="11" fill="${quiet}"`);
  });
  lines.forEach((line, i) => {
    const colour = i === 0 ? ink : (colours[(i - 1) % colours.length] ?? ink);
    const dash = dashes[i % dashes.length];
    body += curve(line.counts.map((count, at) => [x(at), y(count)]), `stroke="${colour}" stroke-width="2.5"${dash ? ` stroke-dasharray="${dash}"` : ''}`);
    if (months.length <= 40) line.counts.forEach((count, at) => (body += named(`${line.name}, ${say_month(months[at] ?? '')}: ${say_number(count)}`, dot(x(at), y(count), 3, `fill="${colour}"`))));
  });
  const labels = lines.map((line, i) => ({ line, i, y: y(line.counts.at(-1) ?? 0) }));
  for (const { line, i, y: at } of apart(labels, 17, top, bottom)) {
    const colour = i === 0 ? ink : (colours[(i - 1) % colours.length] ?? ink);
    body += segment(right + 4, y(line.counts.at(-1) ?? 0), right + 12, at, `stroke="${colour}"`);
    body += text(right + 16, at + 4, shorten(`${say_number(line.counts.at(-1) ?? 0)} · ${line.name}`, Math.floor((names - 18) / 6.9)), 'font-size="12"');
  }
  return svg(width, height, t('plot.growth.label', { lines: lines.map((line) => line.name).join(', ') }), body);
}
