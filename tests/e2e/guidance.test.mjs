// Guidance with real programs: an adviser writes and publishes, a mother finds the article in three taps and by a
// misspelt word, fills the paper in and prints it, asks and is answered, proposes a change; then the law changes and the
// withdrawal reaches her. In both languages; pictures of every step go to artefacts/e2e.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const shots = path.resolve('artefacts/e2e');
const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' ');

const stories = {
  ru: {
    group: 'Дорога домой', mother: 'Полынь', lawyer: 'Юрист Нина',
    title: 'Как подать рапорт об отказе', summary: 'Отказ заявляют **письменно**, в двух экземплярах.',
    step: 'Отдайте рапорт при свидетеле', text: 'Командиру или в канцелярию части. На втором экземпляре просят отметку.', say: 'Прошу зарегистрировать рапорт.',
    threat: '«Трибунал, восемь лет»', truth: 'Сам по себе рапорт не преступление. Прежде чем подавать, спросите консультанта.',
    paper: 'Рапорт', to: 'Командиру войсковой части', body: 'Довожу до Вашего сведения, что отказываюсь от участия. Меня зовут ', field: 'Звание и полное имя',
    who: 'рядовой Образцов Пример', forms: ['рапорты', 'рапартом', 'канцелярии'], nothing: 'дирижабль',
    question: 'Рапорт не берут, говорят «потом». Сын Пример, что делать?', answer: 'Отправьте заказным письмом с **описью вложения**, опись сохраните.',
    draft: 'Рапорт не берут', note: 'Добавить, что чек хранят.', summary2: 'Отказ заявляют письменно, в двух экземплярах. Чек с почты хранят.',
    reason: 'Закон изменился: подавать такой рапорт теперь опасно.', word: 'отозвать', seen_lawyer: /Юрист Нина/,
  },
  en: {
    group: 'The way home', mother: 'Wormwood', lawyer: 'Nina the lawyer',
    title: 'How to hand in a report of refusal', summary: 'A refusal is made **in writing**, in two copies.',
    step: 'Hand the report in before a witness', text: 'To the commander or to the office of the unit. Ask for the stamp on the second copy.', say: 'Please register this report.',
    threat: '“A tribunal, eight years”', truth: 'The report itself is no crime. Ask the adviser before you hand it in.',
    paper: 'Report', to: 'To the commander of the unit', body: 'I report that I refuse to take part. My name is ', field: 'Rank and full name',
    who: 'Private Sample Example', forms: ['reports', 'repart', 'commanders'], nothing: 'airship',
    question: 'They do not take the report, they say “later”. My son is Sample, what shall I do?', answer: 'Send it by registered letter with a **list of contents**, and keep the list.',
    draft: 'They do not take the report', note: 'Add that the receipt is kept.', summary2: 'A refusal is made in writing, in two copies. Keep the receipt of the post office.',
    reason: 'The law changed: handing in such a report is dangerous now.', word: 'withdraw', seen_lawyer: /Nina the lawyer/,
  },
};

for (const language of ['ru', 'en']) {
  describe(`guidance, in ${language}`, { concurrency: 1 }, () => {
    const s = stories[language];
    const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-guidance-'));
    const mother = { name: s.mother, size: { width: 360, height: 740 } };
    const lawyer = { name: s.lawyer, size: { width: 1280, height: 800 } };
    const people = [mother, lawyer];
    let browser, relay, group, article;
    let shot = 0;
    let broken = false;

    /** A step: when one fails the later ones have nothing to stand on. */
    const step = (name, body) => test(name, { timeout: 120_000 }, async (t) => {
      if (broken) return t.skip('an earlier step failed');
      broken = true;
      try {
        await body();
      } catch (error) {
        for (const [i, who] of people.entries()) await who.page?.screenshot({ path: path.join(shots, `guidance-failed-${i}-${language}.png`) }).catch(() => undefined);
        throw error;
      }
      broken = false;
    });
    const at = (who, hook) => who.page.locator(`[data-test="${hook}"]`).filter({ visible: true }).first();
    const click = (who, hook) => at(who, hook).click();
    const fill = (who, hook, text) => at(who, hook).fill(text);
    const see = (who, hook, ms = 20_000) => at(who, hook).waitFor({ timeout: ms });
    const row = (who, text) => who.page.locator('[data-test="article-row"]', { hasText: text }).filter({ visible: true }).first();
    async function look(who, name) {
      await who.page.evaluate(() => document.fonts.ready);
      const file = `guidance-${String(++shot).padStart(2, '0')}-${name}-${language}.png`;
      await who.page.screenshot({ path: path.join(shots, file) });
      const wide = await who.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${file}: ${wide} px too wide`);
      await who.page.evaluate(axe);
      const found = await who.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name}`);
    }
    async function today(who) {
      while (!(await who.page.locator('[data-test="today"]').count())) await click(who, 'up');
      await see(who, 'today');
    }
    async function guidance(who) {
      if (!(await who.page.locator('[data-test="group-screen"]').count())) {
        await today(who);
        await click(who, 'group');
      }
      await click(who, 'place-guidance');
      await see(who, 'guidance-home');
    }
    async function from_today(who, kind) {
      await today(who);
      const item = who.page.locator(`[data-test="today-item"][data-kind="${kind}"]`).first();
      await item.waitFor({ timeout: 20_000 });
      await look(who, `today-${kind}`);
      await item.locator('[data-test="today-open"]').click();
    }

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
      ({ group } = await call(mother.home, 'group.create', { name: s.group, my_name: s.mother }));
      await bringIn({ sponsor: mother.home, newcomer: lawyer.home, group, myName: s.lawyer });
      const member = await until('the lawyer among them', async () => (await call(mother.home, 'group.members', { group })).members.find((m) => m.name === s.lawyer));
      await call(mother.home, 'group.set_role', { group, member: member.member, role: 'adviser' });
      await until('the lawyer to be an adviser', async () => (await call(lawyer.home, 'group.members', { group })).members.some((m) => m.me && m.role === 'adviser'));
      for (const who of people) {
        const context = await browser.newContext({ viewport: who.size, locale: language === 'ru' ? 'ru-RU' : 'en-GB', reducedMotion: 'reduce', acceptDownloads: true });
        context.setDefaultTimeout(15_000);
        who.page = await context.newPage();
        who.problems = [];
        who.page.on('pageerror', (error) => who.problems.push(String(error)));
        who.page.on('console', (message) => {
          if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) who.problems.push(message.text());
        });
        await who.page.goto(who.node.address);
        await see(who, 'today');
      }
    }, { timeout: 180_000 });

    after(async () => {
      await browser?.close();
      for (const who of people) if (who.node) await stop(who.node.child);
      if (relay) await stop(relay.child);
      rmSync(folder, { recursive: true, force: true });
    });

    step('an empty place teaches, and only an adviser can publish', async () => {
      await guidance(mother);
      await look(mother, 'empty');
      const { can_publish } = await call(mother.home, 'guidance.list', { group });
      assert.equal(can_publish, false);
      const content = { title: 'x', language, summary: 'x', audiences: [], situations: [], steps: [], papers: [], threats: [], sources: [], contacts: [], sample: false };
      await assert.rejects(call(mother.home, 'guidance.publish', { group, content, valid_from: '2022-07-01', check_by: '2022-09-01', law_date: '2022-06-01' }));
    });

    step('the adviser writes an article with a paper and publishes it', async () => {
      await guidance(lawyer);
      await click(lawyer, 'to-write');
      await fill(lawyer, 'write-title', s.title);
      await fill(lawyer, 'write-summary', s.summary);
      for (const whom of ['contract', 'family']) await at(lawyer, `write-audience-${whom}`).check();
      await at(lawyer, 'write-situation-refused').check();
      await click(lawyer, 'add-step');
      await fill(lawyer, 'step-title-0', s.step);
      await fill(lawyer, 'step-text-0', s.text);
      await fill(lawyer, 'step-say-0', s.say);
      await look(lawyer, 'write');
      await click(lawyer, 'add-paper');
      await fill(lawyer, 'paper-title', s.paper);
      await fill(lawyer, 'paper-to', s.to);
      await fill(lawyer, 'paper-body', s.body);
      await click(lawyer, 'add-paper-field');
      await fill(lawyer, 'field-label', s.field);
      await at(lawyer, 'field-type').selectOption('name');
      await at(lawyer, 'field-required').check();
      await click(lawyer, 'field-put');
      await click(lawyer, 'add-threat');
      await fill(lawyer, 'threat-said-0', s.threat);
      await fill(lawyer, 'threat-truth-0', s.truth);
      await click(lawyer, 'write-show');
      await see(lawyer, 'write-preview');
      await look(lawyer, 'write-preview');
      await click(lawyer, 'write-send');
      await see(lawyer, 'article');
      await look(lawyer, 'published');
      article = (await call(lawyer.home, 'guidance.list', { group })).articles[0].article;
    });

    step('three taps lead the mother to it; who signed stands above the text', async () => {
      await until('the article on her device', async () => (await call(mother.home, 'guidance.list', { group })).articles.some((one) => one.article === article));
      await guidance(mother);
      await mother.page.locator('[data-test="situation"][data-situation="refused"]').waitFor();
      await look(mother, 'what-happened');
      await mother.page.locator('[data-test="situation"][data-situation="refused"]').click();
      await see(mother, 'situation-detail');
      await look(mother, 'for-whom');
      await mother.page.locator('[data-test="audience"][data-audience="contract"]').click();
      await row(mother, s.title).waitFor();
      await look(mother, 'articles');
      await row(mother, s.title).click();
      await see(mother, 'article-body');
      await look(mother, 'article');
      assert.match(await at(mother, 'signed').innerText(), s.seen_lawyer);
      await mother.page.locator('[data-test="signed"] summary').click();
      assert.match(await at(mother, 'signer').innerText(), /^[\p{L}\p{N} ]{16,}$/u);
      assert.equal(await mother.page.locator('[data-test="bad-signature"]').count(), 0);
      await at(mother, 'threat').scrollIntoViewIfNeeded();
      await look(mother, 'article-threat');
    });

    step('it is found by other forms of its words and with a letter wrong', async () => {
      await guidance(mother);
      for (const word of s.forms) {
        await fill(mother, 'guidance-search', word);
        await row(mother, s.title).waitFor({ timeout: 10_000 });
      }
      await look(mother, 'search');
      await fill(mother, 'guidance-search', s.nothing);
      await mother.page.locator('[data-test="article-row"]').first().waitFor({ state: 'detached' });
      await look(mother, 'search-nothing');
      await fill(mother, 'guidance-search', s.title);
      await row(mother, s.title).click();
      await see(mother, 'article-body');
    });

    step('the paper is filled in, checked and printed in two copies', async () => {
      await click(mother, 'paper');
      await see(mother, 'paper-form');
      await look(mother, 'paper');
      await click(mother, 'paper-show');
      await see(mother, 'paper-problems');
      await look(mother, 'paper-missing');
      await mother.page.locator('[data-test^="field-"]').first().fill(s.who);
      await click(mother, 'paper-show');
      await see(mother, 'paper-preview');
      assert.ok((await at(mother, 'paper-preview').innerText()).includes(s.who));
      await look(mother, 'paper-ready');
      const pdf = await mother.page.pdf({ preferCSSPageSize: true });
      writeFileSync(path.join(shots, `guidance-paper-${language}.pdf`), pdf);
      assert.equal(pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length, 2, 'a sheet for each copy');
      await mother.page.emulateMedia({ media: 'print' });
      await mother.page.screenshot({ path: path.join(shots, `guidance-paper-print-${language}.png`), fullPage: true });
      assert.equal(await mother.page.locator('[data-test="sheet"]').filter({ visible: true }).count(), 2);
      assert.equal(await mother.page.locator('button').filter({ visible: true }).count(), 0);
      await mother.page.emulateMedia({ media: 'screen' });
    });

    step('a question to the advisers alone, its answer with the article', async () => {
      await guidance(mother);
      await click(mother, 'question-ask');
      await at(mother, 'reach-advisers').check();
      assert.match(await at(mother, 'question-text-seen-by').innerText(), s.seen_lawyer, 'who will read it is named before it goes');
      await fill(mother, 'question-text', s.question);
      await at(mother, 'urgency-urgent').check();
      await look(mother, 'ask');
      await click(mother, 'question-send');
      await see(mother, 'question-detail');
      await look(mother, 'asked');
      await today(mother);   // an answer that comes before her eyes would be read already
      await from_today(lawyer, 'question_open');
      if (!(await lawyer.page.locator('[data-test="question-detail"]').count())) {
        await see(lawyer, 'question');
        await look(lawyer, 'questions');
        await click(lawyer, 'question');
      }
      await see(lawyer, 'answer-text');
      await fill(lawyer, 'answer-text', s.answer);
      await at(lawyer, 'answer-article').selectOption({ label: s.title });
      await look(lawyer, 'answer');
      await click(lawyer, 'answer-send');
      await from_today(mother, 'question_answered');
      await see(mother, 'reply');
      await look(mother, 'answered');
      await click(mother, 'reply-article');
      await mother.page.locator(`[data-test="article"][data-article="${article}"]`).waitFor();
    });

    step('the answer becomes a draft without the asker', async () => {
      await see(lawyer, 'reply');
      await click(lawyer, 'question-to-article');
      await see(lawyer, 'write-question');
      const fields = await lawyer.page.locator('[data-test="write-detail"] :is(input, textarea)').evaluateAll((all) => all.map((one) => one.value).join('\n'));
      assert.ok(!fields.includes(s.mother) && !fields.includes(s.question.slice(0, 30)), 'neither her name nor her words');
      await look(lawyer, 'draft-of-answer');
    });

    step('a change is proposed, taken in, and comes as a revision', async () => {
      await click(mother, 'article-propose');
      await see(mother, 'write-note');
      await fill(mother, 'write-note', s.note);
      await fill(mother, 'write-summary', s.summary2);
      await click(mother, 'write-show');
      await see(mother, 'write-preview');
      await look(mother, 'propose');
      await click(mother, 'write-send');
      await see(mother, 'proposal');
      await from_today(lawyer, 'proposal');
      await see(lawyer, 'proposal');
      await look(lawyer, 'proposals');
      await click(lawyer, 'proposal-take');
      await see(lawyer, 'write-title');
      assert.equal(await at(lawyer, 'write-summary').inputValue(), s.summary2);
      await click(lawyer, 'write-show');
      await click(lawyer, 'write-send');
      await see(lawyer, 'article');
      await until('the new revision on her device', async () => (await call(mother.home, 'guidance.article', { group, article })).item.revision === 2);
      await guidance(mother);
      await click(mother, 'to-articles');
      await row(mother, s.title).click();
      await mother.page.locator('[data-test="article-body"]', { hasText: s.summary2.slice(-20) }).waitFor();
      await mother.page.locator('[data-test="revisions"] summary').click();
      assert.equal(await mother.page.locator('[data-test="revision"]').count(), 2);
    });

    step('a file shows what is in it and who signed before anything is taken in', async () => {
      await guidance(lawyer);
      await click(lawyer, 'to-carry');
      await at(lawyer, 'carry-article').check();
      const [saved] = await Promise.all([lawyer.page.waitForEvent('download'), click(lawyer, 'carry-save')]);
      const file = await saved.path();
      const bytes = readFileSync(file);
      await lawyer.page.locator('[data-test="carry-file"]').setInputFiles(file);
      await see(lawyer, 'carry-found');
      assert.match(await at(lawyer, 'carry-found').innerText(), s.seen_lawyer);
      assert.equal(await lawyer.page.locator('[data-test="carry-found"] [data-outcome="same"]').count(), 1);
      await look(lawyer, 'carry');
      const changed = Buffer.from(bytes);
      changed[changed.length >> 1] ^= 1;
      await lawyer.page.locator('[data-test="carry-file"]').setInputFiles({ name: 'changed.hwg', mimeType: 'application/octet-stream', buffer: changed });
      await lawyer.page.locator('[data-test="carry-found"] [data-outcome="bad_signature"], [data-test="problem"]').first().waitFor();
      assert.equal(await lawyer.page.locator('[data-test="carry-take"]').count(), 0, 'a file that was changed is not taken in');
    });

    step('the law changes: the withdrawal reaches her, above the text and on the paper', async () => {
      await today(mother);
      await guidance(lawyer);
      await click(lawyer, 'to-articles');
      await row(lawyer, s.title).click();
      await click(lawyer, 'withdraw');
      await see(lawyer, 'withdraw-detail');
      await fill(lawyer, 'withdraw-reason', s.reason);
      await fill(lawyer, 'withdraw-word', s.word);
      await look(lawyer, 'withdraw');
      await click(lawyer, 'withdraw-do');
      await see(lawyer, 'withdrawn');
      await from_today(mother, 'article_withdrawn');
      await see(mother, 'withdrawn');
      assert.ok((await at(mother, 'withdrawn').innerText()).includes(s.reason));
      await look(mother, 'withdrawn');
      await click(mother, 'paper');
      await see(mother, 'paper-warning');
      await look(mother, 'paper-withdrawn');
      await guidance(mother);
      await click(mother, 'to-articles');
      await see(mother, 'articles-detail');
      await mother.page.locator('[data-test="articles-detail"] .teach').waitFor();
      assert.equal(await row(mother, s.title).count(), 0, 'it is offered no more');
      await at(mother, 'filter-withdrawn').check();
      await row(mother, s.title).waitFor();
      assert.equal(await row(mother, s.title).getAttribute('data-state'), 'withdrawn');
      await look(mother, 'withdrawn-listed');
    });

    step('the pages made no error', async () => {
      for (const who of people) assert.deepEqual(who.problems, []);
    });
  });
}
