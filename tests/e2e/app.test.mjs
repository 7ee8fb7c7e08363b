// Three women on three nodes, each with her own page in a real browser, one relay, four processes: first start, a group,
// two invites, talk, the network cut and healed, kill -9 of everything, lock and unlock, removal. In Russian and English.
// Screenshots go to artefacts/e2e; every screen passes axe-core.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const require = createRequire(path.resolve('web/package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const shots = path.resolve('artefacts/e2e');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-e2e-'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** A TCP line to the relay that can be cut and healed. */
function makeLine(target) {
  const sockets = new Set();
  let cut = false;
  const server = net.createServer((from) => {
    if (cut) return from.destroy();
    const to = net.connect(target());
    for (const [a, b] of [[from, to], [to, from]]) {
      sockets.add(a);
      a.on('error', () => b.destroy());
      a.on('close', () => (sockets.delete(a), b.destroy()));
      a.pipe(b);
    }
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({
    url: `http://127.0.0.1:${server.address().port}`,
    cut: () => { cut = true; for (const socket of sockets) socket.destroy(); },
    heal: () => { cut = false; },
    close: () => { for (const socket of sockets) socket.destroy(); server.close(); },
  })));
}

const women = [
  { name: 'Аюна', language: 'ru', passphrase: 'сосна левый утюг дождь кафель', size: { width: 390, height: 780 } },
  { name: 'Баирма', language: 'ru', passphrase: 'тёплый камень осенью у реки', size: { width: 360, height: 740 } },
  { name: 'Vera', language: 'en', passphrase: 'seven lamps under a wet umbrella', size: { width: 1280, height: 800 } },
];
let browser, relay, line, relayPort;

before(async () => {
  mkdirSync(shots, { recursive: true });
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  relayPort = Number(new URL(relay.address).port);
  line = await makeLine(() => ({ host: '127.0.0.1', port: relayPort }));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
  for (const [i, woman] of women.entries()) {
    woman.home = path.join(folder, `node${i}`);
    woman.node = await startNode(bin, { home: woman.home, relay: line.url });
    woman.context = await browser.newContext({ viewport: woman.size, locale: woman.language });
    woman.page = await woman.context.newPage();
    woman.problems = [];
    woman.page.on('pageerror', (error) => woman.problems.push(String(error)));
    woman.page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) woman.problems.push(message.text());
    });
    await woman.page.goto(woman.node.address);
  }
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  for (const woman of women) if (woman.node) await stop(woman.node.child);
  if (relay) await stop(relay.child);
  line?.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (woman, name) => woman.page.locator(`[data-test="${name}"]`);
let shot = 0;
async function look(woman, name) {
  await woman.page.screenshot({ path: path.join(shots, `${String(++shot).padStart(2, '0')}-${name}-${woman.language}.png`) });
  await woman.page.evaluate(axe);
  const found = await woman.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name}`);
}

async function firstStart(woman) {
  await at(woman, `choose-${woman.language}`).click();
  await look(woman, 'promise');
  await at(woman, 'promise-next').click();
  await at(woman, 'passphrase').fill(woman.passphrase);
  await at(woman, 'passphrase-again').fill(woman.passphrase);
  await woman.page.locator('[data-test="strength"][data-enough="true"]').waitFor();
  await look(woman, 'passphrase');
  await at(woman, 'passphrase-save').click();
  await at(woman, 'today').waitFor({ timeout: 20_000 });
  await look(woman, 'today-empty');
}

async function unlock(woman, passphrase) {
  await at(woman, 'unlock-passphrase').fill(passphrase);
  await at(woman, 'unlock').click();
}

async function openGroup(woman) {
  if (await at(woman, 'group-screen').count()) return;
  await at(woman, 'group').first().click();
  await at(woman, 'group-screen').waitFor();
}
const goTo = async (woman, place) => (await openGroup(woman), at(woman, `place-${place}`).click());

async function say(woman, text) {
  await goTo(woman, 'talk');
  await at(woman, 'composer').fill(text);
  await at(woman, 'send').click();
  await woman.page.locator('[data-test="message"]', { hasText: text }).waitFor();
}
const hears = (woman, text) => woman.page.locator('[data-test="message"]', { hasText: text }).waitFor({ timeout: 20_000 });
const words = (woman) => woman.page.locator('[data-test="words"] li').allTextContents();

/** Sponsor invites on her page, newcomer joins on hers, both compare four words, the sponsor proposes. */
async function askToJoin(sponsor, newcomer) {
  await goTo(sponsor, 'people');
  await at(sponsor, 'invite').click();
  await at(sponsor, 'invite-make').click();
  const link = await at(sponsor, 'invite-link').inputValue();
  await at(sponsor, 'invite-code').waitFor();
  await look(sponsor, 'invite');
  await at(newcomer, 'have-invite').click();
  await at(newcomer, 'join-link').fill(link);
  await at(newcomer, 'join-name').fill(newcomer.name);
  await at(newcomer, 'join-greeting').fill('Это я, мы говорили утром.');
  await look(newcomer, 'join');
  await at(newcomer, 'join-send').click();
  await at(newcomer, 'waiting-screen').waitFor();
  await at(newcomer, 'words').waitFor();
  await look(newcomer, 'waiting');
  await goTo(sponsor, 'people');
  await sponsor.page.locator('[data-test="request"]').first().click();
  await at(sponsor, 'request-detail').waitFor();
  await look(sponsor, 'request');
  const hers = (await words(newcomer)).join();
  if ((await words(sponsor)).join() !== hers) await at(sponsor, 'words-other').click();   // the other language
  assert.equal((await words(sponsor)).join(), hers, 'the four words are the same on both pages');
  await at(sponsor, 'request-propose').click();
}

async function isIn(newcomer) {
  await at(newcomer, 'join-open').waitFor({ timeout: 30_000 });
  await look(newcomer, 'joined');
  await at(newcomer, 'join-open').click();
  await at(newcomer, 'group-screen').waitFor();
}

test('first start in two languages', { timeout: 90_000 }, async () => {
  await look(women[0], 'language');
  for (const woman of women) await firstStart(woman);
});

test('a group, two invites, a second member vouches', { timeout: 120_000 }, async () => {
  const [a, b, c] = women;
  await at(a, 'start-group').click();
  await at(a, 'group-name').fill('Ждём дома');
  await at(a, 'my-name').fill(a.name);
  await look(a, 'start-group');
  await at(a, 'group-create').click();
  await at(a, 'group-screen').waitFor();
  await look(a, 'talk-empty');
  await askToJoin(a, b);
  await isIn(b);
  await askToJoin(a, c);
  await goTo(b, 'people');
  await b.page.locator('[data-test="request"]').first().click();
  await look(b, 'confirm');
  await at(b, 'request-confirm').click();
  await isIn(c);
  for (const woman of women) {
    await goTo(woman, 'people');
    await until('three members', async () => (await at(woman, 'member').count()) === 3);
  }
  await look(c, 'people');
});

test('talk in every direction, at once', { timeout: 60_000 }, async () => {
  const [a, b, c] = women;
  for (const woman of women) await goTo(woman, 'talk');
  await say(a, 'Вчера звонил на минуту: жив, на «учениях».');
  for (const woman of [b, c]) await hears(woman, 'жив, на «учениях»');
  await say(c, 'A refusal is written, in two copies.');
  for (const woman of [a, b]) await hears(woman, 'in two copies');
  await a.page.locator('[data-test="message"][data-mine="true"][data-state="taken_in"]').waitFor();
  for (const woman of women) await look(woman, 'talk');
});

test('search finds word forms', { timeout: 30_000 }, async () => {
  const b = women[1];
  await goTo(b, 'talk');
  await at(b, 'search-open').click();
  await b.page.locator('#search').fill('учения');
  await at(b, 'search-result').first().waitFor();
  await look(b, 'search');
  await at(b, 'search-close').click();
});

test('without network she goes on writing; it goes out once, in order', { timeout: 90_000 }, async () => {
  const [a, , c] = women;
  line.cut();
  await until('the page to say so', async () => /offline|connecting/.test(await at(a, 'connection').getAttribute('data-state')));
  await say(a, 'Пишу без связи: первое.');
  await say(a, 'Пишу без связи: второе.');
  await say(c, 'No network here either.');
  await a.page.locator('[data-test="message"][data-state="queued"]').nth(1).waitFor();
  await look(a, 'no-network');
  line.heal();
  for (const woman of women) {
    for (const text of ['без связи: первое', 'без связи: второе', 'No network here']) await hears(woman, text);
  }
  const texts = await women[1].page.locator('[data-test="message-text"]').allTextContents();
  assert.deepEqual(texts.filter((t) => t.startsWith('Пишу без связи')), ['Пишу без связи: первое.', 'Пишу без связи: второе.']);
});

test('kill -9 of all four; everything is there again', { timeout: 120_000 }, async () => {
  const [a] = women;
  await say(a, 'Последнее перед обрывом.');
  for (const woman of women) await stop(woman.node.child, 'SIGKILL');
  await stop(relay.child, 'SIGKILL');
  relay = await startRelay(bin, { data: path.join(folder, 'relay'), listen: `127.0.0.1:${relayPort}` });
  for (const woman of women) {
    woman.node = await startNode(bin, { home: woman.home, relay: line.url });
    await woman.page.goto(woman.node.address);
    await at(woman, 'unlock-screen').waitFor();
  }
  await unlock(a, 'не та фраза');
  await at(a, 'problem').waitFor({ timeout: 20_000 });
  assert.equal(await at(a, 'problem').getAttribute('data-code'), 'wrong_passphrase');
  await look(a, 'wrong-passphrase');
  for (const woman of women) {
    await unlock(woman, woman.passphrase);
    await at(woman, 'today').waitFor({ timeout: 20_000 });
    await goTo(woman, 'talk');
  }
  for (const woman of women) await hears(woman, 'Последнее перед обрывом');
  await say(women[1], 'Я снова здесь.');
  for (const woman of women) await hears(woman, 'Я снова здесь');
});

test('lock, unlock', { timeout: 60_000 }, async () => {
  const c = women[2];
  await at(c, 'lock').click();
  await at(c, 'unlock-screen').waitFor();
  await assert.rejects(call(c.home, 'group.list'), { code: 'locked' });
  await look(c, 'locked');
  await unlock(c, c.passphrase);
  await at(c, 'today').waitFor({ timeout: 20_000 });
  await c.page.keyboard.press('Escape');
  await c.page.keyboard.press('Escape');
  await at(c, 'unlock-screen').waitFor();
  await unlock(c, c.passphrase);
  await at(c, 'today').waitFor({ timeout: 20_000 });
});

test('safety words are the same on both pages', { timeout: 60_000 }, async () => {
  const [a, b] = women;
  for (const [one, other] of [[a, b], [b, a]]) {
    await goTo(one, 'people');
    await one.page.locator('[data-test="member"]', { hasText: other.name }).click();
    await at(one, 'safety').click();
    await at(one, 'words').waitFor();
  }
  assert.deepEqual(await words(a), await words(b));
  assert.equal((await words(a)).length, 8);
  await look(a, 'safety-words');
});

test('a removed member is told and gets nothing more', { timeout: 60_000 }, async () => {
  const [a, b, c] = women;
  await goTo(a, 'people');
  await a.page.locator('[data-test="member"]', { hasText: c.name }).click();
  await at(a, 'remove').click();
  await look(a, 'remove');
  await at(a, 'remove-word').fill('удалить');
  await at(a, 'remove-do').click();
  await openGroup(c);
  await c.page.locator('[data-test="group-screen"][data-state="removed"]').waitFor({ timeout: 30_000 });
  await look(c, 'removed');
  await say(a, 'Теперь нас двое.');
  await goTo(b, 'talk');
  await hears(b, 'Теперь нас двое');
  const { groups } = await call(c.home, 'group.list');
  const { messages } = await call(c.home, 'talk.list', { group: groups[0].group, limit: 100 });
  assert.ok(messages.length > 0 && !messages.some((m) => m.text.includes('Теперь нас двое')));
  await assert.rejects(call(c.home, 'talk.post', { group: groups[0].group, text: 'x' }), { code: 'not_possible_now' });
});

test('the browser keeps nothing and the page made no error', async () => {
  for (const woman of women) {
    const kept = await woman.page.evaluate(async () => ({
      local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
      databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length }));
    assert.deepEqual(kept, { local: 0, session: 0, cookie: '', databases: 0, caches: 0 });
    assert.deepEqual(woman.problems, []);
  }
});
