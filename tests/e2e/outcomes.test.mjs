// What went well for others: an article shows how the cases went that were handled by it, and no count under three. Two
// members, real programs; then a member does what only an adviser may, and a case is erased for everybody.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bringGuidance, makeAdviser } from '../../tools/lib/demo_guidance.mjs';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-outcomes-'));
const nodes = [];
let relay, mother, lawyer, group;

before(async () => {
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  [mother, lawyer] = ['mother', 'lawyer'].map((name) => path.join(folder, name));
  for (const home of [mother, lawyer]) {
    nodes.push(await startNode(bin, { home, relay: relay.address }));
    await call(home, 'vault.create', { passphrase: 'семь сосен над рекой' });
  }
  ({ group } = await call(mother, 'group.create', { name: 'Ждём дома', my_name: 'Саяна' }));
  await bringIn({ sponsor: mother, newcomer: lawyer, group, myName: 'Юрист' });
  await makeAdviser({ organizer: mother, adviser: lawyer, group });
});
after(async () => {
  for (const node of nodes) await stop(node.child);
  await stop(relay.child);
  rmSync(folder, { recursive: true, force: true });
});

const today = new Date().toISOString().slice(0, 10);

async function openCase(label, article, paper) {
  const { case_id } = await call(mother, 'case.create', {
    group,
    card: { label, category: 'contract', unit: 'бригада 37', region: 'RU-BU' },
    sealed: { name: `Придуманный ${label}` },
    readers: [],
  });
  await call(mother, 'case.save_paper', {
    group, case_id, article, revision: 1, paper, title: 'Рапорт', values: [],
  });
  return case_id;
}

async function enter(case_id, kind) {
  await call(mother, 'case.add_entry', {
    group, case_id, kind, when: { precision: 'day', day: today }, known_by: 'he_called', sureness: 'sure',
  });
}

test('an article says how it went, without counts under three', { timeout: 120_000 }, async () => {
  const ids = await bringGuidance({ adviser: lawyer, asker: mother, group, others: [mother] });
  let chosen, paper;
  for (const article of Object.values(ids)) {
    const { content } = await call(mother, 'guidance.article', { group, article });
    if (content.papers.length) [chosen, paper] = [article, content.papers[0].paper];
  }
  assert.ok(chosen);
  assert.deepEqual((await call(lawyer, 'guidance.article', { group, article: chosen })).outcomes, []);
  const cases = [];
  for (const label of ['Лис', 'Сокол', 'Рысь', 'Бобр']) cases.push(await openCase(label, chosen, paper));
  for (const id of cases.slice(0, 3)) await enter(id, 'home');
  await enter(cases[3], 'held');
  const outcomes = await until('the outcomes at the other member', async () => {
    const list = (await call(lawyer, 'guidance.article', { group, article: chosen })).outcomes;
    return list.find((one) => one.state === 'home' && one.count === 3) && list;
  });
  assert.equal(outcomes.find((one) => one.state === 'held')?.count, undefined);
  for (const one of outcomes) assert.ok(one.count === undefined || one.count >= 3, JSON.stringify(one));
});

test('what only an adviser may do is refused to a member', { timeout: 60_000 }, async () => {
  const { articles } = await call(mother, 'guidance.list', { group });
  const { content } = await call(mother, 'guidance.article', { group, article: articles[0].article });
  await assert.rejects(
    call(mother, 'guidance.publish', { group, content, valid_from: today, check_by: today, law_date: today }),
    { code: 'advisers_only' },
  );
  assert.equal((await call(mother, 'guidance.list', { group })).total, articles.length);
});

test('what is sealed to others is not there, and an erased case is gone for all', { timeout: 60_000 }, async () => {
  const mine = (await call(mother, 'case.list', { group })).cases.find((one) => one.label === 'Лис');
  assert.equal((await call(mother, 'case.view', { group, case_id: mine.case_id })).sealed.name, 'Придуманный Лис');
  const theirs = await call(lawyer, 'case.view', { group, case_id: mine.case_id });
  assert.equal(theirs.sealed, undefined);
  assert.equal(JSON.stringify(theirs).includes('Придуманный'), false);
  await assert.rejects(call(lawyer, 'case.erase', { group, case_id: mine.case_id, word: 'Лис' }), { code: 'not_allowed' });
  await call(mother, 'case.erase', { group, case_id: mine.case_id, word: 'Лис' });
  await until('the case to be gone at the other member', async () =>
    (await call(lawyer, 'case.list', { group })).cases.every((one) => one.case_id !== mine.case_id));
  const { rows } = await call(lawyer, 'tally.view', { group, by: 'unit' });
  const home = rows.find((row) => row.key === 'бригада 37').cells.find((cell) => cell.state === 'home');
  assert.deepEqual([home.at_least, home.at_most], [2, 2]);
});
