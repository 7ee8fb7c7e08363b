// The life of a group with real programs, through the same commands as `homeward call`: roles with one and with two
// organizers, an objection, a request declined for all, a chain, and talk with everything that can be done to a message,
// through a restart.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-life-'));
const passphraseFile = path.join(folder, 'passphrase');
const women = ['Полынь', 'Чабрец', 'Душица', 'Мята', 'Шалфей'].map((name, i) => ({ name, home: path.join(folder, `node${i}`) }));
const [a, b, c, d, e] = women;
let relay, group;

const ask = (woman, name, args = {}) => call(woman.home, name, { group, ...args });
const members = async (woman) => (await ask(woman, 'group.members')).members;
const id_of = async (woman, name) => (await members(woman)).find((one) => one.name === name)?.member;
const talk = async (woman) => (await ask(woman, 'talk.list', { limit: 100 })).messages;
const sees = (woman, what, check) => until(`${woman.name}: ${what}`, async () => check(await talk(woman)), 40_000);
async function open(woman) {
  woman.node = await startNode(bin, { home: woman.home, relay: relay.address, passphraseFile });
  await until('the vault to be open', async () => (await call(woman.home, 'app.state')).vault === 'open', 40_000);
}

before(async () => {
  writeFileSync(passphraseFile, 'сосна левый утюг дождь кафель\n');
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  for (const woman of women) await open(woman);
  ({ group } = await call(a.home, 'group.create', { name: 'Ждём дома', my_name: a.name }));
  await bringIn({ sponsor: a.home, newcomer: b.home, group, myName: b.name });
  await bringIn({ sponsor: a.home, newcomer: c.home, group, myName: c.name, confirmers: [b.home] });
}, { timeout: 200_000 });

after(async () => {
  for (const woman of women) if (woman.node) await stop(woman.node.child);
  if (relay) await stop(relay.child);
  rmSync(folder, { recursive: true, force: true });
});

test('the only organizer gives a role at once and cannot vanish', { timeout: 90_000 }, async () => {
  await assert.rejects(ask(a, 'group.leave'), { code: 'last_organizer' });
  await assert.rejects(ask(b, 'group.set_role', { member: await id_of(b, b.name), role: 'organizer' }), { code: 'not_allowed' });
  await ask(a, 'group.set_role', { member: await id_of(a, c.name), role: 'adviser' });
  await until('the adviser', async () => (await ask(b, 'group.policy')).advisers[0]?.name === c.name);
  await ask(a, 'group.set_role', { member: await id_of(a, b.name), role: 'organizer' });
  await until('two organizers', async () => (await ask(b, 'group.policy')).organizers.length === 2);
});

test('where there are two organizers both agree', { timeout: 90_000 }, async () => {
  await ask(a, 'group.set_policy', { name: 'Дом у реки', retention_days: 30 });
  const change = await until('the proposal', async () => (await ask(b, 'group.policy')).changes.find((one) => one.can_approve));
  assert.equal(change.name, 'Дом у реки');
  assert.ok((await call(b.home, 'today.list')).items.some((item) => item.kind === 'policy_change'));
  assert.equal((await ask(c, 'group.policy')).name, 'Ждём дома');
  await ask(b, 'group.approve_change', { change: change.change });
  await until('the new name', async () => (await ask(c, 'group.policy')).name === 'Дом у реки');
  assert.equal((await ask(c, 'talk.keeping')).days, 30);
  await assert.rejects(ask(c, 'talk.set_retention', { days: 31 }), { code: 'not_allowed' });
  await ask(c, 'talk.set_retention', { days: 7 });
  assert.equal((await ask(c, 'talk.keeping')).days, 7);
});

test('a message is answered, signed, changed, pinned and removed', { timeout: 120_000 }, async () => {
  const { message } = await ask(b, 'talk.post', { text: 'Приёмная в среду' });
  await sees(c, 'the message', (all) => all.some((one) => one.text === 'Приёмная в среду'));
  await ask(c, 'talk.post', { text: '@Полынь, слышали?', reply_to: message, mentions: [await id_of(c, a.name)] });
  await sees(a, 'the answer', (all) => all.some((one) => one.reply_to?.text === 'Приёмная в среду' && one.mentions_me));
  assert.equal((await call(a.home, 'group.list')).groups[0].mentions, 1);
  await ask(a, 'talk.sign', { message, sign: 'thanks' });
  await ask(b, 'talk.edit', { message, text: 'Приёмная в четверг' });
  await sees(c, 'the change', (all) => all.some((one) => one.edited && one.text === 'Приёмная в четверг' && one.signs[0]?.sign === 'thanks'));
  assert.equal((await ask(c, 'talk.search', { query: 'среда' })).messages.length, 0);
  await assert.rejects(ask(c, 'talk.edit', { message, text: 'x' }), { code: 'not_allowed' });
  await ask(c, 'talk.pin', { message });
  await until('the pin', async () => (await ask(b, 'talk.pinned')).pins.length === 1);
  await bringIn({ sponsor: c.home, newcomer: d.home, group, myName: d.name, confirmers: [b.home] });
  assert.equal((await ask(d, 'talk.pinned')).pins[0].text, 'Приёмная в четверг');
  await ask(a, 'talk.remove', { message });
  await sees(c, 'the trace', (all) => all.some((one) => one.removed_by?.name === a.name && one.text === ''));
  await until('the pin to go', async () => (await ask(d, 'talk.pinned')).pins.length === 0);
});

test('a draft is there after a restart', { timeout: 60_000 }, async () => {
  await ask(b, 'talk.set_draft', { text: 'Я думаю, что' });
  await stop(b.node.child, 'SIGKILL');
  await open(b);
  assert.equal((await ask(b, 'talk.draft')).text, 'Я думаю, что');
});

test('an objection is seen by all, an organizer declines', { timeout: 90_000 }, async () => {
  const { link } = await ask(d, 'group.invite');
  await call(e.home, 'group.join', { link, my_name: e.name });
  const request = await until('the request', async () => (await ask(d, 'group.requests')).requests.find((one) => one.can_propose));
  await ask(d, 'group.propose', { request: request.request });
  await until('the proposal', async () => (await ask(c, 'group.requests')).requests.some((one) => one.can_object));
  await ask(c, 'group.object', { request: request.request, reason: 'Её никто не знает' });
  const seen = await until('the objection', async () => (await ask(b, 'group.requests')).requests.find((one) => one.objections.length));
  assert.equal(seen.objections[0].reason, 'Её никто не знает');
  assert.ok(seen.can_decline);
  await ask(b, 'group.decline', { request: request.request });
  await until('the request to go', async () => (await ask(d, 'group.requests')).requests.length === 0);
});

test('who brought in whom is shown, and they go together', { timeout: 90_000 }, async () => {
  const member = await id_of(a, c.name);
  const { brought_in } = await ask(a, 'group.chain', { member });
  assert.deepEqual(brought_in.map((one) => [one.name, one.depth]), [[d.name, 1]]);
  await ask(a, 'group.remove_chain', { members: [member, brought_in[0].member] });
  for (const gone of [c, d])
    await until(`${gone.name} to be told`, async () => (await call(gone.home, 'group.list')).groups[0].state === 'removed', 40_000);
  assert.equal((await members(b)).length, 2);
});
