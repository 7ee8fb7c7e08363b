// Guidance, papers and questions against the mock node, at the sizes that matter; then the adviser's work, and what a
// printed paper looks like.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { first_start, looks, pictures, ready, walk } from './walk.mjs';

before(ready);

const hook = (it, name) => it.page.locator(`[data-test="${name}"]`).filter({ visible: true });
const root = async (it) => {
  if (!(await it.page.locator('[data-test="group-screen"]').count())) await it.click('group');
  await it.click('place-guidance');
  await it.see('guidance-home');
};
const pick = (it, kind, value) => it.page.locator(`[data-test="${kind}"][data-${kind}="${value}"]`).filter({ visible: true }).click();

async function reads(it) {
  const word = (ru, en) => (it.look.language === 'ru' ? ru : en);
  await first_start(it);
  await it.page.locator('[data-test="today-item"][data-kind="article_withdrawn"]').waitFor();
  await it.check('today-guidance');

  await root(it);
  await it.see('situation');
  await it.check('guidance');
  // Three taps: what has happened, for whom, the article.
  await pick(it, 'situation', 'refused');
  await it.see('situation-detail');
  await it.check('guidance-whom');
  await pick(it, 'audience', 'contract');
  await it.see('article-row');
  await it.check('guidance-found');
  await it.click('article-row');
  await it.see('article');
  await it.see('sample');
  await it.see('doubts');
  assert.equal(await hook(it, 'step').count(), 4);
  await it.check('article');
  await it.at('step').scrollIntoViewIfNeeded();
  await hook(it, 'copy').first().click();
  await hook(it, 'threat').first().scrollIntoViewIfNeeded();
  await it.check('article-threats');
  await it.page.locator('[data-test="outcomes"]').scrollIntoViewIfNeeded();
  await it.check('article-outcomes');
  await it.page.locator('[data-test="revisions"] summary').click();
  await hook(it, 'revision').last().click();
  await it.see('older');
  await it.page.goBack();

  await it.click('paper');
  await it.see('paper-form');
  await it.check('paper');
  await it.click('paper-show');
  await it.see('paper-problems');
  assert.equal(await it.page.locator('[data-test="paper-form"] .wrong').count(), 3, 'what is missing is said at its field');
  await it.check('paper-problems');
  await it.fill('field-who', word('рядовой Образцов Пример', 'Private Sample Example'));
  await it.fill('field-unit', '00000');
  await it.fill('field-since', '2022-05-10');
  await it.fill('field-why', word('Мне не объяснили задачу. <b>Не html</b>', 'The task was not explained. <b>No html</b>'));
  await it.click('paper-show');
  await it.see('paper-preview');
  assert.match(await it.at('paper-preview').innerText(), word(/<b>Не html<\/b>[^]*10 мая 2022/, /<b>No html<\/b>[^]*10 May 2022/));
  await it.check('paper-preview');
  await it.page.locator('[data-test="paper-case"]').scrollIntoViewIfNeeded();
  await it.page.locator('[data-test="paper-case"]').selectOption({ index: 1 });
  await it.click('paper-keep');
  await it.see('paper-kept');
  await it.check('paper-kept');
  await it.page.emulateMedia({ media: 'print' });
  assert.equal(await hook(it, 'sheet').count(), 2, 'two copies are printed');
  assert.equal(await it.page.locator('button').filter({ visible: true }).count(), 0, 'nothing to press on paper');
  await it.page.emulateMedia({ media: 'screen' });

  await root(it);
  await hook(it, 'guidance-search').press('Escape');
  await it.page.locator('h2').first().press('/');
  await it.page.keyboard.type(word('рапорту', 'reports'));
  await it.see('article-row');
  assert.ok((await it.page.locator('[data-test="article-row"] mark').count()) > 0, 'the found words are marked');
  await it.check('guidance-search');
  await it.fill('guidance-search', word('дирижабль', 'airship'));
  await it.page.locator('[data-test="article-row"]').first().waitFor({ state: 'detached' });
  await it.check('guidance-nothing');
  await it.fill('guidance-search', '');

  await it.click('to-articles');
  await it.see('articles-detail');
  await it.at('filter-withdrawn').check();
  await it.page.locator('[data-test="article-row"][data-state="withdrawn"]').waitFor();
  await it.page.locator('[data-test="article-row"][data-state="stale"]').waitFor();
  await it.page.locator('[data-test="article-row"][data-state="not_yet"]').waitFor();
  await it.check('articles');
  await it.page.locator('[data-test="article-row"][data-state="withdrawn"]').click();
  await it.see('withdrawn');
  await it.check('article-withdrawn');
  await it.click('replacement');
  await it.page.locator('[data-test="article"][data-article="a1"]').waitFor();
  await it.page.goBack();
  await it.page.goBack();
  await it.page.locator('[data-test="article-row"][data-state="stale"]').click();
  await it.see('stale');
  await it.check('article-stale');

  await root(it);
  await it.click('question-ask');
  await it.see('ask-detail');
  await it.at('reach-advisers').check();
  await it.click('question-send');
  await it.page.locator('.wrong').first().waitFor();
  await it.check('ask');
  await it.fill('question-text', word('Куда звонить ночью?', 'Whom to call at night?'));
  await it.at('urgency-urgent').check();
  await it.click('question-send');
  await it.see('question-detail');
  await it.page.locator('[data-test="question-seen"]').waitFor();
  await it.check('question-sent');
  await root(it);
  await it.click('to-questions');
  await it.see('question');
  await it.check('questions');
  await it.page.locator('[data-test="question"][data-state="answered"]').click();
  await it.see('reply-article');
  await it.check('question-answered');
}

async function advises(it) {
  const word = (ru, en) => (it.look.language === 'ru' ? ru : en);
  await first_start(it);
  it.mock.group('g1').mock_adviser = true;
  it.mock.notice('guidance', 'g1');
  await it.page.locator('[data-test="today-item"][data-kind="question_urgent"]').waitFor();
  await it.check('today-adviser');
  await it.page.locator('[data-test="today-item"][data-kind="question_urgent"] [data-test="today-open"]').click();
  await it.see('answer-text');
  await it.check('answer');
  await it.fill('answer-text', word('Отправьте **заказным письмом** сегодня.', 'Send it **by registered letter** today.'));
  await it.page.locator('[data-test="answer-article"]').selectOption({ index: 1 });
  await it.click('answer-send');
  await it.page.locator('[data-test="question-detail"][data-state="answered"]').waitFor();
  await it.click('question-to-article');
  await it.see('write-question');
  assert.match(await it.at('write-summary').inputValue(), word(/заказным/, /registered/));
  assert.doesNotMatch(await it.at('write-summary').inputValue(), word(/сына/, /my son/), 'nothing of the asker');

  await it.click('write-show');
  await it.page.locator('.wrong').first().waitFor();
  await it.fill('write-title', word('Рапорт не берут', 'They do not take the report'));
  await it.at('write-audience-family').check();
  await it.at('write-situation-refused').check();
  await it.click('add-step');
  await it.fill('step-title-0', word('Сходить на почту', 'Go to the post office'));
  await it.fill('step-say-0', word('С описью вложения, пожалуйста.', 'With a list of contents, please.'));
  await it.check('write');
  await it.click('add-paper');
  await it.fill('paper-title', word('Жалоба', 'Complaint'));
  await it.fill('paper-to', word('Военному прокурору', 'To the military prosecutor'));
  await it.fill('paper-body', word('Прошу проверить. ', 'Please look into it. '));
  await it.click('add-paper-field');
  await it.fill('field-label', word('Кто жалуется', 'Who complains'));
  await it.click('field-put');
  assert.match(await it.at('paper-body').inputValue(), word(/\{\{кто_жалуется\}\}/, /\{\{who_complains\}\}/));
  await it.at('add-paper').scrollIntoViewIfNeeded();
  await it.check('write-paper');
  await it.click('add-threat');
  await it.fill('threat-said-0', word('«Отдадим под суд»', '“You will be tried”'));
  await it.fill('threat-truth-0', word('За жалобу не судят.', 'Nobody is tried for a complaint.'));
  // What is half written stays while she looks elsewhere.
  await it.click('place-talk');
  await it.page.goBack();
  await it.see('write-title');
  assert.equal(await it.at('threat-truth-0').inputValue(), word('За жалобу не судят.', 'Nobody is tried for a complaint.'));
  await it.click('write-show');
  await it.see('write-preview');
  await it.check('write-preview');
  await it.click('write-send');
  await it.see('article');
  await it.check('article-published');

  await root(it);
  await it.click('to-proposals');
  await it.see('proposal');
  await it.page.locator('[data-test="proposal"] summary').click();
  await it.check('proposals');
  await it.click('proposal-take');
  await it.see('write-title');
  await it.click('write-show');
  await it.click('write-send');
  await it.see('article');
  assert.equal(await hook(it, 'endorse').count(), 0, 'nobody stands by her own revision');
  await root(it);
  await it.click('to-articles');
  await it.page.locator('[data-test="article-row"][data-article="a3"]').click();
  await it.click('disagree');
  await it.fill('disagree-text', word('Срок другой.', 'The term is another.'));
  await it.check('disagree');
  await it.click('disagree-do');
  await it.see('doubts');
  await it.click('endorse');
  await it.see('endorsed');
  await it.click('withdraw');
  await it.see('withdraw-detail');
  await it.fill('withdraw-reason', word('Закон изменился.', 'The law changed.'));
  await it.page.locator('[data-test="withdraw-replacement"]').selectOption({ index: 1 });
  await it.fill('withdraw-word', word('нет', 'no'));
  await it.click('withdraw-do');
  await it.page.locator('.wrong').first().waitFor();
  await it.check('withdraw');
  await it.fill('withdraw-word', word('отозвать', 'withdraw'));
  await it.click('withdraw-do');
  await it.see('withdrawn');

  await it.click('place-more');
  await it.click('more-refused');
  await it.see('refused');
  await it.check('refused');

  await root(it);
  await it.click('to-carry');
  await hook(it, 'carry-article').first().check();
  const [saved] = await Promise.all([it.page.waitForEvent('download'), it.click('carry-save')]);
  const articles = JSON.parse(readFileSync(await saved.path(), 'utf8')).articles;
  const other = { ...articles[0], article: 'elsewhere', withdrawal: undefined };
  const forged = { ...other, article: 'forged', forged: true };
  const file = { name: 'articles.hwa', mimeType: 'application/octet-stream', buffer: Buffer.from(JSON.stringify({ articles: [...articles, other, forged] })) };
  await it.page.locator('[data-test="carry-file"]').setInputFiles(file);
  await it.see('carry-take');
  assert.equal(await it.page.locator('[data-test="carry-found"] [data-outcome]').count(), 3);
  await it.check('carry');
  await it.click('carry-take');
  await it.see('carry-taken');
}

describe('guidance as members use it', { concurrency: 2 }, () => {
  for (const look of looks) test(look.name, { timeout: 240_000 }, () => walk({ ...look, name: `guidance-${look.name}` }, reads));
});

describe('guidance as advisers keep it', { concurrency: 2 }, () => {
  for (const look of [looks[0], looks[3], looks[4]])
    test(look.name, { timeout: 240_000 }, () => walk({ ...look, name: `adviser-${look.name}` }, advises));
});

test('a member proposes a new article', { timeout: 120_000 }, () =>
  walk({ ...looks[0], name: 'guidance-proposes' }, async (it) => {
    await first_start(it);
    await root(it);
    await it.click('to-write');
    await it.see('write-note');
    await it.fill('write-note', 'Такой памятки нет.');
    await it.fill('write-title', 'Как доехать до части');
    await it.fill('write-summary', 'Автобус в семь утра.');
    await it.click('write-show');
    await it.check('propose-preview');
    await it.click('write-send');
    await it.see('proposals-detail');
    assert.equal(await hook(it, 'proposal').count(), 2);
  }),
);

test('a hostile article shows its text and nothing else', { timeout: 120_000 }, () =>
  walk({ ...looks[0], name: 'guidance-hostile' }, async (it) => {
    await first_start(it);
    const nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script> [сюда](javascript:alert(1)) **<u>x</u>**';
    const content = it.mock.guidance('g1').find('a3').revisions.at(-1).content;
    Object.assign(content, { title: nasty, summary: nasty, steps: [{ title: nasty, text: nasty, say: nasty }], contacts: [{ name: nasty, how: nasty }] });
    await root(it);
    await pick(it, 'situation', 'missing');
    await pick(it, 'audience', 'family');
    await it.click('article-row');
    await it.see('article-body');
    const inside = it.page.locator('[data-test="article"]');
    for (const tag of ['img', 'script', 'u', 'a', 'iframe']) assert.equal(await inside.locator(tag).count(), 0, tag);
    assert.match(await inside.innerText(), /onerror="document\.title=1"/);
    await it.check('hostile');
  }),
);

test('a printed paper is two sheets of A4, and a stale one says so', { timeout: 120_000 }, () =>
  walk({ ...looks[3], name: 'guidance-print' }, async (it) => {
    await first_start(it);
    it.mock.guidance('g1').find('a1').revisions.at(-1).check_by = '2022-09-01';
    await root(it);
    await pick(it, 'situation', 'refused');
    await pick(it, 'audience', 'contract');
    await it.page.locator('[data-test="article-row"][data-article="a1"]').click();
    await it.see('stale');
    writeFileSync(join(pictures, 'article.pdf'), await it.page.pdf({ preferCSSPageSize: true }));
    await it.click('paper');
    await it.fill('field-who', 'Private Sample Example');
    await it.fill('field-unit', '00000');
    await it.fill('field-since', '2022-05-10');
    await it.click('paper-show');
    await it.see('paper-preview');
    const pdf = await it.page.pdf({ preferCSSPageSize: true });
    writeFileSync(join(pictures, 'paper.pdf'), pdf);
    assert.equal(pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length, 2, 'a sheet for each copy');
    await it.page.emulateMedia({ media: 'print' });
    assert.equal(await it.page.locator('.sheet .sheet-warning').filter({ visible: true }).count(), 2, 'stale stands on every copy');
  }),
);
