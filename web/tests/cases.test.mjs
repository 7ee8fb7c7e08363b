// Cases, entries, the roll, what is due and the counts against the mock node, at the sizes that matter; and how many keys
// a roll of twenty men takes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { first_start, looks, ready, walk } from './walk.mjs';

before(ready);

const open_place = async (it, place) => {
  if (!(await it.page.locator('[data-test="group-screen"]').count())) await it.click('group');
  await it.click(`place-${place}`);
};

/** A key of her own keyboard, whatever its layout is. */
async function press_key(it, key) {
  if (/^[\x20-\x7e]$|^[A-Z][a-zA-Z]+$/.test(key)) return it.page.keyboard.press(key);
  const taken = await it.page.evaluate(
    (key) => !document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })),
    key,
  );
  if (!taken) await it.page.keyboard.insertText(key);
}

async function cases(it) {
  const word = (ru, en) => (it.look.language === 'ru' ? ru : en);
  await first_start(it);
  await it.click('due-open');
  await it.see('due-item');
  await it.check('due');
  await it.click('up');
  await open_place(it, 'cases');
  await it.see('case');
  await it.check('cases');
  assert.ok((await it.page.locator('[data-test="case"]').count()) >= 5);
  await it.fill('case-search', word('рыж', 'ging'));
  await it.page.waitForFunction(() => document.querySelectorAll('[data-test="case"]').length === 1);
  await it.click('case');
  await it.see('case-view');
  await it.page.locator('[data-test="case-view"] h2').waitFor();
  await it.check('case');
  await it.at('refusal').scrollIntoViewIfNeeded();
  await it.check('case-refusal');
  await it.at('timeline').scrollIntoViewIfNeeded();
  await it.check('case-timeline');
  const [calendar] = await Promise.all([it.page.waitForEvent('download'), it.click('case-calendar')]);
  assert.match(readFileSync(await calendar.path(), 'utf8'), /^BEGIN:VCALENDAR/);
  await it.click('case-next-do');
  await it.page.locator('[data-test="case-view"] [data-test="case-state"]').waitFor();
  assert.match((await it.at('sealed').innerText()).toLowerCase(), word(/прочитают только/, /only these/));

  await it.click('step-new');
  await it.fill('step-text', word('Позвонить юристу', 'Ring the lawyer'));
  await it.click('step-save');
  await it.page.locator('[data-test="step"]').getByText(word('Позвонить юристу', 'Ring the lawyer')).waitFor();

  await it.at('case-title').scrollIntoViewIfNeeded();
  await it.click('entry-new');
  await it.see('kind-threatened');
  await it.check('entry-kinds');
  await it.click('kind-threatened');
  await it.fill('entry-law', word('статья 338 УК', 'article 338'));
  await it.fill('entry-rank', word('подполковник', 'a lieutenant colonel'));
  await it.page.locator('[data-test="when-week"]').check();
  await it.page.locator('[data-test="when-day-field"]').fill(new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10));
  await it.see('when-said');
  assert.match(await it.at('when-said').innerText(), word(/на неделе с \d+ [а-я]+\./, /in the week of \d+ [A-Z][a-z]+\./));
  await it.check('entry');
  assert.match(await it.at('entry-text-seen-by').innerText(), word(/Юрист Нина/, /Nina the lawyer/));
  await it.page.locator('[data-test="entry-reach-everyone"]').check();
  assert.match(await it.at('entry-text-seen-by').innerText(), /24/);
  await it.fill('entry-text', word('Грозил при всём строе.', 'He threatened before the whole line.'));
  await it.click('entry-save');
  await it.see('timeline');
  await it.page.locator('[data-test="timeline"]').getByText(word('Грозил при всём строе', 'before the whole line')).waitFor();

  await it.page.locator('[data-test="entry-correct"]').first().click();
  await it.see('entry-screen');
  await it.fill('entry-text', word('Грозил ротный, не замполит.', 'It was the company commander.'));
  await it.click('entry-save');
  await it.page.locator('[data-test="entry"][data-corrected="true"]').first().waitFor();
  await it.page.locator('[data-test="case-clock"] summary').click();
  await it.fill('clock-act_days', '1');
  await it.click('clock-save');
  await it.page.locator('[data-test="case-settings-title"], .wrong').first().waitFor();
  await it.click('case-erase');
  await it.see('case-erase-ask');
  await it.check('case-erase');
  await it.click('case-erase-cancel');
  await it.click('case-edit');
  await it.see('case-edit-screen');
  await it.page.locator('[data-test="case-edit-screen"] h2').waitFor();
  await it.check('case-edit');
  await it.page.goBack();
  await it.see('case-view');

  await open_place(it, 'cases');
  await it.fill('case-search', '');
  await it.click('case-new');
  await it.see('case-new-screen');
  await it.click('case-next');
  await it.page.locator('.wrong').first().waitFor();
  await it.fill('case-label', word('Племянник', 'Nephew'));
  await it.page.locator('[data-test="case-region"]').selectOption('RU-BU');
  await it.check('case-new');
  await it.click('case-next');
  await it.page.locator('[data-step="2"]').waitFor();
  await it.fill('case-last-contact', new Date(Date.now() - 31 * 86_400_000).toISOString().slice(0, 10));
  await it.check('case-new-2');
  await it.click('case-next');
  await it.page.locator('[data-step="3"]').waitFor();
  assert.match(await it.at('sealed-name-seen-by').innerText(), word(/Юрист Нина/, /Nina/));
  await it.check('case-new-3');
  await it.fill('sealed-name', word('Примеров Образец', 'Sample Person'));
  await it.click('case-next');
  await it.see('case-view');
  await it.page.locator('[data-test="case-silence"][data-level="urgent"]').waitFor();
  await it.check('case-silent');
}

async function roll(it) {
  const word = (ru, en) => (it.look.language === 'ru' ? ru : en);
  await first_start(it);
  await open_place(it, 'cases');
  it.mock.set_link('offline');
  await it.click('roll-new');
  await it.see('roll-new-screen');
  const names = word(
    ['Рыжий', 'Туманов', 'Ветров', 'Озёрный', 'Камнев'],
    ['Ginger', 'Fogg', 'Wind', 'Lake', 'Stone'],
  );
  await it.page.keyboard.type(names[0]);
  await it.see('roll-match');
  await it.check('roll-match');
  await it.page.keyboard.press('ArrowDown');
  await it.page.keyboard.press('Enter');
  await it.see('roll-chosen');
  for (const name of names.slice(1)) {
    await it.page.keyboard.type(name);
    await it.page.keyboard.press('Enter');
  }
  await it.page.keyboard.press('ArrowUp');
  await it.page.keyboard.press('Tab');
  await press_key(it, word('о', 'r'));
  assert.equal(await it.page.locator('[data-test="roll-kind"]').nth(4).inputValue(), 'refused');
  await it.page.keyboard.press('Tab');
  await it.page.keyboard.type(word('Жив, целую', 'Alive, love'));
  await it.page.locator('[data-test="roll-keys"] summary').click();
  await it.check('roll');
  await open_place(it, 'talk');
  await open_place(it, 'cases');
  await it.click('roll-new');
  await it.page.locator('[data-test="roll-name"]').nth(4).waitFor();
  assert.equal(await it.page.locator('[data-test="roll-name"]').nth(4).inputValue(), names[4], 'the draft stayed');
  await it.click('roll-save');
  await it.page.locator('[data-test="roll-saved"][data-made="4"][data-matched="1"]').waitFor();
  await it.check('roll-saved');
  await it.click('roll-open');
  await it.see('roll-view');
  await it.page.locator('[data-test="roll-entry"]').first().waitFor();
  await it.check('roll-view');
  it.mock.set_link('connected');
}

async function counts(it) {
  const word = (ru, en) => (it.look.language === 'ru' ? ru : en);
  await first_start(it);
  await open_place(it, 'counts');
  await it.see('tally-row');
  await it.check('counts');
  const [csv] = await Promise.all([it.page.waitForEvent('download'), it.click('tally-csv')]);
  assert.ok(csv.suggestedFilename().endsWith('.csv'));
  await it.click('tally-chart');
  await it.page.locator('[data-test="tally-chart-place"] canvas').waitFor();
  await it.check('counts-chart');
  await it.click('tally-chart');
  await it.see('tally-row');
  await it.page.locator('[data-test="tally-cell"][data-state="killed"] [data-test="tally-open"]').first().click();
  await it.see('tally-sources');
  await it.page.locator('[data-test="report"]').first().waitFor();
  await it.check('counts-sources');
  await it.click('report');
  await it.see('report-view');
  await it.page.locator('[data-test="report-view"] h2').waitFor();
  await it.check('report');
  await open_place(it, 'counts');
  await it.click('report-new');
  await it.see('report-new-screen');
  await it.click('report-save');
  await it.page.locator('.wrong').first().waitFor();
  await it.fill('report-text', word('Ещё двое ранены.', 'Two more were wounded.'));
  await it.fill('figure-wounded', '2');
  await it.page.locator('[data-test="report-overlap"]').first().check();
  await it.check('report-new');
  await it.click('report-save');
  await it.page.locator('[data-test="reports"]').getByText(word('Ещё двое ранены', 'Two more')).waitFor();
  await it.page.locator('[data-test="tally-by-region"]').check();
  await it.page.locator('[data-test="tally-table"][data-by="region"]').waitFor();
  await it.check('counts-region');
}

describe('cases, rolls and counts', { concurrency: 2 }, () => {
  for (const look of looks) {
    const named = (part) => ({ ...look, name: `${part}-${look.name}` });
    test(`cases ${look.name}`, { timeout: 240_000 }, () => walk(named('cases'), cases));
    test(`roll ${look.name}`, { timeout: 120_000 }, () => walk(named('roll'), roll));
    test(`counts ${look.name}`, { timeout: 120_000 }, () => walk(named('counts'), counts));
  }
});

test('empty places teach', { timeout: 60_000 }, () =>
  walk({ ...looks[0], name: 'cases-empty' }, async (it) => {
    await first_start(it);
    await it.page.locator('[data-test="group"][data-group="g2"]').click();
    await it.click('place-cases');
    await it.see('cases-empty');
    await it.check('cases');
    await it.click('place-counts');
    await it.see('counts-empty');
    await it.check('counts');
  }),
);

// Twenty men from one call. A practised hand makes 200 key presses a minute on a page it knows, a hurried one 120: the
// roll must be written within three minutes at 120, thinking not counted.
test('twenty men by keyboard take fewer keys than three minutes allow', { timeout: 120_000 }, () =>
  walk({ ...looks[3], name: 'roll-twenty', language: 'ru' }, async (it) => {
    await first_start(it);
    await open_place(it, 'cases');
    await it.click('roll-new');
    await it.see('roll-new-screen');
    let keys = 0;
    const press = async (key) => {
      keys++;
      await press_key(it, key);
    };
    const write = async (text) => {
      for (const letter of text) await press(letter);
    };
    const men = [
      'Туманов', 'Ветров', 'Озёрный', 'Камнев', 'Рыжий', 'Снегов', 'Лужин', 'Бугров', 'Полянов', 'Горкин',
      'Столяр', 'Дождёв', 'Кустов', 'Лодкин', 'Маков', 'Ночкин', 'Ольхов', 'Пенкин', 'Росин', 'Травин',
    ];
    const refused = new Set([3, 4, 9, 10]);
    const messages = new Map([[2, 'Жив, позвонит'], [8, 'Не ранен']]);
    let state = 'с';
    for (const [index, name] of men.entries()) {
      await write(name);
      if (name === 'Рыжий' || name === 'Столяр') {
        await it.page.locator('[data-line="' + index + '"] [data-test="roll-match"]').waitFor();
        await press('ArrowDown');
      }
      const wanted = refused.has(index) ? 'о' : 'с';
      const said = messages.get(index);
      if (name === 'Рыжий' || name === 'Столяр') {
        await press('Enter'); // chosen, and on to the next line; the state was filled down
        continue;
      }
      if (wanted !== state || said) {
        await press('Tab');
        if (wanted !== state) await press(wanted);
        state = wanted;
      }
      if (said) {
        await press('Tab');
        await write(said);
      }
      await press('Enter');
    }
    await press('Enter'); // an empty line: on to Save
    await press('Enter');
    await it.page.locator('[data-test="roll-saved"][data-made="18"][data-matched="2"]').waitFor();
    console.log(`a roll of ${men.length} men: ${keys} key presses, ${(keys / men.length).toFixed(1)} a man`);
    assert.ok(keys <= 3 * 120, `${keys} key presses`);
  }),
);
