// What was claimed, beside what the register knows by name.

import { t } from '../i18n.svelte';
import { say_month } from '../when';
import { dashes } from './time';
import { apart, colours, curve, dot, ink, log_ticks, named, quiet, rule, say_number, segment, shorten, svg, text, ticks } from './svg';

export interface Claimed {
  claimant: string;
  kind: string;
  /** Years with their fraction. */
  at: number;
  as_of: string;
  value?: number;
  low?: number;
  high?: number;
  basis: string;
}
export interface FloorPoint {
  at: number;
  count: number;
}

/** The middle of what the text says: a day, a month, a year or a range of days. */
export function year_of(span: string): number {
  const one = (part: string, last: boolean) => {
    const [year = 2022, month, day] = part.split('-').map(Number);
    const m = month ?? (last ? 12 : 1);
    const d = day ?? (last ? 28 : 1);
    return year + (m - 1) / 12 + (d - 1) / 365;
  };
  const [from = span, until = from] = span.split('/');
  return (one(from, false) + one(until, true)) / 2;
}

const middle = (one: Claimed) => one.value ?? ((one.low ?? 0) + (one.high ?? 0)) / 2;

export function claims(list: Claimed[], floor: FloorPoint[], width: number): string {
  const series = new Map<string, Claimed[]>();
  for (const one of [...list].sort((a, b) => a.at - b.at)) series.set(`${one.claimant} · ${one.kind}`, [...(series.get(`${one.claimant} · ${one.kind}`) ?? []), one]);
  const names = Math.min(width * 0.42, 260);
  const left = 54;
  const right = width - names;
  const top = 14;
  const bottom = top + Math.max(260, (series.size + 2) * 17);
  const times = [...list.map((one) => one.at), ...floor.map((one) => one.at)];
  const first = Math.min(...times) - 0.04;
  const last = Math.max(...times) + 0.04;
  const all = [...list.flatMap((one) => [one.value, one.low, one.high]), ...floor.map((one) => one.count)].filter((one): one is number => one !== undefined && one > 0);
  const low = Math.min(...all) * 0.7;
  const high = Math.max(...all) * 1.4;
  const log = high / low > 50;
  const x = (at: number) => left + ((at - first) / (last - first)) * (right - left);
  const y = (value: number) => log
    ? bottom - (Math.log(Math.max(value, low) / low) / Math.log(high / low)) * (bottom - top)
    : bottom - (value / high) * (bottom - top);
  let body = '';
  for (const tick of log ? log_ticks(low, high, [1]) : ticks(high, 5)) body += segment(left, y(tick), right, y(tick), `stroke="${rule}"`) + text(left - 6, y(tick) + 4, say_number(tick), `text-anchor="end" font-size="12" fill="${quiet}"`);
  const months = Math.ceil((last - first) * 12);
  const each = Math.max(1, Math.ceil((months * 64) / (right - left)));
  for (let month = Math.ceil(first * 12); month <= last * 12; month++) {
    if (month % each) continue;
    const words = say_month(`${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`).replace(/^(\p{L}{3})\p{L}*/u, '$1');
    body += text(x(month / 12), bottom + 18, words, `text-anchor="middle" font-size="11" fill="${quiet}"`);
  }
  const labels: { words: string; colour: string; x: number; end: number; y: number }[] = [];
  let i = 0;
  for (const [name, of] of series) {
    const colour = colours[i % colours.length] ?? ink;
    const dash = dashes[Math.floor(i / colours.length) % dashes.length];
    i++;
    if (of.length > 1) body += curve(of.map((one) => [x(one.at), y(middle(one))]), `stroke="${colour}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ''}`);
    for (const one of of) {
      let mark = '';
      if (one.low !== undefined && one.high !== undefined) mark += segment(x(one.at), y(one.low), x(one.at), y(one.high), `stroke="${colour}" stroke-width="2"`);
      mark += one.basis === 'named_list' ? dot(x(one.at), y(middle(one)), 4.5, `fill="${colour}"`) : dot(x(one.at), y(middle(one)), 4, `fill="#fff" stroke="${colour}" stroke-width="2"`);
      body += named(`${name}, ${one.as_of}: ${say_claim(one)}`, mark);
    }
    const end = of.at(-1);
    if (end) labels.push({ words: `${say_claim(end)} · ${name}`, colour, x: x(end.at), end: y(middle(end)), y: y(middle(end)) });
  }
  if (floor.length) {
    const points: [number, number][] = floor.flatMap((point, at) => {
      const before = floor[at - 1];
      return before ? [[x(point.at), y(before.count)], [x(point.at), y(point.count)]] as [number, number][] : [[x(point.at), y(point.count)]] as [number, number][];
    });
    body += curve(points, `stroke="${ink}" stroke-width="3.5"`);
    const end = floor.at(-1);
    if (end) labels.push({ words: `${say_number(end.count)} · ${t('plot.claims.floor')}`, colour: ink, x: x(end.at), end: y(end.count), y: y(end.count) });
  }
  for (const label of apart(labels, 17, top, bottom)) {
    body += segment(label.x + 6, label.end, right + 8, label.y, `stroke="${label.colour}" stroke-width="0.6"`);
    body += text(right + 12, label.y + 4, shorten(label.words, Math.floor((names - 14) / 6.3)), 'font-size="11.5"');
  }
  return svg(width, bottom + 30, t('plot.claims.label', { count: list.length }), body);
}

export function say_claim(one: { value?: number | undefined; low?: number | undefined; high?: number | undefined }): string {
  if (one.value !== undefined) return say_number(one.value);
  return t('plot.interval', { low: say_number(one.low ?? 0), high: say_number(one.high ?? 0) });
}
