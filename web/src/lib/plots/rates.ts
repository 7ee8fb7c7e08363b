// Pictures of rates: the map (true shapes or a square each), the funnel, the ranking. Few deaths never look like much
// knowledge: what is uncertain is hatched, intervals are drawn wherever a rate is.

import { geoConicEqualArea, geoPath } from 'd3-geo';
import type { FeatureCollection } from 'geojson';
import type { Result } from '../call';
import { t } from '../i18n.svelte';
import { region_name, short_region } from '../regions';
import tiles from '../../geo/tiles.json';
import { apart, curve, dot, first_dark, ink, log_ticks, named, quiet, rect, rule, say_number, say_rate, segment, shades, shorten, svg, text, ticks } from './svg';

export type RateTable = Result<'losses.rates'>;
export type RegionRate = RateTable['regions'][number];

/** So few that the interval is wider than the rate. */
export function is_uncertain(one: RegionRate): boolean {
  return one.high - one.low > one.rate;
}

export function say_interval(one: { low: number; high: number }): string {
  return t('plot.interval', { low: say_rate(one.low), high: say_rate(one.high) });
}

export function say_region_rate(one: RegionRate): string {
  return t('plot.map.region', { region: region_name(one.region), rate: say_rate(one.rate), interval: say_interval(one), deaths: one.deaths });
}

/** Upper limits of five classes with about as many regions with deaths in each. */
function classes(table: RateTable): number[] {
  const sorted = table.regions.filter((one) => one.deaths > 0).map((one) => one.rate).sort((a, b) => a - b);
  return shades.map((_, i) => sorted[Math.min(sorted.length - 1, Math.floor(((i + 1) * sorted.length) / shades.length))] ?? 0);
}
function shade_of(limits: number[], rate: number): number {
  const found = limits.findIndex((limit) => rate <= limit);
  return found < 0 ? shades.length - 1 : found;
}

const hatch =
  '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<rect width="2" height="6" fill="#fff" fill-opacity="0.75"/></pattern></defs>';

function legend(table: RateTable, limits: number[], width: number, top: number): { body: string; height: number } {
  let x = 8;
  let y = top + 16;
  let body = text(8, y, t('plot.map.legend', { per: t(`figures.per.${table.per}`) }), `fill="${quiet}"`);
  y += 24;
  const put = (box: string, words: string, letters: number) => {
    if (x + 26 + letters * 7.2 > width && x > 8) {
      x = 8;
      y += 24;
    }
    body += `<g transform="translate(${x} ${y - 12})">${box}</g>` + text(x + 24, y, words);
    x += 42 + letters * 7.2;
  };
  let from = 0;
  shades.forEach((shade, i) => {
    const limit = limits[i] ?? 0;
    // Classes that would read alike are one.
    if (!limit || say_rate(limit) === say_rate(from)) return;
    const words = t('plot.interval', { low: say_rate(from), high: say_rate(limit) });
    put(rect(0, 0, 16, 16, `fill="${shade}" stroke="${quiet}"`), words, words.length);
    from = limit;
  });
  const rows: [string, string][] = [
    [rect(0, 0, 16, 16, `fill="${shades[3]}"`) + rect(0, 0, 16, 16, `fill="url(#hatch)" stroke="${quiet}"`), t('plot.map.uncertain')],
    [rect(0, 0, 16, 16, `fill="#fff" stroke="${quiet}"`), t('plot.map.none')],
  ];
  for (const [box, words] of rows) {
    x = 8;
    y += 24;
    put(box, shorten(words, Math.floor((width - 36) / 7.6)), words.length);
  }
  return { body, height: y + 12 - top };
}

function paint(one: RegionRate | undefined, limits: number[], shape: (more: string) => string): string {
  if (!one || one.deaths === 0) return shape(`fill="#fff" stroke="${quiet}" stroke-width="0.5"`);
  const body = shape(`fill="${shades[shade_of(limits, one.rate)]}" stroke="#fff" stroke-width="0.5"`);
  return body + (is_uncertain(one) ? shape('fill="url(#hatch)"') : '');
}

export function tile_map(table: RateTable, width: number): string {
  const rows = Math.max(...Object.values(tiles).map(([row]) => row ?? 0));
  const columns = Math.max(...Object.values(tiles).map(([, column]) => column ?? 0));
  const side = Math.floor((width - 8) / columns);
  const limits = classes(table);
  let body = hatch;
  for (const [region, [row = 1, column = 1]] of Object.entries(tiles)) {
    const one = table.regions.find((found) => found.region === region);
    const x = 4 + (column - 1) * side;
    const y = 4 + (row - 1) * side;
    const dark = !!one && one.deaths > 0 && shade_of(limits, one.rate) >= first_dark && !is_uncertain(one);
    body += named(
      one ? say_region_rate(one) : region_name(region),
      paint(one, limits, (more) => rect(x + 0.5, y + 0.5, side - 1, side - 1, more)) +
        (side >= 26 ? text(x + side / 2, y + side / 2 + 4, region.slice(3), `text-anchor="middle" font-size="${side >= 34 ? 11 : 9}" fill="${dark ? '#fff' : ink}"`) : ''),
    );
  }
  const below = legend(table, limits, width, 8 + rows * side);
  return svg(width, 8 + rows * side + below.height, t('plot.map.label'), body + below.body);
}

export function shape_map(table: RateTable, width: number, shapes: FeatureCollection): string {
  const limits = classes(table);
  const projection = geoConicEqualArea().rotate([-100, 0]).center([0, 60]).parallels([50, 70]).fitWidth(width - 8, shapes);
  const path = geoPath(projection).digits(1);
  const [[left, top], [, bottom]] = path.bounds(shapes);
  projection.translate([(projection.translate()[0] ?? 0) - left + 4, (projection.translate()[1] ?? 0) - top + 4]);
  const height = bottom - top + 8;
  let body = hatch;
  for (const shape of shapes.features) {
    const one = table.regions.find((found) => found.region === shape.id);
    const drawn = path(shape) ?? '';
    body += named(one ? say_region_rate(one) : region_name(String(shape.id)), paint(one, limits, (more) => `<path d="${drawn}" ${more}/>`));
  }
  const below = legend(table, limits, width, height);
  return svg(width, height + below.height, t('plot.map.label'), body + below.body);
}

export function funnel(table: RateTable, width: number): string {
  const height = Math.round(Math.max(320, Math.min(520, width * 0.7)));
  const left = 44;
  const right = width - 12;
  const top = 26;
  const bottom = height - 46;
  const people = table.regions.map((one) => one.people);
  const low = Math.min(...people) * 0.9;
  const high = Math.max(...people) * 1.1;
  const most = Math.max(...table.regions.map((one) => one.rate), table.overall * 2, 1e-9) * 1.08;
  const x = (value: number) => left + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (right - left);
  const y = (value: number) => bottom - (Math.min(value, most) / most) * (bottom - top);
  let body = text(8, 16, t('plot.funnel.axis_y', { per: t(`figures.per.${table.per}`) }), `fill="${quiet}"`);
  for (const tick of ticks(most, 5)) {
    body += segment(left, y(tick), right, y(tick), `stroke="${rule}"`) + text(left - 6, y(tick) + 4, say_number(tick), `text-anchor="end" fill="${quiet}"`);
  }
  const across = log_ticks(low, high, width < 480 ? [1] : [1, 3]);
  for (const tick of across) body += text(x(tick), bottom + 18, say_number(tick), `text-anchor="${x(tick) > right - 36 ? 'end' : 'middle'}" font-size="11" fill="${quiet}"`);
  body += text(right, bottom + 36, t(`plot.funnel.axis_x.${table.per}`), `text-anchor="end" fill="${quiet}"`);
  const limits: ['low_95' | 'high_95' | 'low_998' | 'high_998', string][] = [['low_95', '5 4'], ['high_95', '5 4'], ['low_998', ''], ['high_998', '']];
  for (const [key, dash] of limits)
    body += curve(table.funnel.map((point) => [x(point.people), y(point[key])]), `stroke="${quiet}" stroke-width="1.2"${dash ? ` stroke-dasharray="${dash}"` : ''}`);
  body += segment(left, y(table.overall), right, y(table.overall), `stroke="${ink}" stroke-width="1.5"`);
  body += text(right, y(table.overall) - 5, t('plot.funnel.overall', { rate: say_rate(table.overall) }), `text-anchor="end" font-size="11"`);
  const far = (one: RegionRate) => one.funnel === 'very_high' || one.funnel === 'very_low';
  for (const one of table.regions) {
    const colour = one.funnel === 'very_high' ? '#d55e00' : one.funnel === 'very_low' ? '#0072b2' : ink;
    body += named(say_region_rate(one), dot(x(one.people), y(one.rate), far(one) ? 4.5 : 3, `fill="${colour}" fill-opacity="${far(one) ? 1 : 0.55}"`));
  }
  const labels = table.regions.filter((one) => one.funnel === 'very_high').slice(0, width < 480 ? 5 : 9)
    .map((one) => ({ one, at: y(one.rate), y: y(one.rate) }));
  for (const { one, y: at } of apart(labels, 15, top, bottom)) {
    const room = x(one.people) > (left + right) / 2;
    body += text(x(one.people) + (room ? -8 : 8), at + 4, shorten(short_region(one.region), 24), `font-size="11" text-anchor="${room ? 'end' : 'start'}" stroke="#fff" stroke-width="3" paint-order="stroke"`);
  }
  return svg(width, height, t('plot.funnel.label'), body);
}

export function ranking(table: RateTable, width: number, count: number): string {
  const step = 24;
  const name = Math.min(width * 0.42, 230);
  const right = width - 12;
  const shown = table.regions.slice(0, count);
  const most = Math.max(...shown.map((one) => one.high), 1e-9);
  const x = (value: number) => name + (value / most) * (right - name);
  const top = 30;
  const bottom = top + shown.length * step;
  let body = text(8, 16, t('plot.ranking.axis', { per: t(`figures.per.${table.per}`) }), `fill="${quiet}"`);
  for (const tick of ticks(most, width < 480 ? 3 : 6)) {
    body += segment(x(tick), top - 4, x(tick), bottom, `stroke="${rule}"`) + text(x(tick), bottom + 16, say_number(tick), `text-anchor="middle" font-size="11" fill="${quiet}"`);
  }
  shown.forEach((one, i) => {
    const y = top + i * step + step / 2;
    const colour = is_uncertain(one) ? quiet : '#0072b2';
    body += named(
      say_region_rate(one),
      text(name - 8, y + 4, shorten(short_region(one.region), Math.floor((name - 8) / 7.2)), 'text-anchor="end" font-size="12"') +
        segment(x(one.low), y, x(one.high), y, `stroke="${colour}" stroke-width="2"`) +
        [one.low, one.high].map((end) => segment(x(end), y - 4, x(end), y + 4, `stroke="${colour}" stroke-width="2"`)).join('') +
        dot(x(one.rate), y, 4.5, is_uncertain(one) ? `fill="#fff" stroke="${colour}" stroke-width="2"` : `fill="${colour}"`),
    );
  });
  return svg(width, bottom + 26, t('plot.ranking.label'), body);
}
