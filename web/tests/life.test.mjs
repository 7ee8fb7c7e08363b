// The life of a group on its page, against the mock: roles, rules, who brought in whom, and what can be done with a
// message. Both languages, narrow and wide; every screen passes axe.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { Mock } from '../dev/mock.mjs';
import { open_browser } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kWorlds = [
  { language: 'ru', width: 360, height: 740 },
  { language: 'en', width: 1280, height: 800 },
];

for (const world of kWorlds) {
  describe(`the life of a group, ${world.language}, ${world.width}`, { concurrency: 1 }, () => {
    let mock, browser, page;
    const at = (name) => page.locator(`[data-test="${name}"]`);
    const problems = [];

    before(async () => {
      mock = new Mock({ passphrase_ms: 10 });
      browser = await open_browser(world);
      ({ page } = browser);
      page.on('pageerror', (error) => problems.push(String(error)));
      await page.goto(await mock.listen());
      await at(`choose-${world.language}`).click();
      await at('promise-next').click();
      await at('passphrase').fill('сосна левый утюг дождь кафель');
      await at('passphrase-again').fill('сосна левый утюг дождь кафель');
      await at('passphrase-save').click();
      await at('today').waitFor();
    });
    after(async () => {
      await browser?.close();
      await mock?.close();
    });

    async function look(name) {
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], name);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is too wide`);
    }
    async function go_to(place) {
      if (!(await at('group-screen').count())) await at('group').first().click();
      await at(`place-${place}`).click();
    }

    test('an organizer makes an adviser and takes it back', async () => {
      await go_to('people');
      await page.locator('[data-test="member"][data-me="false"]').first().click();
      await at('member-detail').waitFor();
      await at('role-adviser').click();
      await page.locator('[data-test="role-member"]').waitFor();
      await look('member');
      await at('chain-show').click();
      await at('chain').waitFor();
      await look('chain');
      await at('role-member').click();
      await at('role-adviser').waitFor();
    });

    test('the rules are shown and changed, talk is kept shorter here', async () => {
      await go_to('more');
      await at('more-rules').click();
      await at('rules-detail').waitFor();
      await look('rules');
      await at('rules-change').click();
      await at('rules-retention-field').selectOption('30');
      await look('rules form');
      await at('rules-save').click();
      await page.locator('[data-test="rules-retention"]', { hasText: '30' }).waitFor();
      await at('keep-days').selectOption('7');
      await at('keep-save').click();
      await page.locator('[data-test="keep-said"]:not(:empty)').waitFor();
      assert.equal(mock.groups[0].my_days, 7);
    });

    test('a spare relay is named, and one that is gone is left', async () => {
      await go_to('more');
      await at('more-rules').click();
      await at('relays-change').click();
      await at('relays-field').fill('http://127.0.0.1:8440\nhttps://second.example');
      await look('relays form');
      await at('relays-save').click();
      await page.locator('[data-test="relay"][data-relay="https://second.example"]').waitFor();
      await look('relays');
      const group = mock.groups[0];
      group.relay_gone = true;
      group.recoveries = [{ relay: 'https://second.example', approved_by: [{ member: group.members[1].member, name: group.members[1].name }], needed: 3, mine: false }];
      mock.notice('sync', group.group);
      await at('relay-gone').waitFor();
      await look('relay gone');
      await at('recovery-agree').click();
      await at('recovery-mine').waitFor();
      group.relay_gone = false;
      group.recoveries = [];
      mock.notice('sync', group.group);
      await at('relays-change').waitFor();
    });

    test('a message is answered, signed, changed, pinned, removed', async () => {
      await go_to('talk');
      const others = page.locator('[data-test="message"][data-mine="false"]').last();
      await others.locator('[data-test="message-more"]').click();
      await look('deeds');
      await others.locator('[data-test="sign-thanks"]').click();
      await others.locator('[data-test="message-signs"]').waitFor();
      await others.locator('[data-test="message-more"]').click();
      await others.locator('[data-test="message-answer"]').click();
      await at('composer-replying').waitFor();
      await look('replying');
      await at('composer').fill('Спасибо, поняла');
      await at('send').click();
      const mine = page.locator('[data-test="message"]', { hasText: 'Спасибо, поняла' });
      await mine.locator('[data-test="message-reply"]').waitFor();
      await mine.locator('[data-test="message-more"]').click();
      await mine.locator('[data-test="message-edit"]').click();
      await at('composer-editing').waitFor();
      await at('composer').fill('Спасибо, всё поняла');
      await at('send').click();
      const edited = page.locator('[data-test="message"]', { hasText: 'Спасибо, всё поняла' });
      await edited.locator('[data-test="message-edited"]').waitFor();
      await edited.locator('[data-test="message-more"]').click();
      await edited.locator('[data-test="message-pin"]').click();
      await at('pins-open').click();
      await at('pin').waitFor();
      await look('pins');
      await at('pins-open').click();
      await edited.locator('[data-test="message-more"]').click();
      await edited.locator('[data-test="message-remove"]').click();
      await edited.locator('[data-test="message-remove-do"]').click();
      await at('message-removed').first().waitFor();
      await look('removed');
      assert.equal(await page.locator('[data-test="message"]', { hasText: 'Спасибо, всё поняла' }).count(), 0);
    });

    test('a draft is kept and names are offered', async () => {
      await go_to('talk');
      await at('composer').fill('Я думаю, что @');
      await at('mention').first().waitFor();
      await look('names');
      await at('mention').first().click();
      const text = await at('composer').inputValue();
      assert.match(text, /@\S+ $/u);
      await go_to('people');
      assert.equal(mock.groups[0].draft.text, text);
      await go_to('talk');
      assert.equal(await at('composer').inputValue(), text);
      await at('composer').fill('');
    });

    test('the page made no error', () => assert.deepEqual(problems, []));
  });
}
