// What the relay holds: ten planted strings are searched for in its data folder, in a core of its memory and in its
// traffic (recorded by a small proxy in between). None may be there. A control string that is planted in the traffic on
// purpose must be found, so that the search itself is shown to work.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-leak-'));
const children = [];
let proxy;
after(async () => {
  proxy?.close();
  for (const child of children.reverse()) await stop(child);
  rmSync(folder, { recursive: true, force: true });
});

/** Every byte both ways, in the order it came. */
function recordingProxy(target) {
  const record = [];
  const sockets = new Set();
  const server = net.createServer((from) => {
    const to = net.connect(target.port, target.hostname);
    for (const [a, b] of [[from, to], [to, from]]) {
      sockets.add(a);
      a.on('close', () => sockets.delete(a));
      a.on('data', (data) => record.push(data));
      a.on('error', () => b.destroy());
      a.pipe(b);
    }
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({
    record, port: server.address().port,
    close: () => { for (const socket of sockets) socket.destroy(); server.close(); } })));
}

const files = (root) => readdirSync(root).flatMap((name) => {
  const at = path.join(root, name);
  return statSync(at).isDirectory() ? files(at) : [at];
});

/** The ways in which a text could stand somewhere. */
const spellings = (text) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'),
  Buffer.from(Buffer.from(text).toString('base64url').slice(0, -2)), Buffer.from(Buffer.from(text).toString('hex'))];

const found = (haystack, texts) => texts.filter((text) => spellings(text).some((needle) => haystack.includes(needle)));

function core(pid) {
  const prefix = path.join(folder, 'core');
  const gcore = ['gcore', '-a', '-o', prefix, String(pid)];
  try {
    execFileSync(gcore[0], gcore.slice(1), { stdio: 'ignore' });
  } catch {
    execFileSync('sudo', ['-n', ...gcore], { stdio: 'ignore' });   // a kernel that lets only root look at a process
    execFileSync('sudo', ['-n', 'chmod', 'a+r', `${prefix}.${pid}`], { stdio: 'ignore' });
  }
  return readFileSync(`${prefix}.${pid}`);
}

test('the relay sees nothing of what is said, by whom, or in which group', { timeout: 120_000 }, async () => {
  const relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  children.push(relay.child);
  proxy = await recordingProxy(new URL(relay.address));
  const names = ['Перелётная Сойка', 'Северная Ива', 'Тихая Пристань'];
  const group = 'Подорожник у калитки';
  const texts = ['яблоко-на-снегу-17', 'colourless green ideas 4711', 'дорога через перевал закрыта до среды',
    'zebra-umbrella-candle', 'письмо лежит под третьей ступенькой', 'the kettle sings at noon 8800'];
  const homes = [];
  for (let i = 0; i < 3; ++i) {
    homes.push(path.join(folder, `node${i}`));
    const node = await startNode(bin, { home: homes[i], relay: `http://127.0.0.1:${proxy.port}` });
    children.push(node.child);
    await call(homes[i], 'vault.create', { passphrase: `passphrase number ${i} of this test` });
  }
  const { group: id } = await call(homes[0], 'group.create', { name: group, my_name: names[0] });
  await bringIn({ sponsor: homes[0], newcomer: homes[1], group: id, myName: names[1] });
  await bringIn({ sponsor: homes[0], newcomer: homes[2], group: id, myName: names[2], confirmers: [homes[1]] });
  for (let i = 0; i < texts.length; ++i) {
    const { message } = await call(homes[i % 3], 'talk.post', { group: id, text: texts[i] });
    for (const home of homes) {
      await until('delivery', async () => (await call(home, 'talk.list', { group: id, limit: 20 })).messages
        .some((m) => m.message === message && m.state === 'taken_in'));
    }
  }
  // The control: a string that does cross the wire is found.
  const control = 'control-string-that-is-visible';
  await new Promise((done) => http.get({ port: proxy.port, host: '127.0.0.1', path: `/${control}` }, (r) => r.resume().on('end', done)));

  const planted = [group, ...names, ...texts];
  assert.equal(planted.length, 10);
  const traffic = Buffer.concat(proxy.record);
  assert.deepEqual(found(traffic, [control]), [control], 'the search itself works');
  assert.ok(traffic.length > 20_000, `traffic was recorded (${traffic.length} bytes)`);
  assert.deepEqual(found(traffic, planted), [], 'traffic');
  const memory = core(relay.child.pid);
  assert.ok(memory.length > 100_000, `a core was taken (${memory.length} bytes)`);
  assert.ok(memory.includes(Buffer.from(path.join(folder, 'relay'))), 'the core holds what the relay does know');
  assert.deepEqual(found(memory, planted), [], 'memory');
  const data = Buffer.concat(files(path.join(folder, 'relay')).map((file) => readFileSync(file)));
  assert.ok(data.length > 10_000, `the relay keeps its entries on disk (${data.length} bytes)`);
  assert.deepEqual(found(data, planted), [], 'data folder');
});
