// The demo's loss register: published counts without names, and what others claimed at the time, from
// tools/demo_data/losses. No name is in it.
import { readFileSync } from 'node:fs';
import { call, until } from './processes.mjs';

const file = (name) => readFileSync(new URL(`../demo_data/losses/${name}`, import.meta.url), 'utf8');

/** Brings both files in by a home whose person verifies; `others` must have it all before this is done. */
export async function bringLosses({ by, group, others = [] }) {
  const counts = await call(by, 'losses.import', {
    group, text: file('region_month_2022.csv'), publisher: 'Bessudnov, ruCasualtiesPublic (crowdsourced)',
    link: 'https://github.com/abessudnov/ruCasualtiesPublic', date: '2022-07-31',
  });
  const claims = await call(by, 'losses.import', { group, text: file('claims.csv') });
  for (const made of [counts, claims])
    if (made.problem) throw new Error(`the sample does not read: line ${made.problem.line}, ${made.problem.expected}`);
  for (const home of [by, ...others]) {
    await until('everybody to have the register', async () => {
      const { lists } = await call(home, 'losses.lists', { group });
      return lists.length === 1 && !lists[0].queued && (await call(home, 'losses.claims', { group })).claims.length === claims.rows;
    });
  }
}
