// The loss register with real programs: a man recorded, a second independent source confirms him, a wrong file is refused
// with its line and a right one taken whole, and two people decide that two records are of one man. A member who does not
// verify sees no name. In both languages; pictures of every step go to artefacts/e2e.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const shots = path.resolve('artefacts/e2e');
const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' ');
const run = promisify(execFile);

// Every name is invented.
const people_csv = [
  'surname,given,patronymic,birth,death,region_iso,settlement,rank,source',
  'Образцов,Пример,,1999,2022-03-19,RU-BU,,,Список',
  'Выдумкин,Сказ,Баснович,1987,2022-04,RU-TY,Кызыл-Тест,сержант,Список',
  'Небылов,Роман,Вымыслович,1991-05-11,2022-04-02,RU-DA,Аул Тест,лейтенант,Список',
  'Придуманов,Олег,Фантазович,2001-01-30,2022-05-15,RU-SE,Село Тест,ефрейтор,Список',
  'Условнов,Иван,Допустович,1995,2022-06-08,RU-ZAB,Посёлок Тест,рядовой,Список',
  'Шаблонов,Пётр,Макетович,1998-09-21,2022-06,RU-KOS,Город Тест,рядовой,Список',
].join('\n');
const stories = {
  ru: { group: 'Ждём дома', organizer: 'Полынь', adviser: 'Юрист Нина', member: 'Чабрец', paper: 'Районная газета', office: 'Администрация села', reason: 'некролог на второй странице', sealed: /Имя закрыто/ },
  en: { group: 'Waiting at home', organizer: 'Wormwood', adviser: 'Nina the lawyer', member: 'Thyme', paper: 'District paper', office: 'Village office', reason: 'an obituary on page two', sealed: /The name is sealed/ },
};

for (const language of ['ru', 'en']) {
  describe(`the loss register, in ${language}`, { concurrency: 1 }, () => {
    const s = stories[language];
    const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-losses-'));
    const organizer = { name: s.organizer, size: { width: 360, height: 740 } };
    const adviser = { name: s.adviser, size: { width: 1280, height: 800 } };
    const member = { name: s.member, size: { width: 360, height: 740 } };
    const people = [organizer, adviser, member];
    let browser, relay, group;
    let shot = 0;
    let broken = false;

    const step = (name, body) => test(name, { timeout: 180_000 }, async (t) => {
      if (broken) return t.skip('an earlier step failed');
      broken = true;
      try {
        await body();
      } catch (error) {
        for (const [i, who] of people.entries()) await who.page?.screenshot({ path: path.join(shots, `losses-failed-${i}-${language}.png`) }).catch(() => undefined);
        throw error;
      }
      broken = false;
    });
    const at = (who, hook) => who.page.locator(`[data-test="${hook}"]`).filter({ visible: true }).first();
    const click = (who, hook) => at(who, hook).click();
    const fill = (who, hook, text) => at(who, hook).fill(text);
    const see = (who, hook, ms = 30_000) => at(who, hook).waitFor({ timeout: ms });
    async function look(who, name) {
      await who.page.evaluate(() => document.fonts.ready);
      const file = `losses-${String(++shot).padStart(2, '0')}-${name}-${language}.png`;
      await who.page.screenshot({ path: path.join(shots, file), fullPage: who.size.width > 1000 });
      const wide = await who.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${file}: ${wide} px too wide`);
      await who.page.evaluate(axe);
      const found = await who.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name}`);
    }
    /** The register from anywhere: Counts is one tap, the register the next. */
    async function register(who) {
      if (!(await who.page.locator('[data-test="place-counts"]').count())) await click(who, 'group');
      await click(who, 'place-counts');
      await see(who, 'losses-open');
      await click(who, 'losses-open');
      await see(who, 'losses-screen');
    }
    const row = (who, text) => who.page.locator('[data-test="loss"]', { hasText: text }).filter({ visible: true }).first();

    before(async () => {
      mkdirSync(shots, { recursive: true });
      relay = await startRelay(bin, { data: path.join(folder, 'relay') });
      browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
      for (const [i, who] of people.entries()) {
        who.home = path.join(folder, `node${i}`);
        who.node = await startNode(bin, { home: who.home, relay: relay.address });
        await call(who.home, 'app.set_language', { language });
        await call(who.home, 'vault.create', { passphrase: `several quiet words of number ${i}` });
      }
      ({ group } = await call(organizer.home, 'group.create', { name: s.group, my_name: s.organizer }));
      await bringIn({ sponsor: organizer.home, newcomer: adviser.home, group, myName: s.adviser });
      await bringIn({ sponsor: organizer.home, newcomer: member.home, group, myName: s.member, confirmers: [adviser.home] });
      const found = await until('the lawyer among them', async () => (await call(organizer.home, 'group.members', { group })).members.find((m) => m.name === s.adviser));
      await call(organizer.home, 'group.set_role', { group, member: found.member, role: 'adviser' });
      await until('the lawyer to be an adviser', async () => (await call(adviser.home, 'group.members', { group })).members.some((m) => m.me && m.role === 'adviser'));
      for (const who of people) {
        const context = await browser.newContext({ viewport: who.size, locale: language === 'ru' ? 'ru-RU' : 'en-GB', reducedMotion: 'reduce' });
        context.setDefaultTimeout(20_000);
        who.page = await context.newPage();
        who.problems = [];
        who.page.on('pageerror', (error) => who.problems.push(String(error)));
        await who.page.goto(who.node.address);
        await see(who, 'today');
      }
    }, { timeout: 240_000 });

    after(async () => {
      await browser?.close();
      for (const who of people) if (who.node) await stop(who.node.child);
      if (relay) await stop(relay.child);
      rmSync(folder, { recursive: true, force: true });
    });

    step('an empty register teaches; a man is recorded as one source tells of him', async () => {
      await register(organizer);
      await see(organizer, 'losses-empty');
      await look(organizer, 'empty');
      await click(organizer, 'loss-new');
      await see(organizer, 'loss-new-screen');
      await look(organizer, 'new');
      assert.match(await at(organizer, 'loss-names-seen-by').textContent(), new RegExp(s.adviser), 'who reads the name is said');
      await click(organizer, 'loss-save');
      await fill(organizer, 'loss-publisher', s.paper);
      await fill(organizer, 'loss-date', '2022-07-20');
      await fill(organizer, 'loss-names', 'Образцов Пример Тестович');
      await fill(organizer, 'loss-birth', '1999-03-02');
      await fill(organizer, 'loss-died', '2022-03');
      await at(organizer, 'loss-region').selectOption('RU-BU');
      await fill(organizer, 'loss-age', '130');
      await click(organizer, 'loss-save');
      assert.equal(await at(organizer, 'loss-age').getAttribute('aria-invalid'), 'true');
      await fill(organizer, 'loss-age', '22-23');
      await click(organizer, 'loss-save');
      await see(organizer, 'loss-view');
      assert.equal(await at(organizer, 'loss-sure').getAttribute('data-confirmed'), 'false');
      await look(organizer, 'provisional');
    });

    step('who does not verify sees the record and not the name', async () => {
      await register(member);
      await see(member, 'loss');
      assert.match(await at(member, 'loss').textContent(), s.sealed);
      assert.doesNotMatch(await member.page.locator('body').textContent(), /Образцов/);
      await look(member, 'sealed');
    });

    step('a second independent source confirms him', async () => {
      await register(adviser);
      await row(adviser, 'Образцов').click();
      await see(adviser, 'loss-view');
      await click(adviser, 'loss-add-source');
      await see(adviser, 'loss-source-screen');
      await fill(adviser, 'loss-publisher', s.office);
      await at(adviser, 'loss-state').selectOption('killed');
      await at(adviser, 'loss-region').selectOption('RU-ZAB');
      await fill(adviser, 'loss-died', '2022-03-19');
      await click(adviser, 'loss-source-save');
      await fill(adviser, 'loss-source-reason', s.reason);
      await look(adviser, 'source');
      await click(adviser, 'loss-source-save');
      await adviser.page.locator('[data-test="loss-sure"][data-confirmed="true"]').waitFor();
      await look(adviser, 'confirmed');
      await organizer.page.locator('[data-test="loss-sure"][data-confirmed="true"]').waitFor({ timeout: 30_000 });
      await organizer.page.locator('[data-test="loss-history"] summary').click();
      await look(organizer, 'confirmed');
      const view = await call(organizer.home, 'losses.list', { group });
      assert.equal(view.confirmed, 1);
      assert.equal(view.records[0].regions.length, 2, 'what differs stays');
    });

    step('a wrong file is refused with its line, a right one is taken whole', async () => {
      await register(adviser);
      await click(adviser, 'loss-import');
      await see(adviser, 'loss-import-screen');
      const wrong = path.join(folder, 'wrong.csv');
      writeFileSync(wrong, people_csv.replace('2022-04-02', '2022-44-02'));
      await at(adviser, 'import-file').setInputFiles(wrong);
      await see(adviser, 'import-problem');
      assert.equal(await at(adviser, 'import-problem').getAttribute('data-line'), '4');
      await look(adviser, 'import-wrong');
      assert.equal((await call(adviser.home, 'losses.list', { group })).found, 1, 'nothing in part');
      const right = path.join(folder, 'right.csv');
      writeFileSync(right, people_csv);
      await at(adviser, 'import-file').setInputFiles(right);
      await see(adviser, 'import-preview');
      await look(adviser, 'import-found');
      await click(adviser, 'import-do');
      await see(adviser, 'loss-import-done');
      await look(adviser, 'import-done');
      await until('all of it at the organizer', async () => (await call(organizer.home, 'losses.list', { group })).found === 7);

      // The same from the shell, as counts without names.
      const counts = path.join(folder, 'counts.csv');
      writeFileSync(counts, 'iso,month_confirmed,deaths\nRU-BU,2022-07,4O\n');
      const command = (more) => run(path.join(bin, 'homeward'), ['losses', 'import', '--home', adviser.home, counts, '--publisher', 'Volunteers', ...more]);
      const refused = await command([]).catch((error) => error);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /counts\.csv:2:15: expected a whole number/);
      writeFileSync(counts, 'iso,month_confirmed,deaths\nRU-BU,2022-07,40\nRU-TY,2022-07,12\n');
      const looked = JSON.parse((await command(['--check'])).stdout);
      assert.equal(looked.men, 52);
      await command([]);
      await until('the counts at the organizer', async () => (await call(organizer.home, 'losses.list', { group })).at_least === 52);
    });

    step('two people decide that two records are of one man', async () => {
      await register(adviser);
      await click(adviser, 'loss-pairs');
      await see(adviser, 'loss-pair');
      await look(adviser, 'pair');
      await adviser.page.keyboard.press('Digit3');
      await see(adviser, 'pair-undo');
      await adviser.page.keyboard.press('Digit0');
      await see(adviser, 'loss-pair');
      const hard = Number(await at(adviser, 'loss-pair').getAttribute('data-permille')) <= 980;
      await adviser.page.keyboard.press('Digit1');
      await see(adviser, 'pair-undo');
      if (hard) {
        await register(organizer);
        await click(organizer, 'loss-pairs');
        await see(organizer, 'loss-pair-waits');
        await look(organizer, 'pair');
        await click(organizer, 'pair-same');
      }
      await until('one man', async () => (await call(organizer.home, 'losses.list', { group })).men === 6);
      assert.ok(hard, 'the pair of this test is one that takes two');
      await register(organizer);
      await look(organizer, 'register');
      await row(organizer, 'Образцов').click();
      await see(organizer, 'loss-same');
      await look(organizer, 'one-man');
    });

    step('a claim stands beside, and an organizer names who verifies', async () => {
      await click(organizer, 'place-counts');
      await see(organizer, 'claims-open');
      await look(organizer, 'counts');
      await click(organizer, 'claims-open');
      await click(organizer, 'claim-new');
      await fill(organizer, 'claim-subject', s.group);
      await fill(organizer, 'claim-claimant', s.paper);
      await fill(organizer, 'claim-as-of', '2022-07');
      await fill(organizer, 'claim-value', '159');
      await fill(organizer, 'claim-warning-text', s.reason);
      await look(organizer, 'claim-new');
      await click(organizer, 'claim-save');
      await see(organizer, 'claim');
      await look(organizer, 'claims');
      await register(organizer);
      await click(organizer, 'loss-verifiers');
      await click(organizer, 'verifier-name');
      await fill(organizer, 'verifier-reason', s.reason);
      await look(organizer, 'verifiers');
      await click(organizer, 'verifier-do');
      await register(member);
      await row(member, 'Образцов').waitFor({ timeout: 40_000 });
      for (const who of people) assert.deepEqual(who.problems, []);
    });
  });
}
