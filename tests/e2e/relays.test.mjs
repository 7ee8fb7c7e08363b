// Several relays with real programs: a spare one, a member who cannot reach the first, a move, and going on when the
// first is gone for good.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-relays-'));
const passphraseFile = path.join(folder, 'passphrase');
const women = ['Полынь', 'Чабрец', 'Душица'].map((name, i) => ({ name, home: path.join(folder, `node${i}`) }));
const [a, b, c] = women;
let first, second, door, group;

// A door in front of the first relay that does not let everybody in: by the process that a connection comes from.
function owns(pid, port) {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((text) => text.trim().split(/\s+/))
    .find((fields) => fields[1]?.endsWith(local));
  const inode = line?.[9];
  return !!inode && readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`;
    } catch {
      return false;
    }
  });
}
function openDoor(to) {
  const shut = new Set();
  const open = new Set();
  const server = net.createServer((one) => {
    const pid = [...shut].find((known) => owns(known, one.remotePort));
    if (pid) return one.destroy();
    const other = net.connect(to, '127.0.0.1');
    const pair = { one, other, port: one.remotePort };
    open.add(pair);
    for (const [from, into] of [[one, other], [other, one]]) {
      from.pipe(into);
      from.on('error', () => {});
      from.on('close', () => (into.destroy(), open.delete(pair)));
    }
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({
    address: `http://127.0.0.1:${server.address().port}`,
    shutTo: (pid) => {
      shut.add(pid);
      for (const pair of open) if (owns(pid, pair.port)) pair.one.destroy();
    },
    openTo: (pid) => shut.delete(pid),
    close: () => {
      for (const pair of open) pair.one.destroy();
      server.close();
    },
  })));
}

const ask = (woman, name, args = {}) => call(woman.home, name, { group, ...args });
const sees = (woman, text) => until(`${woman.name} to see «${text}»`, async () =>
  (await ask(woman, 'talk.list', { limit: 50 })).messages.some((one) => one.text === text && one.state === 'taken_in'), 60_000);
const says = (woman, text) => ask(woman, 'talk.post', { text });
const state = async (woman) => (await call(woman.home, 'sync.status')).state;
const orders = async (woman) => (await ask(woman, 'group.relays')).relays.find((one) => one.orders)?.relay;

before(async () => {
  writeFileSync(passphraseFile, 'сосна левый утюг дождь кафель\n');
  first = await startRelay(bin, { data: path.join(folder, 'first') });
  door = await openDoor(Number(new URL(first.address).port));
  second = await startRelay(bin, { data: path.join(folder, 'second'), more: ['--forward-to', door.address] });
  for (const woman of women) {
    woman.node = await startNode(bin, { home: woman.home, relay: door.address, passphraseFile });
    await until('the vault to be open', async () => (await call(woman.home, 'app.state')).vault === 'open', 60_000);
  }
  ({ group } = await call(a.home, 'group.create', { name: 'Ждём дома', my_name: a.name }));
  await bringIn({ sponsor: a.home, newcomer: b.home, group, myName: b.name });
  await bringIn({ sponsor: a.home, newcomer: c.home, group, myName: c.name, confirmers: [b.home] });
}, { timeout: 200_000 });

after(async () => {
  for (const woman of women) if (woman.node) await stop(woman.node.child);
  for (const relay of [first, second]) if (relay) await stop(relay.child);
  door?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a spare relay is named by an organizer, and all reach it', { timeout: 90_000 }, async () => {
  await assert.rejects(ask(b, 'group.change_relays', { relays: [second.address] }), { code: 'not_allowed' });
  await ask(a, 'group.change_relays', { relays: [door.address, second.address] });
  for (const woman of women)
    await until(`${woman.name} to reach both`, async () => {
      const { relays } = await ask(woman, 'group.relays');
      return relays.length === 2 && relays.every((one) => one.connected && one.listed) && relays[0].orders;
    }, 40_000);
  await assert.rejects(ask(b, 'group.recover', { relay: second.address }), { code: 'relay_is_there' });
});

test('who cannot reach the first goes through the second', { timeout: 150_000 }, async () => {
  door.shutTo(c.node.child.pid);
  await until('the way around', async () => (await state(c)) === 'detour', 60_000);
  await says(a, 'Слышно меня?');
  await sees(c, 'Слышно меня?');
  await says(c, 'Слышно, в обход');
  await sees(a, 'Слышно, в обход');
  await sees(c, 'Слышно, в обход');
  door.openTo(c.node.child.pid);
  await until('the straight way', async () => (await state(c)) === 'connected', 90_000);
  await says(c, 'И снова прямо');
  await sees(b, 'И снова прямо');
});

test('the group moves to the other relay and back', { timeout: 120_000 }, async () => {
  for (const relays of [[second.address, door.address], [door.address, second.address]]) {
    await ask(a, 'group.change_relays', { relays });
    for (const woman of women)
      await until(`${woman.name} to follow`, async () => (await orders(woman)) === relays[0] && (await state(woman)) === 'connected', 60_000);
    await says(b, `теперь ${relays[0]}`);
    await sees(c, `теперь ${relays[0]}`);
  }
});

test('the first is gone for good: more than half go on at the second', { timeout: 180_000 }, async () => {
  await stop(first.child, 'SIGKILL');
  door.close();
  await says(c, 'Написано без узла');
  await until('it to be missed', async () => !(await ask(a, 'group.relays')).reachable, 60_000);
  await ask(a, 'group.recover', { relay: second.address });
  const today = await until('the question to the others', async () =>
    (await call(b.home, 'today.list')).items.find((item) => item.kind === 'recovery'), 90_000);
  assert.equal(today.name, a.name);
  const [recovery] = (await ask(b, 'group.relays')).recoveries;
  assert.deepEqual([recovery.relay, recovery.needed, recovery.mine], [second.address, 2, false]);
  await ask(b, 'group.recover', { relay: second.address });
  for (const woman of women)
    await until(`${woman.name} to go on`, async () => (await orders(woman)) === second.address, 90_000);
  for (const woman of women) await sees(woman, 'Написано без узла');
  await says(a, 'Живём дальше');
  for (const woman of women) await sees(woman, 'Живём дальше');
});
