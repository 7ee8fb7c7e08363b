// The story that the application is for, with invented people, from end to end in the browser: a mother hears of
// "exercises"; weeks of silence and the clock; the lawyer's answer; the printed report; threats and the answer to them;
// fourteen men on one roll; released; home; the tally of the brigade and of the week. Three nodes, one relay; told in
// Russian and again in English. Every screen passes axe-core and is kept in artefacts/e2e.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { describe, test, before, after } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const require = createRequire(path.resolve('web/package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const shots = path.resolve('artefacts/e2e');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const day_ago = (days) => {
  const date = new Date(Date.now() - days * 86_400_000);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
};

const stories = {
  ru: {
    mother: 'Сэсэг', lawyer: 'Юрист Нина', wife: 'Вера с Лесной', group: 'Ждём дома',
    passphrases: ['сосна левый утюг дождь кафель', 'тёплый камень осенью у реки', 'семь ламп под мокрым зонтом'],
    son: 'Мой Тимур', son_name: 'Образцов Тимур Примерович', son_surname: 'Образцов', unit: 'бригада 37', region: 'RU-BU', phone: '000-00-00', second: 'сосед Тимур', carried: 'берег ветка глина дождь ельник',
    exercises: 'Сказал: «на учения», на две недели. Форму взяли зимнюю.',
    question: 'Сын уехал «на учения» и молчит уже месяц. Что делать?',
    answer: 'Отправьте запрос о розыске: памятка приложена. Ответить обязаны письменно. Если он дозвонится и скажет, что не хочет дальше, пусть откажется на бумаге, в двух экземплярах.',
    called: 'Жив. Говорит, что дальше не поедет, их таких четырнадцать.', refused: 'Сказал командиру роты при всех.',
    who: 'рядовой Образцов Т. П.', why: 'Задачу не объяснили, приказа на бумаге не показали.',
    law: 'статья 337 УК', rank: 'майор, замполит', threat: 'Сказал: «Пойдёте под трибунал, восемь лет».', place: 'подвал клуба при части', with: 'ещё тринадцать человек',
    men: ['Образцов', 'Туманов', 'Ветров', 'Озёрный', 'Камнев', 'Снегов', 'Лужин', 'Бугров', 'Полянов', 'Горкин', 'Дождёв', 'Кустов', 'Лодкин', 'Маков'],
    key_held: 'у', message: 'Живы, держимся', released: 'Отдали телефон и билет.', home: 'Встретили на вокзале.',
    brigade: 'По бригаде отказались 29 человек. Большинство дома, нескольких отправили в похоронную команду.', brigade_note: 'юрист по бумагам семей',
    week: 'На прошлой неделе обратно отправили около ста человек.', week_note: 'две семьи из одного района',
    articles: [
      {
        title: 'Нет вестей: запрос о розыске', summary: 'Образец. Что делать, если он молчит дольше обычного.', situations: ['missing', 'at_front'],
        steps: [{ title: 'Спросите семьи его товарищей', text: 'Кто говорил с ними последним и когда.' }, { title: 'Отправьте запрос', text: 'Заказным письмом с описью вложения. Опись и есть доказательство.' }],
        threats: [],
        papers: [{ paper: 'request', title: 'Запрос о розыске', addressed_to: 'Командиру войсковой части {{unit}}', body: 'Прошу сообщить, где находится {{who}} и что с ним. Последний раз он был на связи {{since}}.',
          fields: [['who', 'О ком запрос', 'name'], ['unit', 'Часть', 'unit'], ['since', 'Когда был на связи', 'date']] }],
      },
      {
        title: 'Как отказаться: рапорт и ответ на угрозы', summary: 'Образец. Отказ пишут на бумаге, в двух экземплярах.', situations: ['refused', 'held', 'at_front'],
        steps: [{ title: 'Напишите рапорт в двух экземплярах', text: 'На втором попросите отметку о получении.', say: 'Прошу принять рапорт и поставить отметку.' }, { title: 'Не отдавайте второй экземпляр', text: 'Передайте снимок семье и юристу.' }],
        threats: [{ threat: '«Трибунал, восемь лет»', truth: 'Трибуналов нет, судит обычный военный суд. Отказ ехать сам по себе не самовольное оставление части.' }],
        papers: [{ paper: 'report', title: 'Рапорт', addressed_to: 'Командиру войсковой части {{unit}}', body: 'Я, {{who}}, отказываюсь от участия. Причина: {{why}}',
          fields: [['who', 'Звание, фамилия, инициалы', 'name'], ['unit', 'Часть', 'unit'], ['why', 'Причина своими словами', 'long_text']] }],
      },
    ],
  },
  en: {
    mother: 'Seseg', lawyer: 'Nina the lawyer', wife: 'Vera of Forest Street', group: 'Waiting at home',
    passphrases: ['seven lamps under a wet umbrella', 'warm stone in autumn by the river', 'pine left iron rain tile'],
    son: 'My Timur', son_name: 'Sample Timur Example', son_surname: 'Sample', unit: 'brigade 37', region: 'RU-BU', phone: '000-00-00', second: 'Timur next door', carried: 'anchor bridge clay dawn ember field',
    exercises: 'He said: “for exercises”, for two weeks. They took winter clothes.',
    question: 'My son left for “exercises” and has been silent for a month. What shall I do?',
    answer: 'Send a tracing request: the guidance is attached. They must answer in writing. If he rings and does not want to go on, let him refuse on paper, in two copies.',
    called: 'Alive. He says he goes no further, and that there are fourteen of them.', refused: 'He told the company commander before everybody.',
    who: 'Private T. Sample', why: 'The task was not explained, no order on paper was shown.',
    law: 'article 337', rank: 'a major, political officer', threat: 'Said: “A tribunal for you, eight years”.', place: 'the cellar of the club', with: 'thirteen more men',
    men: ['Sample', 'Fogg', 'Winder', 'Laker', 'Stone', 'Snow', 'Poole', 'Hill', 'Meadows', 'Knoll', 'Rainer', 'Bush', 'Boater', 'Poppy'],
    key_held: 'h', message: 'Alive, holding on', released: 'They gave back his phone and a ticket.', home: 'We met him at the station.',
    brigade: 'In the brigade 29 men refused. Most are home, some were put to a funeral detachment.', brigade_note: 'a lawyer, from the families’ papers',
    week: 'Last week about a hundred men were sent back.', week_note: 'two families of one district',
    articles: [
      {
        title: 'No word of him: a tracing request', summary: 'A sample. What to do when he is silent longer than usual.', situations: ['missing', 'at_front'],
        steps: [{ title: 'Ask the families of his comrades', text: 'Who spoke with them last, and when.' }, { title: 'Send the request', text: 'By registered letter with a list of contents. That list is the proof.' }],
        threats: [],
        papers: [{ paper: 'request', title: 'Tracing request', addressed_to: 'To the commander of unit {{unit}}', body: 'Please tell where {{who}} is and how he is. He was last in touch on {{since}}.',
          fields: [['who', 'Whom it is about', 'name'], ['unit', 'Unit', 'unit'], ['since', 'Last in touch on', 'date']] }],
      },
      {
        title: 'How to refuse: the report, and answers to threats', summary: 'A sample. A refusal is written, in two copies.', situations: ['refused', 'held', 'at_front'],
        steps: [{ title: 'Write the report in two copies', text: 'Ask for a receipt stamp on the second.', say: 'Please take my report and stamp my copy.' }, { title: 'Keep the second copy', text: 'Send a picture of it to the family and the lawyer.' }],
        threats: [{ threat: '“A tribunal, eight years”', truth: 'There are no tribunals, an ordinary military court judges. To refuse is not to be absent without leave.' }],
        papers: [{ paper: 'report', title: 'Report', addressed_to: 'To the commander of unit {{unit}}', body: 'I, {{who}}, refuse to take part. My reason: {{why}}',
          fields: [['who', 'Rank, surname, initials', 'name'], ['unit', 'Unit', 'unit'], ['why', 'The reason in your own words', 'long_text']] }],
      },
    ],
  },
};

function content_of(article, language) {
  return {
    ...article, language, audiences: ['contract', 'family'], sample: true, contacts: [], sources: [{ title: language === 'ru' ? 'Образец' : 'Sample', date: '2022-07-01', text: '' }],
    papers: article.papers.map((paper) => ({
      ...paper, copies: 2, fields: paper.fields.map(([name, label, type]) => ({ name, label, explain: '', type, required: true, choices: [] })),
    })),
  };
}

for (const language of ['ru', 'en']) {
  describe(`the story, told in ${language}`, { concurrency: 1 }, () => {
    const s = stories[language];
    const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-story-'));
    const people = [
      { name: s.mother, size: { width: 360, height: 740 } },
      { name: s.lawyer, size: { width: 1280, height: 800 } },
      { name: s.wife, size: { width: 1024, height: 768 } },
    ];
    const [mother, lawyer, wife] = people;
    let browser, relay, group, case_id;
    let shot = 0;
    let broken = false;

    /** A step of the story: when one fails the later ones have nothing to stand on. */
    const step = (name, body) => test(name, { timeout: 120_000 }, async (t) => {
      if (broken) return t.skip('an earlier step failed');
      broken = true;
      try {
        await body();
      } catch (error) {
        for (const who of people) await who.page?.screenshot({ path: path.join(shots, `story-failed-${people.indexOf(who)}-${language}.png`) }).catch(() => undefined);
        throw error;
      }
      broken = false;
    });
    const at = (who, hook) => who.page.locator(`[data-test="${hook}"]`).filter({ visible: true }).first();
    const click = (who, hook) => at(who, hook).click();
    const fill = (who, hook, text) => at(who, hook).fill(text);
    const see = (who, hook, ms = 20_000) => at(who, hook).waitFor({ timeout: ms });
    const row = (who, hook, text) => who.page.locator(`[data-test="${hook}"]`, { hasText: text }).filter({ visible: true }).first();
    async function look(who, name) {
      await who.page.evaluate(() => document.fonts.ready);
      const file = `story-${String(++shot).padStart(2, '0')}-${name}-${language}.png`;
      await who.page.screenshot({ path: path.join(shots, file) });
      const wide = await who.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${file}: ${wide} px too wide`);
      await who.page.evaluate(axe);
      const found = await who.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name}`);
    }
    async function go_to(who, place) {
      if (!(await who.page.locator('[data-test="group-screen"]').count())) {
        while (!(await who.page.locator('[data-test="today"]').count())) await click(who, 'up');
        await click(who, 'group');
      }
      await click(who, `place-${place}`);
      await who.page.locator(`[data-test="place"][data-place="${place}"]`).waitFor();
    }
    async function today(who) {
      while (!(await who.page.locator('[data-test="today"]').count())) await click(who, 'up');
      await see(who, 'today');
    }
    async function open_case(who) {
      await go_to(who, 'cases');
      await row(who, 'case', s.son).click();
      await who.page.locator('[data-test="case-view"] [data-test="case-title"]').waitFor();
    }
    const state_is = (who, state) => who.page.locator(`[data-test="case-view"][data-state="${state}"]`).waitFor({ timeout: 20_000 });
    async function write_entry(who, kind, { text = '', days = 0, open = false, more = async () => {} } = {}) {
      if (await who.page.locator('[data-test="entry-screen"]').count() === 0) {
        await see(who, 'case-next-do');
        const hook = (await who.page.locator('[data-test="entry-new"]').filter({ visible: true }).count()) ? 'entry-new' : 'case-next-do';
        await click(who, hook);
      }
      await see(who, 'entry-screen');
      if (await who.page.locator(`[data-test="kind-${kind}"]`).count()) await click(who, `kind-${kind}`);
      await who.page.locator(`[data-test="entry-screen"][data-kind="${kind}"]`).waitFor();
      if (days === 1) await who.page.locator('[data-test="when-yesterday"]').check();
      else if (days > 1) {
        await who.page.locator('[data-test="when-day"]').check();
        await fill(who, 'when-day-field', day_ago(days));
      }
      if (open) await who.page.locator('[data-test="entry-reach-everyone"]').check();
      await more();
      if (text) await fill(who, 'entry-text', text);
      await look(who, `entry-${kind}`);
      await click(who, 'entry-save');
      await who.page.locator(`[data-test="entry"][data-kind="${kind}"]`).first().waitFor();
    }

    before(async () => {
      mkdirSync(shots, { recursive: true });
      relay = await startRelay(bin, { data: path.join(folder, 'relay') });
      browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
      for (const [i, who] of people.entries()) {
        who.home = path.join(folder, `node${i}`);
        who.node = await startNode(bin, { home: who.home, relay: relay.address });
        await call(who.home, 'app.set_language', { language });
        await call(who.home, 'vault.create', { passphrase: s.passphrases[i] });
      }
      ({ group } = await call(mother.home, 'group.create', { name: s.group, my_name: s.mother }));
      for (const who of [lawyer, wife]) {
        await bringIn({ sponsor: mother.home, newcomer: who.home, group, myName: who.name, confirmers: who === wife ? [lawyer.home] : [] });
        await until(`${who.name} to be among them`, async () => (await call(mother.home, 'group.members', { group })).members.some((m) => m.name === who.name));
      }
      const { members } = await call(mother.home, 'group.members', { group });
      await call(mother.home, 'group.set_role', { group, member: members.find((m) => m.name === s.lawyer).member, role: 'adviser' });
      await until('the lawyer to be an adviser', async () => (await call(lawyer.home, 'group.members', { group })).members.some((m) => m.me && m.role === 'adviser'));
      for (const article of s.articles)
        await call(lawyer.home, 'guidance.publish', { group, content: content_of(article, language), valid_from: day_ago(30), check_by: day_ago(-60), law_date: day_ago(30) });
      await until('guidance on the mother’s device', async () => (await call(mother.home, 'guidance.list', { group })).articles.length === s.articles.length);
      for (const who of people) {
        who.context = await browser.newContext({ viewport: who.size, locale: language === 'ru' ? 'ru-RU' : 'en-GB', reducedMotion: 'reduce' });
        who.context.setDefaultTimeout(15_000);
        who.page = await who.context.newPage();
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

    step('a mother hears of "exercises" and opens a case', async () => {
      await look(mother, 'today');
      await go_to(mother, 'cases');
      await see(mother, 'cases-empty');
      await look(mother, 'cases-empty');
      await click(mother, 'case-new');
      await fill(mother, 'case-label', s.son);
      await fill(mother, 'case-unit', s.unit);
      await at(mother, 'case-region').selectOption(s.region);
      await look(mother, 'case-new-card');
      await click(mother, 'case-next');
      await fill(mother, 'case-last-contact', day_ago(31));
      await mother.page.locator('[data-test="case-usual-14"]').check();
      await look(mother, 'case-new-silence');
      await click(mother, 'case-next');
      await see(mother, 'sealed-name');
      assert.match(await at(mother, 'sealed-name-seen-by').innerText(), new RegExp(s.lawyer), 'the lawyer is named before anything is written');
      await fill(mother, 'sealed-name', s.son_name);
      await fill(mother, 'sealed-birth', '2001-03-12');
      await fill(mother, 'sealed-phone', s.phone);
      await look(mother, 'case-new-sealed');
      await click(mother, 'case-next');
      await see(mother, 'case-view');
      case_id = await at(mother, 'case-view').getAttribute('data-case');
      await at(mother, 'case-state').waitFor();
      await write_entry(mother, 'exercises', { text: s.exercises, days: 62 });
      await look(mother, 'case-exercises');
    });

    step('weeks of silence: the clock says that it is time to act', async () => {
      await today(mother);
      await mother.page.locator('[data-test="today-item"][data-kind="case_silent"]').waitFor({ timeout: 20_000 });
      await look(mother, 'today-silent');
      await mother.page.locator('[data-test="today-item"][data-kind="case_silent"] [data-test="today-open"]').click();
      await mother.page.locator('[data-test="case-silence"][data-level="act"]').waitFor();
      assert.match(await at(mother, 'case-silence').innerText(), /31/);
      await look(mother, 'case-silent');
      // Nobody but those she named can read who he is: it is not on the other devices at all.
      await until('the case on the other devices', async () => (await call(wife.home, 'case.list', { group })).cases.length === 1);
      const hers = await call(wife.home, 'case.view', { group, case_id });
      assert.equal(hers.sealed, undefined);
      assert.equal(hers.card.readable, false);
      assert.ok(!JSON.stringify(hers).includes(s.son_name));
      const theirs = await until('the fields on the lawyer’s device', async () => {
        const view = await call(lawyer.home, 'case.view', { group, case_id });
        return view.sealed ? view : null;
      });
      assert.equal(theirs.sealed.name, s.son_name);
      await open_case(wife);
      await wife.page.locator('[data-test="sealed"][data-readable="false"]').scrollIntoViewIfNeeded();
      await look(wife, 'case-sealed-to-others');
    });

    step('she asks, and the lawyer answers', async () => {
      await go_to(mother, 'guidance');
      await click(mother, 'question-ask');
      await see(mother, 'ask-detail');
      await fill(mother, 'question-text', s.question);
      await at(mother, 'reach-advisers').check();
      await look(mother, 'ask');
      await click(mother, 'question-send');
      await see(mother, 'question-detail');
      await today(mother);
      await today(lawyer);
      await lawyer.page.locator('[data-test="today-item"][data-kind="question_open"]').waitFor({ timeout: 20_000 });
      await look(lawyer, 'today-question');
      await lawyer.page.locator('[data-test="today-item"][data-kind="question_open"] [data-test="today-open"]').click();
      if (!(await lawyer.page.locator('[data-test="question-detail"]').count())) await row(lawyer, 'question', s.question.slice(0, 20)).click();
      await see(lawyer, 'answer-text');
      await fill(lawyer, 'answer-text', s.answer);
      await at(lawyer, 'answer-article').selectOption({ label: s.articles[0].title });
      await look(lawyer, 'answer');
      await click(lawyer, 'answer-send');
      await lawyer.page.locator('[data-test="reply"]').first().waitFor();
      await mother.page.locator('[data-test="today-item"][data-kind="question_answered"]').waitFor({ timeout: 20_000 });
      await look(mother, 'today-answered');
      await mother.page.locator('[data-test="today-item"][data-kind="question_answered"] [data-test="today-open"]').click();
      await row(mother, 'reply', s.answer.slice(0, 24)).waitFor();
      await look(mother, 'answered');
    });

    step('the tracing request is filled in from the case and kept there', async () => {
      await open_case(mother);
      await click(mother, 'case-next-do');
      await see(mother, 'paper-form');
      await fill(mother, 'field-who', s.son_name);
      await fill(mother, 'field-unit', s.unit);
      await fill(mother, 'field-since', day_ago(31));
      await look(mother, 'paper-request');
      await click(mother, 'paper-show');
      await see(mother, 'paper-preview');
      await look(mother, 'paper-request-ready');
      await click(mother, 'paper-keep');
      await see(mother, 'paper-kept');
      await click(mother, 'paper-case-open');
      await row(mother, 'case-paper', s.articles[0].papers[0].title).waitFor();
    });

    step('he calls: he refuses; the report is printed, handed in and kept', async () => {
      await open_case(mother);
      await write_entry(mother, 'contact', { text: s.called, days: 7 });
      await write_entry(mother, 'refused', { text: s.refused, days: 7, open: true });
      await state_is(mother, 'refused');
      await look(mother, 'case-refused');
      await click(mother, 'case-next-do');
      await see(mother, 'situation-detail');
      await look(mother, 'guidance-whom');
      await mother.page.locator('[data-test="audience"][data-audience="contract"]').click();
      await row(mother, 'article-row', s.articles[1].title).click();
      await see(mother, 'article');
      await look(mother, 'article');
      await click(mother, 'paper');
      await see(mother, 'paper-form');
      await fill(mother, 'field-who', s.who);
      await fill(mother, 'field-unit', s.unit);
      await fill(mother, 'field-why', s.why);
      await click(mother, 'paper-show');
      await see(mother, 'paper-preview');
      await look(mother, 'report-ready');
      await at(mother, 'paper-case').selectOption({ label: s.son });
      await click(mother, 'paper-keep');
      await see(mother, 'paper-kept');
      await mother.page.emulateMedia({ media: 'print' });
      assert.equal(await mother.page.locator('[data-test="sheet"]').filter({ visible: true }).count(), 2, 'two copies are printed');
      await mother.page.screenshot({ path: path.join(shots, `story-${String(++shot).padStart(2, '0')}-report-printed-${language}.png`), fullPage: true });
      await mother.page.emulateMedia({ media: 'screen' });
      await click(mother, 'paper-case-open');
      await see(mother, 'case-view');
      await write_entry(mother, 'report_served', { days: 6, more: async () => mother.page.locator('[data-test="entry-how-in_person_stamp"]').check() });
      await state_is(mother, 'report_served');
      await mother.page.locator('[data-test="deadline"]').first().waitFor();
      await look(mother, 'case-report-served');
      await mother.page.locator('[data-test="deadlines"]').scrollIntoViewIfNeeded();
      await look(mother, 'case-deadlines');
      const [calendar] = await Promise.all([mother.page.waitForEvent('download'), click(mother, 'case-calendar')]);
      const text = readFileSync(await calendar.path(), 'utf8');
      assert.match(text, /^BEGIN:VCALENDAR\r\n[^]*BEGIN:VEVENT/);
      assert.ok(!text.includes(s.son_surname), 'the calendar names nobody');
    });

    step('they threaten him, and the answer is two taps away; they hold him', async () => {
      await open_case(mother);
      await write_entry(mother, 'threatened', { text: s.threat, days: 5, more: async () => {
        await fill(mother, 'entry-law', s.law);
        await fill(mother, 'entry-rank', s.rank);
      } });
      await state_is(mother, 'threatened');
      await look(mother, 'case-threatened');
      await click(mother, 'case-next-do');
      await mother.page.locator('[data-test="audience"][data-audience="contract"]').click();
      await row(mother, 'article-row', s.articles[1].title).click();
      await mother.page.locator('[data-test="threat"]').first().scrollIntoViewIfNeeded();
      await look(mother, 'article-threats');
      await open_case(mother);
      await write_entry(mother, 'held', { days: 4, open: true, more: async () => {
        await fill(mother, 'entry-place', s.place);
        await fill(mother, 'entry-held-with', s.with);
      } });
      await state_is(mother, 'held');
      await look(mother, 'case-held');
      await mother.page.locator('[data-test="refusal"]').scrollIntoViewIfNeeded();
      await at(mother, 'threat-answer').waitFor();
      await look(mother, 'case-refusal');
    });

    step('fourteen men on one roll, by keyboard', async () => {
      // What comes in while a case is open before her eyes is not told again.
      await today(mother);
      await go_to(wife, 'cases');
      await click(wife, 'roll-new');
      await see(wife, 'roll-new-screen');
      await wife.page.locator('[data-test="roll-head"] summary').click();
      await wife.page.locator('[data-test="when-day"]').check();
      await fill(wife, 'when-day-field', day_ago(2));
      await look(wife, 'roll-empty');
      await wife.page.locator('[data-test="roll-head"] summary').click();
      await at(wife, 'roll-name').focus();
      for (const [index, man] of s.men.entries()) {
        await wife.page.keyboard.type(man);
        if (index === 0) {
          await wife.page.keyboard.press('Tab');
          const taken = await wife.page.evaluate((key) => !document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })), s.key_held);
          assert.ok(taken, 'one letter sets the state');
          await wife.page.keyboard.press('Tab');
          await wife.page.keyboard.type(s.message);
          await wife.page.keyboard.press('Tab');
          await wife.page.keyboard.type(s.unit);
          await wife.page.keyboard.press('Shift+Tab');
          await wife.page.keyboard.press('Shift+Tab');
          await wife.page.keyboard.press('Shift+Tab');
          // She cannot see his name, yet the roll finds his case by it.
          await see(wife, 'roll-match');
          await look(wife, 'roll-match');
          await wife.page.keyboard.press('ArrowDown');
        }
        await wife.page.keyboard.press('Enter');
      }
      await look(wife, 'roll');
      await click(wife, 'roll-save');
      await wife.page.locator('[data-test="roll-saved"][data-made="13"][data-matched="1"]').waitFor();
      await look(wife, 'roll-saved');
      await click(wife, 'roll-open');
      await wife.page.locator('[data-test="roll-entry"]').nth(13).waitFor();
      await look(wife, 'roll-view');
      await mother.page.locator('[data-test="today-item"][data-kind="case_told"]').waitFor({ timeout: 20_000 });
      await look(mother, 'today-told');
      await mother.page.locator('[data-test="today-item"][data-kind="case_told"] [data-test="today-open"]').click();
      await row(mother, 'entry', s.message).waitFor();
    });

    step('released, then home', async () => {
      await open_case(mother);
      await write_entry(mother, 'released', { text: s.released, days: 1, open: true });
      await state_is(mother, 'released');
      await look(mother, 'case-released');
      await click(mother, 'case-next-do');
      await see(mother, 'entry-screen');
      await write_entry(mother, 'home', { text: s.home, open: true });
      await state_is(mother, 'home');
      await look(mother, 'case-home');
      await mother.page.locator('[data-test="timeline"]').scrollIntoViewIfNeeded();
      await look(mother, 'case-timeline');
      await today(mother);
      await mother.page.locator('[data-test="today-item"][data-kind="case_silent"]').waitFor({ state: 'detached' });
    });

    step('a second case of the same man is found without showing his name, and both women agree', async () => {
      await today(mother);
      await call(wife.home, 'case.create', { group, card: { label: s.second, category: 'contract', unit: s.unit, region: s.region },
        sealed: { name: s.son_name, birth_day: '2001-03-12' }, readers: [] });
      await mother.page.locator('[data-test="today-item"][data-kind="double_found"]').waitFor({ timeout: 20_000 });
      await look(mother, 'today-double');
      await mother.page.locator('[data-test="today-item"][data-kind="double_found"] [data-test="today-open"]').click();
      await see(mother, 'double');
      await at(mother, 'double').scrollIntoViewIfNeeded();
      await look(mother, 'double');
      await click(mother, 'double-agree');
      await mother.page.locator('[data-test="double"][data-state="i_agreed"]').filter({ visible: true }).first().waitFor();
      await go_to(wife, 'cases');
      await see(wife, 'double');
      await click(wife, 'double-agree');
      await until('the two cases to be joined', async () => (await call(mother.home, 'case.view', { group, case_id })).card.joined_with);
      assert.equal((await call(lawyer.home, 'tally.view', { group, by: 'unit' })).joined, 1, 'he counts once');
    });

    step('a family takes its case along, erases it, and brings it back', async () => {
      await go_to(wife, 'cases');
      await row(wife, 'case', s.second).click();
      await see(wife, 'sealed');
      await wife.page.locator('[data-test="case-take"] summary').click();
      await fill(wife, 'take-passphrase', s.carried);
      await fill(wife, 'take-again', s.carried);
      const [file] = await Promise.all([wife.page.waitForEvent('download'), click(wife, 'take-do')]);
      const carried = readFileSync(await file.path());
      assert.ok(!carried.includes(Buffer.from(s.son_surname)), 'the file is sealed');
      await click(wife, 'case-erase');
      await see(wife, 'case-erase-ask');
      await look(wife, 'case-erase');
      await fill(wife, 'case-erase-word', s.second);
      await click(wife, 'case-erase-do');
      await wife.page.locator('[data-test="case"]', { hasText: s.second }).first().waitFor({ state: 'detached' });
      await until('the case to be gone for the mother', async () => !(await call(mother.home, 'case.list', { group })).cases.some((one) => one.label === s.second));
      await click(wife, 'case-bring');
      await wife.page.locator('[data-test="case-bring-file"]').setInputFiles({ name: 'x', mimeType: 'application/octet-stream', buffer: carried });
      await fill(wife, 'case-bring-passphrase', s.carried);
      await look(wife, 'case-bring');
      await click(wife, 'case-bring-do');
      await wife.page.locator('[data-test="case-view"] [data-test="case-title"]', { hasText: s.second }).waitFor({ timeout: 20_000 });
      assert.match(await at(wife, 'sealed-name').innerText(), new RegExp(s.son_surname));
    });

    async function report(who, { text, note, out_of, from, until: last, figures, source }) {
      await go_to(who, 'counts');
      await click(who, 'report-new');
      await fill(who, 'report-text', text);
      await fill(who, 'report-out-of', String(out_of));
      for (const [state, count] of Object.entries(figures)) await fill(who, `figure-${state}`, String(count));
      await fill(who, 'report-from', day_ago(from));
      await fill(who, 'report-until', day_ago(last));
      await fill(who, 'report-unit', s.unit);
      await at(who, 'report-region').selectOption(s.region);
      await at(who, 'report-source').selectOption(source);
      await fill(who, 'report-source-note', note);
      await look(who, 'report-new');
      await click(who, 'report-save');
      await row(who, 'report', text).waitFor();
    }

    step('the tally of the brigade, and of the week', async () => {
      await go_to(lawyer, 'counts');
      await report(lawyer, { text: s.brigade, note: s.brigade_note, out_of: 29, from: 40, until: 1, figures: { refused: 29, home: 24 }, source: 'office' });
      await report(lawyer, { text: s.week, note: s.week_note, out_of: 100, from: 8, until: 2, figures: { sent_back: 100, killed: 10, wounded: 20 }, source: 'comrade_family' });
      await lawyer.page.locator('[data-test="tally-row"]').first().waitFor();
      await look(lawyer, 'counts');
      const { rows, total } = await call(lawyer.home, 'tally.view', { group, by: 'unit' });
      const brigade = rows.find((one) => one.label === s.unit || one.key === s.unit) ?? total;
      const cell = (one, state) => one.cells.find((c) => c.state === state);
      assert.ok(cell(brigade, 'refused').at_least >= 29, 'twenty-nine refused');
      assert.ok(cell(brigade, 'home').at_least >= 24, 'most of them home');
      assert.ok(cell(brigade, 'killed').at_least === 10 && cell(brigade, 'wounded').at_least === 20, 'of a hundred sent back ten were killed, twenty wounded');
      assert.ok(cell(brigade, 'sent_back').at_least >= 100);
      assert.ok(brigade.men_at_least >= 100 && brigade.men_at_most >= brigade.men_at_least, 'the denominator is told');
      await lawyer.page.locator('[data-test="tally-table"]').scrollIntoViewIfNeeded();
      await look(lawyer, 'counts-table');
      await lawyer.page.locator('[data-test="tally-cell"][data-state="killed"] [data-test="tally-open"]').first().click();
      await row(lawyer, 'report', s.week).waitFor();
      await look(lawyer, 'counts-sources');
      await go_to(lawyer, 'counts');
      await click(lawyer, 'tally-chart');
      await lawyer.page.locator('[data-test="tally-chart-place"] canvas').waitFor();
      await look(lawyer, 'counts-chart');
      await go_to(mother, 'counts');
      await mother.page.locator('[data-test="tally-row"]').first().waitFor();
      await until('the reports on her device', async () => (await call(mother.home, 'report.list', { group })).reports.length === 2);
      await look(mother, 'counts-phone');
      await today(mother);
      await click(mother, 'due-open');
      await see(mother, 'due-screen');
      await look(mother, 'due');
    });

    step('no page made an error and no browser kept anything', async () => {
      for (const who of people) {
        const kept = await who.page.evaluate(async () => ({
          local: localStorage.length, session: sessionStorage.length, cookie: document.cookie, databases: (await indexedDB.databases()).length }));
        assert.deepEqual(kept, { local: 0, session: 0, cookie: '', databases: 0 });
        assert.deepEqual(who.problems, []);
      }
    });
  });
}
