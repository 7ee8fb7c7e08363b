// The picture of an estimate: what each method says, beside how many are on the lists.

import { t } from '../i18n.svelte';
import { dot, ink, quiet, rule, say_number, segment, shorten, svg, text, ticks } from './svg';

export interface EstimateRow {
  name: string;
  estimate?: number;
  low?: number;
  high?: number;
}

export function say_range(one: { estimate?: number; low?: number; high?: number }): string {
  const high = one.high === undefined ? t('estimate.no_limit') : say_number(one.high);
  return t('estimate.range', { estimate: say_number(one.estimate ?? 0), low: one.low === undefined ? say_number(0) : say_number(one.low), high });
}

export function estimate_plot(rows: EstimateRow[], observed: number, width: number): string {
  // On a phone the name stands above its line.
  const narrow = width < 520;
  const step = narrow ? 48 : 34;
  const name = narrow ? 14 : Math.min(width * 0.4, 290);
  const right = width - 14;
  const top = 34;
  const bottom = top + rows.length * step;
  const most = Math.max(observed, ...rows.map((row) => row.high ?? row.estimate ?? 0)) * 1.06;
  const x = (value: number) => name + (value / most) * (right - name);
  let body = '';
  for (const tick of ticks(most, width < 480 ? 3 : 5)) body += segment(x(tick), top - 6, x(tick), bottom, `stroke="${rule}"`) + text(x(tick), bottom + 16, say_number(tick), `text-anchor="middle" font-size="11" fill="${quiet}"`);
  body += segment(x(observed), top - 6, x(observed), bottom, `stroke="${ink}" stroke-width="2" stroke-dasharray="5 4"`);
  body += text(x(observed), 20, t('plot.estimate.observed', { count: say_number(observed) }), `text-anchor="${x(observed) > (name + right) / 2 ? 'end' : 'start'}" font-size="12"`);
  rows.forEach((row, i) => {
    const y = top + i * step + (narrow ? step * 0.7 : step / 2);
    body += narrow
      ? text(8, y - 14, shorten(row.name, Math.floor((width - 16) / 7.4)), 'font-size="12"')
      : text(name - 8, y + 4, shorten(row.name, Math.floor((name - 8) / 7.4)), 'text-anchor="end" font-size="12"');
    const low = x(row.low ?? 0);
    const high = row.high === undefined ? right : x(row.high);
    body += segment(low, y, high, y, 'stroke="#0072b2" stroke-width="2.5"') + segment(low, y - 5, low, y + 5, 'stroke="#0072b2" stroke-width="2.5"');
    body += row.high === undefined ? text(right, y + 5, '→', 'text-anchor="end" fill="#0072b2"') : segment(high, y - 5, high, y + 5, 'stroke="#0072b2" stroke-width="2.5"');
    if (row.estimate !== undefined) body += dot(x(row.estimate), y, 5, 'fill="#d55e00"');
  });
  return svg(width, bottom + 26, t('plot.estimate.label'), body);
}
