// A porch with real programs and real pages, in Russian and in English: it is opened, a newcomer waits in it, she is asked
// further in so that nobody else in the porch sees it, those inside see where she comes from, and she leaves the porch.
// Screenshots go to artefacts/e2e/porch; every screen passes axe-core.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bringGuidance, makeAdviser } from '../../tools/lib/demo_guidance.mjs';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const require = createRequire(path.resolve('web/package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const shots = path.resolve('artefacts/e2e/porch');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-porch-'));

const women = [
  { name: 'Аюна', language: 'ru', size: { width: 360, height: 780 } },   // organizer, in both
  { name: 'Vera', language: 'en', size: { width: 1280, height: 800 } },  // inside only
  { name: 'Сэсэг', language: 'ru', size: { width: 360, height: 780 } },  // the newcomer
  { name: 'Номин', language: 'en', size: { width: 390, height: 780 } },  // waits in the porch, too
];
const [organizer, inside, newcomer, other] = women;
let browser, relay, inner, porch;

const ask = (woman, name, args = {}) => call(woman.home, name, args);
const at = (woman, name) => woman.page.locator(`[data-test="${name}"]`).filter({ visible: true }).first();

async function open(woman, i) {
  woman.home = path.join(folder, `node${i}`);
  woman.node = await startNode(bin, { home: woman.home, relay: relay.address });
  await ask(woman, 'vault.create', { passphrase: 'сосна левый утюг дождь кафель' });
  await ask(woman, 'app.set_language', { language: woman.language });
  woman.context = await browser.newContext({ viewport: woman.size, locale: woman.language });
  woman.page = await woman.context.newPage();
  woman.problems = [];
  woman.page.on('pageerror', (error) => woman.problems.push(String(error)));
  await woman.page.goto(woman.node.address);
  await at(woman, 'today').waitFor({ timeout: 30_000 });
}

async function look(woman, name, language = woman.language) {
  await woman.page.screenshot({ path: path.join(shots, `${name}-${language}.png`), fullPage: true });
  await woman.page.evaluate(axe);
  const found = await woman.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name} ${language}`);
}

// To Today, and from there to the people of a group.
async function today(woman) {
  await woman.page.reload();
  await at(woman, 'today').waitFor({ timeout: 30_000 });
}
async function people(woman, group) {
  await today(woman);
  await woman.page.locator(`[data-test="group"][data-group="${group}"]`).first().click();
  await at(woman, 'place-people').click();
  await woman.page.locator('[data-test="place"][data-place="people"]').waitFor();
}
async function porch_of(woman, group) {
  await people(woman, group);
  await at(woman, 'porch').click();
  await at(woman, 'porch-detail').waitFor();
}
// The same screen in both languages; she ends with her own.
async function both(woman, name, reach) {
  for (const language of [woman.language === 'ru' ? 'en' : 'ru', woman.language]) {
    await ask(woman, 'app.set_language', { language });
    await reach();
    await look(woman, name, language);
  }
}

before(async () => {
  mkdirSync(shots, { recursive: true });
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  for (const [i, woman] of women.entries()) await open(woman, i);
  ({ group: inner } = await ask(organizer, 'group.create', { name: 'Ждём дома', my_name: organizer.name }));
  await bringIn({ sponsor: organizer.home, newcomer: inside.home, group: inner, myName: inside.name });
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  for (const woman of women) if (woman.node) await stop(woman.node.child);
  if (relay) await stop(relay.child);
  rmSync(folder, { recursive: true, force: true });
});

test('an organizer opens a porch, for fourteen days', { timeout: 180_000 }, async () => {
  await both(organizer, '01-no-porch', () => porch_of(organizer, inner));
  await at(organizer, 'porch-open').click();
  await at(organizer, 'porch-name').fill('Помощь соседкам');
  await at(organizer, 'porch-my-name').fill('Тётя Оля');
  await look(organizer, '02-opening');
  await at(organizer, 'porch-open-do').click();
  await at(organizer, 'porch-go').waitFor({ timeout: 20_000 });
  const status = await ask(organizer, 'porch.status', { group: inner });
  porch = status.porch;
  assert.equal(status.days, 14);
  await until('the others to know it', async () => (await ask(inside, 'porch.status', { group: inner })).has_porch);
  assert.equal((await ask(inside, 'porch.status', { group: inner })).porch, undefined, 'who is not in it is not told where it is');
  await both(organizer, '03-porch', () => porch_of(organizer, inner));
  await both(inside, '04-porch-from-inside', () => porch_of(inside, inner));
});

test('a newcomer waits there: talk and guidance, no cases', { timeout: 240_000 }, async () => {
  await bringIn({ sponsor: organizer.home, newcomer: newcomer.home, group: porch, myName: newcomer.name });
  await bringIn({ sponsor: organizer.home, newcomer: other.home, group: porch, myName: other.name, confirmers: [newcomer.home] });
  await both(newcomer, '05-newcomer', () => people(newcomer, porch));
  await at(newcomer, 'porch-until').waitFor();
  assert.equal(await at(newcomer, 'place-cases').count(), 0);
  assert.equal(await at(newcomer, 'place-counts').count(), 0);
  assert.equal(await at(newcomer, 'place-guidance').count(), 1);
  await assert.rejects(ask(newcomer, 'case.create', { group: porch, card: { label: 'Лис', category: 'contract', unit: 'бригада 37', region: 'RU-BU' }, sealed: { name: 'Придуманный Лис' }, readers: [] }), { code: 'not_in_porch' });
  const members = (await ask(newcomer, 'group.members', { group: porch })).members.map((one) => one.name);
  assert.deepEqual(members.sort(), ['Номин', 'Сэсэг', 'Тётя Оля'], 'nobody from further in is listed');
  await ask(newcomer, 'talk.post', { group: porch, text: 'Здравствуйте' });
  await until('talk', async () => (await ask(organizer, 'talk.list', { group: porch })).messages.some((one) => one.text === 'Здравствуйте'));
});

test('before the time is over nobody is asked further in', { timeout: 120_000 }, async () => {
  await both(organizer, '06-stays-early', async () => {
    await porch_of(organizer, porch);
    await organizer.page.locator('[data-test="stay"]').nth(2).waitFor();
  });
  assert.equal(await at(organizer, 'stay-bring').count(), 0);
  const member = (await ask(organizer, 'porch.list', { group: porch })).stays.find((one) => one.name === newcomer.name).member;
  await assert.rejects(ask(organizer, 'porch.bring_in', { group: porch, member }), { code: 'porch_early' });
  await porch_of(organizer, inner);
  await at(organizer, 'porch-days-change').click();
  await at(organizer, 'porch-days-field').fill('0');
  await at(organizer, 'porch-days-save').click();
  await until('the time', async () => (await ask(organizer, 'porch.status', { group: inner })).days === 0);
});

test('she is asked further in, and nobody else sees it', { timeout: 180_000 }, async () => {
  await both(organizer, '07-today-ready', () => today(organizer));
  await organizer.page.locator('[data-test="today-item"][data-kind="porch_ready"]', { hasText: newcomer.name }).locator('[data-test="today-open"]').click();
  const stay = organizer.page.locator('[data-test="stay"]', { hasText: newcomer.name });
  await stay.locator('[data-test="stay-bring"]').click();
  await at(organizer, 'porch-words').fill('Пора к нам');
  await look(organizer, '08-bring');
  await at(organizer, 'stay-bring-do').click();
  await stay.locator('[data-test="stay-asked"]').waitFor();
  await until('her note', async () => (await ask(newcomer, 'porch.status', { group: porch })).notes.length === 1);
  assert.deepEqual((await ask(other, 'porch.status', { group: porch })).notes, []);
  await both(newcomer, '09-today-asked', () => today(newcomer));
  await newcomer.page.locator('[data-test="today-item"][data-kind="porch_asked"] [data-test="today-open"]').click();
  await both(newcomer, '10-note', () => people(newcomer, porch));
  await at(newcomer, 'porch-enter').click();
  await at(newcomer, 'porch-enter-name').fill('Даши');
  await look(newcomer, '11-enter');
  await at(newcomer, 'porch-enter-do').click();
  await at(newcomer, 'waiting-screen').waitFor();
  await look(newcomer, '12-waiting');
});

test('those inside see where she comes from', { timeout: 180_000 }, async () => {
  await until('the request', async () => (await ask(organizer, 'group.requests', { group: inner })).requests.length === 1);
  await both(organizer, '13-request', async () => {
    await people(organizer, inner);
    await at(organizer, 'request').click();
    await organizer.page.locator('[data-test="origin"][data-check="good"]').waitFor();
  });
  await at(organizer, 'request-propose').click();
  await until('it at the others', async () => (await ask(inside, 'group.requests', { group: inner })).requests.some((one) => one.can_confirm));
  await both(inside, '14-request-unseen', async () => {
    await people(inside, inner);
    await at(inside, 'request').click();
    await inside.page.locator('[data-test="origin"][data-check="unseen"]').waitFor();
  });
  await at(inside, 'request-confirm').click();
  await until('her to be in', async () => (await ask(newcomer, 'group.list')).groups.some((one) => one.group === inner), 40_000);
  const mine = (await ask(newcomer, 'group.members', { group: inner })).members.find((one) => one.me);
  const there = (await ask(newcomer, 'group.members', { group: porch })).members.find((one) => one.me);
  assert.notEqual(mine.member, there.member);
  assert.equal(mine.name, 'Даши');
});

test('then she may leave the porch, and it is seen until when she could read', { timeout: 120_000 }, async () => {
  await both(newcomer, '15-today-done', () => today(newcomer));
  await newcomer.page.locator('[data-test="today-item"][data-kind="porch_done"] [data-test="today-open"]').click();
  await at(newcomer, 'porch-leave').waitFor();
  await look(newcomer, '16-leave-or-stay');
  await ask(newcomer, 'group.leave', { group: porch });
  await until('her to be gone', async () => (await ask(organizer, 'group.departed', { group: porch })).departed.length === 1, 40_000);
  const gone = (await ask(organizer, 'group.departed', { group: porch })).departed[0];
  assert.equal(gone.name, newcomer.name);
  assert.ok(Math.abs(gone.noticed_at - Date.now()) < 120_000);
  assert.equal(gone.last.author_name, newcomer.name);
  await both(organizer, '17-departed', async () => {
    await people(organizer, porch);
    await organizer.page.locator('[data-test="departed"] summary').click();
    await at(organizer, 'departed-one').waitFor();
  });
});

test('a member from inside enters the porch under another name', { timeout: 180_000 }, async () => {
  await porch_of(organizer, inner);
  const member = (await ask(organizer, 'group.members', { group: inner })).members.find((one) => one.name === inside.name).member;
  await at(organizer, 'porch-help').selectOption(member);
  await at(organizer, 'porch-help-do').click();
  await until('her note', async () => (await ask(inside, 'porch.status', { group: inner })).notes.length === 1);
  await both(inside, '18-asked-into-porch', () => people(inside, inner));
  await at(inside, 'porch-enter').click();
  await at(inside, 'porch-enter-name').fill('A neighbour');
  await at(inside, 'porch-enter-do').click();
  const request = await until('the request', async () => (await ask(organizer, 'group.requests', { group: porch })).requests[0]);
  await ask(organizer, 'group.propose', { group: porch, request: request.request });
  await until('a voucher', async () => (await ask(other, 'group.requests', { group: porch })).requests.some((one) => one.can_confirm));
  await ask(other, 'group.confirm', { group: porch, request: request.request });
  await until('her to be in both', async () => (await ask(inside, 'porch.status', { group: inner })).porch === porch, 40_000);
  const names = (await ask(other, 'group.members', { group: porch })).members.map((one) => one.name);
  assert.ok(names.includes('A neighbour') && !names.includes(inside.name));
});

test('guidance is carried from further in by an adviser of both', { timeout: 180_000 }, async () => {
  await makeAdviser({ organizer: organizer.home, adviser: inside.home, group: inner });
  const ids = await bringGuidance({ adviser: inside.home, asker: organizer.home, group: inner, others: [organizer.home] });
  await assert.rejects(ask(organizer, 'porch.copy_guidance', { group: inner }), { code: 'advisers_only' });
  await makeAdviser({ organizer: organizer.home, adviser: inside.home, group: porch });
  const { taken } = await ask(inside, 'porch.copy_guidance', { group: inner });
  const standing = (await ask(inside, 'guidance.list', { group: inner })).articles.map((one) => one.title).sort();
  assert.equal(taken, standing.length);
  assert.ok(standing.length > 0 && standing.length < Object.keys(ids).length, 'some were withdrawn');
  await until('the articles in the porch', async () => {
    const there = (await ask(other, 'guidance.list', { group: porch })).articles.map((one) => one.title).sort();
    return JSON.stringify(there) === JSON.stringify(standing);
  }, 40_000);
  assert.equal((await ask(inside, 'porch.copy_guidance', { group: inner })).taken, 0);
  assert.equal((await ask(other, 'question.list', { group: porch })).questions.length, 0, 'questions stay where they were asked');
});

test('the porch is closed: it leads nowhere any more', { timeout: 120_000 }, async () => {
  await porch_of(organizer, inner);
  await at(organizer, 'porch-close').click();
  await look(organizer, '19-close');
  await at(organizer, 'porch-close-do').click();
  await until('the rules', async () => !(await ask(inside, 'porch.status', { group: inner })).has_porch);
  const member = (await ask(organizer, 'group.members', { group: porch })).members.find((one) => one.name === other.name).member;
  await assert.rejects(ask(organizer, 'porch.bring_in', { group: porch, member }), { code: 'no_porch' });
  for (const woman of women) assert.deepEqual(woman.problems, []);
});
