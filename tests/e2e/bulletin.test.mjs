// Figures of losses and a bulletin with real programs: a counted list comes in, its pictures are looked at and saved, an
// estimate runs from a file and two lists are refused; a woman's words wait for her consent, two organizers approve the
// same bytes, and the folder that goes out is read in a browser without a script. In both languages; pictures of every
// step go to artefacts/e2e.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
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

// Invented counts: many of two regions, few of one, one man of another.
const regions = { 'RU-BU': [31, 44, 40, 44], 'RU-TY': [12, 19, 23, 21], 'RU-DA': [25, 30, 33, 40], 'RU-MOW': [4, 2, 1, 4], 'RU-ZAB': [11, 9, 14, 20], 'RU-ALT': [8, 12, 15, 11], 'RU-CHU': [0, 0, 1, 0] };
const months = ['2022-03', '2022-04', '2022-05', '2022-06'];
const counts = ['iso,month,deaths', ...Object.entries(regions).flatMap(([iso, list]) => list.map((n, i) => `${iso},${months[i]},${n}`))].join('\n');
const total = Object.values(regions).flat().reduce((a, b) => a + b, 0);
const cells = 'a,b,c,count\n1,0,0,210\n0,1,0,150\n0,0,1,120\n1,1,0,52\n1,0,1,40\n0,1,1,31\n1,1,1,12\n';
const two_lists = 'a,b,count\n1,0,210\n0,1,150\n1,1,52\n';
const never_meet = 'a,b,c,count\n1,0,0,50\n0,1,0,40\n0,0,1,60\n';
const stories = {
  ru: { group: 'Ждём дома', people: ['Полынь', 'Чабрец', 'Душица'], publisher: 'Группа семей', words: 'Мы хотим знать, где они.', by: 'мать, Бурятия', paper: 'Газета (выдумано)', two: /нужен третий список/i, none: /было бы выдумкой/ },
  en: { group: 'Waiting at home', people: ['Wormwood', 'Thyme', 'Marjoram'], publisher: 'A group of families', words: 'We want to know where they are.', by: 'mother, Buryatia', paper: 'Paper (invented)', two: /bring a third list/i, none: /would be made up/ },
};

for (const language of ['ru', 'en']) {
  describe(`figures and a bulletin, in ${language}`, { concurrency: 1 }, () => {
    const s = stories[language];
    const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-bulletin-'));
    const sizes = [{ width: 360, height: 740 }, { width: 1280, height: 800 }, { width: 360, height: 740 }];
    const people = s.people.map((name, i) => ({ name, size: sizes[i], home: path.join(folder, `node${i}`) }));
    const [first, second, member] = people;
    let browser, relay, group;
    let shot = 0;
    let broken = false;

    const step = (name, body) => test(name, { timeout: 180_000 }, async (t) => {
      if (broken) return t.skip('an earlier step failed');
      broken = true;
      try {
        await body();
      } catch (error) {
        for (const [i, who] of people.entries()) await who.page?.screenshot({ path: path.join(shots, `bulletin-failed-${i}-${language}.png`) }).catch(() => undefined);
        throw error;
      }
      broken = false;
    });
    const ask = (who, name, args = {}) => call(who.home, name, { group, ...args });
    const at = (who, hook) => who.page.locator(`[data-test="${hook}"]`).filter({ visible: true }).first();
    const click = (who, hook) => at(who, hook).click();
    const fill = (who, hook, text) => at(who, hook).fill(text);
    const see = (who, hook, ms = 30_000) => at(who, hook).waitFor({ timeout: ms });
    async function inspect(page, name, wide) {
      await page.evaluate(() => document.fonts.ready);
      const file = `bulletin-${String(++shot).padStart(2, '0')}-${name}-${language}.png`;
      await page.screenshot({ path: path.join(shots, file), fullPage: wide });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${file}: ${over} px too wide`);
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name}`);
    }
    const look = (who, name) => inspect(who.page, name, true);
    async function saved(who, hook) {
      const [download] = await Promise.all([who.page.waitForEvent('download'), click(who, hook)]);
      return readFileSync(await download.path());
    }
    async function figures(who, view) {
      if (!(await who.page.locator('[data-test="figures-screen"]').count())) {
        if (!(await who.page.locator('[data-test="place-counts"]').count())) await click(who, 'group');
        await click(who, 'place-counts');
        await click(who, 'open-figures');
        await see(who, 'figures-screen');
      }
      await at(who, 'figures-view').selectOption(view);
    }
    async function bulletin(who) {
      if (!(await who.page.locator('[data-test="place-counts"]').count())) await click(who, 'group');
      await click(who, 'place-counts');
      if (!(await who.page.locator('[data-test="open-bulletin"]').count())) await click(who, 'place-counts');
      await see(who, 'open-bulletin');
      await click(who, 'open-bulletin');
      await see(who, 'bulletin-screen');
    }

    before(async () => {
      mkdirSync(shots, { recursive: true });
      const passphraseFile = path.join(folder, 'passphrase');
      writeFileSync(passphraseFile, 'сосна левый утюг дождь кафель\n');
      relay = await startRelay(bin, { data: path.join(folder, 'relay') });
      browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
      for (const who of people) {
        who.node = await startNode(bin, { home: who.home, relay: relay.address, passphraseFile });
        await until('the vault to be open', async () => (await call(who.home, 'app.state')).vault === 'open', 40_000);
        await call(who.home, 'app.set_language', { language });
      }
      ({ group } = await call(first.home, 'group.create', { name: s.group, my_name: first.name }));
      await bringIn({ sponsor: first.home, newcomer: second.home, group, myName: second.name });
      await bringIn({ sponsor: first.home, newcomer: member.home, group, myName: member.name, confirmers: [second.home] });
      const members = (await ask(first, 'group.members')).members;
      await ask(first, 'group.set_role', { member: members.find((one) => one.name === second.name).member, role: 'organizer' });
      await until('two organizers', async () => (await ask(second, 'group.policy')).organizers.length === 2);
      await ask(first, 'losses.import', { text: counts, publisher: s.paper, link: 'https://example.org/counts', date: '2022-06-30' });
      await until('the counts', async () => (await ask(second, 'losses.rates', { per: 'residents' })).deaths === total, 40_000);
      for (const who of people) {
        who.context = await browser.newContext({ viewport: who.size, locale: language, acceptDownloads: true });
        who.page = await who.context.newPage();
        who.problems = [];
        who.page.on('pageerror', (error) => who.problems.push(String(error)));
        who.page.on('console', (message) => {
          if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) who.problems.push(message.text());
        });
        const address = (await call(who.home, 'page.address').catch(() => undefined))?.address ?? who.node.address;
        await who.page.goto(address);
        await see(who, 'group');
      }
    }, { timeout: 240_000 });

    after(async () => {
      await browser?.close();
      for (const who of people) if (who.node) await stop(who.node.child);
      if (relay) await stop(relay.child);
      rmSync(folder, { recursive: true, force: true });
    });

    step('the map shows what is sure and what is not, and is saved for a newspaper', async () => {
      await figures(first, 'map');
      await see(first, 'plot-map');
      await first.page.locator('[data-test="plot-map"] svg path').nth(40).waitFor({ state: 'attached' });
      await look(first, 'map');
      const drawn = (await saved(first, 'plot-map-svg')).toString();
      assert.match(drawn, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 900/);
      assert.ok(drawn.includes('url(#hatch)'), 'few deaths are hatched');
      assert.deepEqual([...(await saved(first, 'plot-map-png')).subarray(1, 4)], [...Buffer.from('PNG')]);
      const csv = (await saved(first, 'plot-map-csv')).toString();
      assert.equal(csv.trim().split('\r\n').length, 86);
      await first.page.locator('[data-test="figures-look-tiles"]').check();
      await first.page.locator('[data-test="plot-map-table"] summary').click();
      await look(first, 'tiles');
    });

    step('the ranking says how sure first is; the funnel and the growth are there', async () => {
      await figures(first, 'ranking');
      await see(first, 'figures-first');
      await look(first, 'ranking');
      await figures(first, 'funnel');
      await see(first, 'plot-funnel');
      await look(first, 'funnel');
      await figures(first, 'growth');
      await see(first, 'plot-growth');
      await look(first, 'growth');
      await figures(second, 'ranking');
      await see(second, 'plot-ranking');
      await look(second, 'ranking-wide');
    });

    step('an estimate runs, and is refused where there is none', async () => {
      let number = 0;
      const file = async (who, text) => {
        const name = path.join(folder, `cells${++number}.csv`);
        writeFileSync(name, text);
        await who.page.locator('[data-test="estimate-file"]').setInputFiles(name);
        await who.page.locator('[data-test="estimate-start"]:enabled').click();
      };
      await figures(first, 'estimate');
      await at(first, 'estimate-from').selectOption('file');
      await file(first, cells);
      await see(first, 'estimate-span', 90_000);
      await first.page.locator('[data-test="estimate-models"] summary').click();
      await look(first, 'estimate');
      await file(first, two_lists);
      await see(first, 'estimate-two');
      assert.match(await at(first, 'estimate-two').innerText(), s.two);
      await file(first, never_meet);
      await until('the lists that never meet', async () => (await first.page.locator('[data-test="estimate-none"], [data-test="estimate-sparse-none"]').count()) > 0, 90_000);
      await look(first, 'estimate-none');
    });

    step('a woman gives her words, another takes hers back', async () => {
      await bulletin(member);
      await look(member, 'empty');
      await click(member, 'statement-new');
      await fill(member, 'statement-text', s.words);
      await fill(member, 'statement-attribution', s.by);
      await look(member, 'statement');
      await click(member, 'statement-save');
      await see(member, 'statement');
      await until('the words at the organizer', async () => (await ask(first, 'bulletin.view')).statements.length === 1);
      const me = (await ask(first, 'group.members')).members.find((one) => one.name === member.name).member;
      await ask(first, 'bulletin.write', { speaker: me, text: `${s.words} 2`, attribution: s.by });
      await see(member, 'statement-consent');
      await look(member, 'consent');
    });

    step('one organizer prepares and approves, another approves the same bytes', async () => {
      await bulletin(first);
      await click(first, 'bulletin-prepare');
      await fill(first, 'bulletin-publisher', s.publisher);
      assert.equal(await first.page.locator('[data-test="bulletin-choose"]').count(), 1, 'only what she agreed to');
      await first.page.locator('[data-test="bulletin-choose"]').check();
      await look(first, 'prepare');
      await click(first, 'bulletin-make');
      await see(first, 'draft-sheet');
      await look(first, 'draft');
      await first.page.locator('[data-test="draft-sheet"] blockquote', { hasText: s.words }).waitFor();
      const digest = await first.page.locator('[data-test="draft-digest"]').textContent();
      await first.page.locator('[data-test="draft-read"]').check();
      await click(first, 'draft-approve');
      await until('her word', async () => (await ask(second, 'bulletin.view')).drafts[0]?.approved_by.length === 1);
      const refused = await run(path.join(bin, 'homeward'), ['bulletin', '--home', first.home, '--out', path.join(folder, 'early')]).catch((error) => error);
      assert.equal(refused.code, 3, 'one word is not enough');
      await bulletin(second);
      await click(second, 'bulletin-row');
      await see(second, 'draft-sheet');
      assert.equal(await second.page.locator('[data-test="draft-digest"]').textContent(), digest);
      await second.page.locator('[data-test="draft-files"] summary').click();
      await look(second, 'approve');
      await second.page.locator('[data-test="draft-read"]').check();
      await click(second, 'draft-approve');
      await see(second, 'draft-out');
      await look(second, 'out');
    });

    step('the folder that goes out is the same from every device, and holds together', async () => {
      const zip = await saved(second, 'bulletin-save');
      await until('the bulletin at the first', async () => (await ask(first, 'bulletin.view')).drafts[0].standing === 'bulletin');
      const out = path.join(folder, 'out');
      await run(path.join(bin, 'homeward'), ['bulletin', '--home', first.home, '--out', out]);
      const again = await run(path.join(bin, 'homeward'), ['bulletin', '--home', first.home, '--out', out]).catch((error) => error);
      assert.equal(again.code, 1, 'nothing is overwritten');
      assert.deepEqual(readdirSync(out).sort(), ['SHA256SUMS', 'bulletin.json', 'deaths.csv', 'en.html', 'index.html', 'others.csv', 'rates.csv', 'told.csv']);
      await run('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: out });
      const sums = createHash('sha256').update(readFileSync(path.join(out, 'SHA256SUMS'))).digest('hex');
      assert.equal((await ask(second, 'bulletin.view')).drafts[0].digest, sums);
      for (const name of readdirSync(out)) assert.ok(zip.includes(readFileSync(path.join(out, name))), `${name} is in the archive byte by byte`);
      const deaths = readFileSync(path.join(out, 'deaths.csv'), 'utf8').split('\n');
      const cell = (region, month) => deaths.find((line) => line.startsWith(`${region},${month},`));
      assert.equal(cell('RU-CHU', 'total'), 'RU-CHU,total,,', 'one man is not shown');
      assert.equal(cell('RU-MOW', '2022-05'), 'RU-MOW,2022-05,,');
      assert.match(cell('RU-BU', 'total'), /^RU-BU,total,159,/);
    });

    step('its pages are read without a script, on a phone, on paper and aloud', async () => {
      const out = path.join(folder, 'out');
      for (const [name, lang] of [['index.html', 'ru'], ['en.html', 'en']]) {
        const plain = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
        const silent = await plain.newPage();
        const problems = [];
        silent.on('console', (message) => problems.push(message.text()));
        await silent.goto(pathToFileURL(path.join(out, name)).href);
        assert.deepEqual(problems, [], 'its own policy lets everything of it through');
        assert.equal(await silent.locator('html').getAttribute('lang'), lang);
        await plain.close();
        const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
        const page = await context.newPage();
        await page.goto(pathToFileURL(path.join(out, name)).href);
        assert.ok((await page.locator('body').innerText()).includes(s.words));
        await inspect(page, `page-${lang}`, true);
        await page.pdf({ path: path.join(shots, `bulletin-page-${lang}.pdf`) });
        await context.close();
      }
      for (const who of people) assert.deepEqual(who.problems, []);
    });
  });
}
