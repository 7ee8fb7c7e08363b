// A home's folder put back from an old copy: the node notices it, sends nothing, asks to be put back; one member's word is
// enough, and she is the same person again.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-old-'));
const running = new Map();
let relay;
after(async () => {
  for (const child of running.values()) await stop(child);
  if (relay) await stop(relay.child);
  rmSync(folder, { recursive: true, force: true });
});
const passphrase = 'старая копия в новом телефоне';

async function up(home) {
  const node = await startNode(bin, { home, relay: relay.address });
  running.set(home, node.child);
  const { vault } = await call(home, 'app.state');
  await call(home, vault === 'none' ? 'vault.create' : 'vault.unlock', { passphrase });
}
async function down(home) {
  await stop(running.get(home));
  running.delete(home);
}

test('an old copy put back is noticed, asks, and is put back', { timeout: 90_000 }, async () => {
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  const [a, b, copy] = ['a', 'b', 'copy'].map((name) => path.join(folder, name));
  await up(a);
  await up(b);
  const { group } = await call(a, 'group.create', { name: 'Дом', my_name: 'Алтана' });
  await bringIn({ sponsor: a, newcomer: b, group, myName: 'Билигма' });
  const has = (home, text) => until(text, async () => (await call(home, 'talk.list', { group, limit: 50 })).messages
    .some((m) => m.text === text && m.state === 'taken_in'));
  await call(b, 'talk.post', { group, text: 'до копии' });
  await has(a, 'до копии');
  const { member } = (await call(b, 'group.members', { group })).members.find((m) => m.me);

  await down(b);
  cpSync(b, copy, { recursive: true });
  await up(b);
  await call(b, 'talk.post', { group, text: 'после копии' });
  await has(a, 'после копии');
  await down(b);
  rmSync(b, { recursive: true });
  cpSync(copy, b, { recursive: true });

  await up(b);
  await until('the old copy to be noticed', async () => (await call(b, 'group.list')).groups[0].state === 'stuck');
  const { warnings } = await call(b, 'group.warnings', { group });
  assert.ok(warnings.some((w) => w.kind === 'old_copy'));
  const request = await until('her request', async () =>
    (await call(a, 'group.requests', { group })).requests.find((r) => r.comes_back && r.can_propose));
  assert.equal(request.name, 'Билигма');
  assert.ok((await call(a, 'today.list')).items.some((i) => i.kind === 'returns' && i.request === request.request));
  await call(a, 'group.propose', { group, request: request.request });
  await until('her to be back', async () => (await call(b, 'group.list')).groups.some((g) => g.group === group && g.state === 'active'));
  await call(b, 'talk.post', { group, text: 'я снова здесь' });
  await has(a, 'я снова здесь');
  await call(a, 'talk.post', { group, text: 'с возвращением' });
  await has(b, 'с возвращением');
  const { members } = await call(a, 'group.members', { group });
  assert.deepEqual(members.map((m) => m.name), ['Алтана', 'Билигма']);
  assert.equal(members[1].member, member, 'the same person');
});
