// One woman, two devices, with real programs and pages, in Russian and again in English: a second device by link, four
// words on her own two screens, another member's yes; what is sealed to her opens on both, what she says is hers on both,
// everybody is told. Then the phone is lost and taken out with the tablet. Screenshots go to artefacts/e2e; every screen
// passes axe-core.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const require = createRequire(path.resolve('web/package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const shots = path.resolve('artefacts/e2e');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-devices-'));
const passphraseFile = path.join(folder, 'passphrase');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
let browser, relay;
const started = [];

before(async () => {
  mkdirSync(shots, { recursive: true });
  writeFileSync(passphraseFile, 'сосна левый утюг дождь кафель\n');
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  for (const node of started) await stop(node.child);
  if (relay) await stop(relay.child);
  rmSync(folder, { recursive: true, force: true });
});

for (const language of ['ru', 'en']) {
  test(`a second device, and a lost phone (${language})`, { timeout: 240_000 }, async () => {
    let shot = 0;
    async function open(name, size) {
      const one = { name, home: path.join(folder, `${name}-${language}`), problems: [] };
      one.node = await startNode(bin, { home: one.home, relay: relay.address, passphraseFile });
      started.push(one.node);
      await until('the vault', async () => (await call(one.home, 'app.state')).vault === 'open', 40_000);
      await call(one.home, 'app.set_language', { language });
      if (size) {
        const context = await browser.newContext({ viewport: size, locale: language });
        one.page = await context.newPage();
        one.page.on('pageerror', (error) => one.problems.push(String(error)));
        await one.page.goto(one.node.address);
      }
      return one;
    }
    const at = (one, name) => one.page.locator(`[data-test="${name}"]`);
    async function look(one, name) {
      await one.page.screenshot({ path: path.join(shots, `devices-${String(++shot).padStart(2, '0')}-${name}-${language}.png`), fullPage: true });
      await one.page.evaluate(axe);
      const found = await one.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name}`);
    }
    const words = (one) => one.page.locator('[data-test="words"] li').allTextContents();
    async function today(one, kind) {
      const item = one.page.locator(`[data-test="today-item"][data-kind="${kind}"]`);
      await item.waitFor({ timeout: 30_000 });
      await look(one, `today-${kind}`);
      await item.locator('[data-test="today-open"]').click();
    }

    const friend = await open('friend', { width: 390, height: 780 });
    const phone = await open('phone', { width: 360, height: 740 });
    const tablet = await open('tablet', { width: 1280, height: 800 });
    const { group } = await call(friend.home, 'group.create', { name: 'Ждём дома', my_name: 'Полынь' });
    await bringIn({ sponsor: friend.home, newcomer: phone.home, group, myName: 'Чабрец' });
    await call(phone.home, 'talk.post', { group, text: 'Сказано до планшета' });
    const { case_id } = await call(phone.home, 'case.create', {
      group, card: { label: 'Лис', category: 'contract', unit: 'бригада 37', region: 'RU-BU' },
      sealed: { name: 'Придуманный Лис' }, readers: [],
    });

    // A link on the phone.
    await at(phone, 'group').first().click();
    await at(phone, 'place-people').click();
    await at(phone, 'my-devices').click();
    await at(phone, 'devices').waitFor();
    await look(phone, 'mine');
    await at(phone, 'device-add').click();
    const link = await at(phone, 'device-link').inputValue();
    await at(phone, 'device-code').waitFor();
    await look(phone, 'link');

    // On the tablet nobody asks who she is.
    await at(tablet, 'have-invite').click();
    await at(tablet, 'join-link').fill(link);
    await at(tablet, 'join-device').waitFor();
    assert.equal(await at(tablet, 'join-name').count(), 0);
    await look(tablet, 'join');
    await at(tablet, 'join-send').click();
    await at(tablet, 'waiting-screen').waitFor();
    await at(tablet, 'words').waitFor();
    await look(tablet, 'waiting');
    const shown = await words(tablet);

    // The same words on both, her yes, and the other member's.
    await phone.page.reload();
    await today(phone, 'device');
    await at(phone, 'request-detail').waitFor();
    assert.deepEqual(await words(phone), shown);
    await look(phone, 'request');
    await at(phone, 'request-propose').click();
    await today(friend, 'device_confirm');
    await at(friend, 'request-detail').waitFor();
    assert.deepEqual(await words(friend), shown);
    await look(friend, 'confirm');
    assert.equal((await call(tablet.home, 'group.list')).groups.length, 0);
    await at(friend, 'request-confirm').click();
    await at(tablet, 'join-open').waitFor({ timeout: 40_000 });
    await look(tablet, 'joined');
    await at(tablet, 'join-open').click();
    await at(tablet, 'group-screen').waitFor();

    // She is one person, and everybody is told.
    const { members } = await call(friend.home, 'group.members', { group });
    assert.equal(members.length, 2);
    const her = members.find((one) => !one.me);
    assert.equal(her.devices, 2);
    assert.equal((await call(tablet.home, 'group.members', { group })).members.find((one) => one.me).member, her.member);
    await at(friend, 'device-note').first().waitFor({ timeout: 20_000 });
    await look(friend, 'told');
    const said = await call(tablet.home, 'talk.post', { group, text: 'С планшета' });
    const seen = await until('her own message on the phone', async () =>
      (await call(phone.home, 'talk.list', { group })).messages.find((one) => one.message === said.message && one.state === 'taken_in'));
    assert.equal(seen.mine, true);
    assert.equal((await call(phone.home, 'group.list')).groups[0].unread, 0);
    // What was said before is not sent after her.
    assert.equal((await call(tablet.home, 'talk.list', { group })).messages.some((one) => one.text === 'Сказано до планшета'), false);
    await until('what is sealed to her', async () =>
      (await call(tablet.home, 'case.view', { group, case_id })).sealed?.name === 'Придуманный Лис', 40_000);
    assert.equal((await call(friend.home, 'case.view', { group, case_id })).sealed, undefined);
    await assert.rejects(call(friend.home, 'group.add_device', { group, hours: 99 }), { code: 'bad_arguments' });

    // The phone is lost. She takes it out with the tablet, alone.
    await at(tablet, 'place-people').click();
    await at(tablet, 'my-devices').click();
    await at(tablet, 'devices').waitFor();
    await at(tablet, 'device-lost').click();
    await look(tablet, 'lost');
    const word = language === 'ru' ? 'УБРАТЬ' : 'REMOVE';
    await tablet.page.locator('[data-test="device-remove-word"]').fill(word);
    await tablet.page.locator('[data-test="device-remove-do"]').click();
    await until('the phone to be out', async () => (await call(phone.home, 'group.list')).groups[0].state === 'device_removed', 40_000);
    await phone.page.reload();
    await today(phone, 'device_removed');
    await at(phone, 'standing').waitFor();
    await look(phone, 'out');
    assert.equal((await call(friend.home, 'group.members', { group })).members.length, 2);
    const { devices } = await call(friend.home, 'group.devices', { group, member: her.member });
    assert.equal(devices.length, 1);
    const later = await call(tablet.home, 'talk.post', { group, text: 'Я здесь' });
    await until('the word of the tablet', async () =>
      (await call(friend.home, 'talk.list', { group })).messages.some((one) => one.message === later.message));
    await assert.rejects(call(phone.home, 'talk.post', { group, text: 'с чужого телефона' }), { code: 'not_possible_now' });
    assert.equal((await call(tablet.home, 'group.stuck', { group })).stuck, false);
    await assert.rejects(call(tablet.home, 'group.restart', { group }), { code: 'not_possible_now' });
    for (const one of [friend, phone, tablet]) assert.deepEqual(one.problems, [], one.name);
  });
}
