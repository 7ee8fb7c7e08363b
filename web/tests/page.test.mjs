// Walks every screen against the mock node, in both languages, at the sizes that matter: each screen must fit its width,
// pass axe-core, break no rule of the policy and leave nothing in the browser. Pictures go to artefacts/page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { first_start, looks, passphrase, ready, walk } from './walk.mjs';

before(ready);

describe('every screen', { concurrency: 2 }, () => {
  for (const look of looks) {
    test(look.name, { timeout: 240_000 }, () =>
      walk(look, async (it) => {
        const word = (ru, en) => (look.language === 'ru' ? ru : en);
        await first_start(it);
        await it.see('today-item');
        await it.check('today');

        await it.click('group');
        await it.see('messages');
        await it.check('talk');
        await it.fill('composer', word('Первая строка\nвторая строка', 'First line\nsecond line'));
        await it.click('place-people');
        await it.see('members');
        await it.check('people');
        await it.click('place-talk');
        assert.match(await it.at('composer').inputValue(), /\n/, 'the draft stayed');
        await it.click('send');
        await it.page.locator('[data-test="message-state"].taken_in').last().waitFor();
        await it.page.locator('[data-test="messages"]').getByText(word('вторая строка', 'second line')).waitFor();
        it.mock.incoming('g1');
        await it.page.locator('[data-test="messages"]').getByText(it.mock.group('g1').late).waitFor();
        await it.check('talk-more');

        await it.at('search-open').press('/');
        await it.fill('search', word('Айна', 'Aina'));
        await it.see('search-result');
        await it.check('search');
        await it.click('search-result');
        await it.page.locator('[data-marked]').waitFor();

        it.mock.set_link('offline');
        await it.page.locator('[data-test="connection"][data-state="offline"]').waitFor();
        for (const text of [word('Пишу без сети.', 'Writing offline.'), word('И ещё раз.', 'And again.')]) {
          await it.fill('composer', text);
          await it.click('send');
          await it.page.locator('[data-test="messages"]').getByText(text).waitFor();
        }
        await it.page.locator('[data-test="message"][data-state="queued"]').nth(1).waitFor();
        await it.check('talk-offline');
        it.mock.set_link('connected');

        await it.click('place-people');
        await it.page.locator('[data-test="member"]').nth(3).click();
        await it.see('member-detail');
        await it.click('safety');
        await it.see('words');
        await it.check('safety');
        await it.click('words-other');
        await it.click('remove');
        await it.fill('remove-word', word('нет', 'no'));
        await it.click('remove-do');
        await it.page.locator('.wrong').first().waitFor();
        await it.check('remove');
        await it.fill('remove-word', word('удалить', 'Remove'));
        await it.click('remove-do');
        await it.page.locator('[data-test="member-detail"]').waitFor({ state: 'detached' });

        await it.click('place-people');
        await it.click('request');
        await it.see('request-detail');
        await it.check('request-propose');
        await it.click('request-decline');
        await it.see('request-decline-do');
        await it.click('request-propose');
        await it.page.locator('[data-test="request-said"]:not(:empty)').waitFor();
        await it.check('request-proposed');
        await it.click('place-people');
        await it.page.locator('[data-test="request"]').nth(1).click();
        await it.see('request-confirm');
        await it.check('request-confirm');
        await it.click('request-confirm');
        await it.page.locator('[data-test="request-confirm"]').waitFor({ state: 'detached' });

        await it.click('place-people');
        await it.click('invite');
        await it.see('invite-make');
        await it.check('invite');
        await it.click('invite-make');
        await it.see('invite-code');
        await it.check('invite-made');
        const link = await it.at('invite-link').inputValue();
        const [saved] = await Promise.all([it.page.waitForEvent('download'), it.click('invite-save')]);
        const code = readFileSync(await saved.path());
        await it.click('to-invites');
        await it.see('invite-row');
        await it.check('invites');
        await it.click('invite-revoke');
        await it.page.locator('[data-test="invite-row"][data-state="expired"]').waitFor();

        it.mock.group('g1').warnings = [
          { kind: 'relay_order', at: Date.now() - 60_000 },
          { kind: 'bad_commit', at: Date.now() - 4_000_000, member_name: it.mock.group('g1').members[2].name },
        ];
        it.mock.set_link('misbehaving');
        it.mock.notice('warning', 'g1');
        await it.click('place-more');
        await it.see('warning');
        await it.at('warning').locator('summary').click();
        await it.check('more-warning');
        it.mock.group('g1').warnings = [];
        it.mock.set_link('connected');
        it.mock.notice('warning', 'g1');

        await it.click('more-leave');
        await it.see('leave-detail');
        // The only organizer names another before she can go.
        await it.see('leave-last');
        await it.check('leave-last');
        await it.at('leave-next').selectOption({ index: 1 });
        await it.click('leave-next-do');
        await it.see('leave-word');
        await it.check('leave');
        await it.fill('leave-word', word('выйти', 'leave'));
        await it.click('leave-do');
        await it.page.locator('[data-test="group-screen"][data-state="left"]').waitFor();
        await it.check('left');
        await it.click('forget');
        await it.fill('forget-word', word('СТЕРЕТЬ', 'ERASE'));
        await it.click('forget-do');
        await it.see('today');

        await it.click('start-group');
        await it.click('group-create');
        await it.page.locator('.wrong').first().waitFor();
        await it.fill('group-name', word('Тихий берег', 'Quiet shore'));
        await it.fill('my-name', word('Полынь', 'Wormwood'));
        await it.page.locator('[data-test="start-more"] summary').click();
        await it.check('start-group');
        await it.click('group-create');
        await it.see('invite-detail');
        await it.click('place-talk');
        await it.see('talk-empty');
        await it.check('talk-alone');
        await it.page.goBack();
        await it.page.goBack();
        await it.see('today');

        await it.click('have-invite');
        await it.see('join-screen');
        await it.page.locator('[data-test="join-picture"]').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: code });
        await it.page.locator('[data-test="join-picture-state"][data-state="found"]').waitFor();
        assert.equal(await it.at('join-link').inputValue(), link, 'the link is read from its picture');
        await it.fill('join-name', word('Полынь', 'Wormwood'));
        await it.check('join');
        await it.click('join-send');
        await it.see('waiting-screen');
        await it.see('words');
        await it.check('waiting');
        for (const state of ['expired', 'joined']) {
          Object.assign(it.mock.joins[0], { state, group: 'g2' });
          it.mock.notice('joins');
          await it.page.locator(`[data-test="waiting-screen"][data-state="${state}"]`).waitFor();
          await it.check(`join-${state}`);
        }
        await it.click('join-open');
        await it.see('group-screen');
        Object.assign(it.mock.group('g2'), { state: 'removed', members: [] });
        it.mock.notice('group', 'g2');
        await it.page.locator('[data-test="standing"][data-state="removed"]').waitFor();
        await it.check('removed');
        await it.click('place-people');
        await it.see('people-ended');
        await it.check('removed-people');
        await it.click('up');
        await it.see('today');
        await it.click('settings');
        await it.see('settings-screen');
        await it.click('passphrase-change');
        await it.check('settings');

        await it.click('lock');
        await it.see('unlock-screen');
        await it.page.goBack();
        await it.see('unlock-screen');
        await it.fill('unlock-passphrase', 'не та');
        await it.click('unlock');
        await it.page.locator('[data-test="problem"][data-code="wrong_passphrase"]').waitFor();
        await it.check('unlock-wrong');
        await it.fill('unlock-passphrase', passphrase);
        await it.click('unlock');
        await it.see('today');
        await it.page.keyboard.press('Escape');
        await it.page.keyboard.press('Escape');
        await it.see('unlock-screen');
        it.mock.strangers = true;
        it.mock.notice('vault');
        await it.see('notice-stranger');
        await it.check('stranger');
      }),
    );
  }
});


test('an empty start teaches', { timeout: 60_000 }, () =>
  walk(
    looks[0],
    async (it) => {
      await first_start(it);
      await it.see('today-nothing');
      await it.check('today-empty');
    },
    { empty: true },
  ),
);

test('the page says when the node is gone, and goes on when it is back', { timeout: 60_000 }, () =>
  walk(looks[0], async (it) => {
    await first_start(it);
    const port = it.mock.server.address().port;
    await it.mock.close();
    await it.page.locator('[data-test="connection"][data-state="no_node"]').waitFor();
    await it.check('no-node');
    await it.mock.listen(port);
    await it.page.locator('[data-test="connection"][data-state="connected"]').waitFor();
  }),
);

test('back leads where she came from, and older messages come as she scrolls', { timeout: 60_000 }, () =>
  walk(looks[0], async (it) => {
    await first_start(it);
    await it.click('group');
    await it.see('messages');
    const count = () => it.page.locator('[data-test="message"]').count();
    const first = await count();
    await it.page.locator('.messages').evaluate((box) => (box.scrollTop = 0));
    await it.page.waitForFunction((n) => document.querySelectorAll('[data-test="message"]').length > n, first);
    assert.ok((await it.page.locator('.messages').evaluate((box) => box.scrollTop)) > 100, 'the place read stays in view');
    await it.click('place-people');
    await it.click('member');
    await it.see('member-detail');
    await it.page.goBack();
    await it.see('members');
    await it.page.goBack();
    await it.see('messages');
    await it.page.goBack();
    await it.see('today');
  }),
);
