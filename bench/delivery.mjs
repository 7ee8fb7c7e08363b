// bench/delivery.mjs [--bin DIR] [--messages N]: three release nodes and a relay on this machine. Prints the time from
// `talk.post` to the notice at another node after which the message is there (median and 99th percentile), the size of a
// 100-byte message's entry on its queue, and the memory of an idle node. Never a test: speed is only measured here.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { bringIn, call, pause, startNode, startRelay, stop } from '../tools/lib/processes.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : otherwise;
};
const bin = path.resolve(option('bin', 'build/release/bin'));
const count = Number(option('messages', 1000));
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-bench-'));
const children = [];
const status = (pid, field) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+)`))[1]);

try {
  const relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  children.push(relay.child);
  // The queue's bytes: what the author's node sends to append one message, seen by a small proxy.
  let sent = 0;
  const proxy = net.createServer((from) => {
    const to = net.connect(Number(new URL(relay.address).port), '127.0.0.1');
    from.on('data', (data) => (sent += data.length));
    for (const socket of [from, to]) socket.setNoDelay(true);
    from.pipe(to).pipe(from);
    for (const socket of [from, to]) socket.on('error', () => { from.destroy(); to.destroy(); });
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  const nodes = [];
  for (let i = 0; i < 3; ++i) {
    const home = path.join(folder, `node${i}`);
    const node = await startNode(bin, { home, relay: i === 0 ? `http://127.0.0.1:${proxy.address().port}` : relay.address });
    children.push(node.child);
    await call(home, 'vault.create', { passphrase: 'bench' });
    nodes.push({ home, pid: node.child.pid });
  }
  const [a, b, c] = nodes.map((n) => n.home);
  const { group } = await call(a, 'group.create', { name: 'Bench', my_name: 'A' });
  await bringIn({ sponsor: a, newcomer: b, group, myName: 'B' });
  await bringIn({ sponsor: a, newcomer: c, group, myName: 'C', confirmers: [b] });
  await pause(500);

  // Delivery: the moment when B's node gives notice of talk.
  const watch = spawn(path.join(bin, 'homeward'), ['watch', '--home', b]);
  children.push(watch);
  let noticed = () => undefined;
  watch.stdout.on('data', (data) => { if (String(data).includes('"talk"')) noticed(performance.now()); });
  await pause(300);
  const times = [];
  let entry = 0;
  for (let i = 0; i < count; ++i) {
    const before = sent;
    const arrived = new Promise((done) => (noticed = done));
    const start = performance.now();
    await call(a, 'talk.post', { group, text: String(i).padEnd(100, '.') });
    times.push((await arrived) - start);
    await pause(5);
    if (i === 10) entry = sent - before;
  }
  times.sort((x, y) => x - y);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  await pause(3000);
  console.log(`delivery of ${count} messages of 100 bytes: median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms, worst ${times.at(-1).toFixed(1)} ms`);
  console.log(`bytes from the author's node to the relay for one of them, with framing: ${entry}`);
  for (const [i, node] of nodes.entries()) {
    console.log(`node ${i}: ${(status(node.pid, 'VmRSS') / 1024).toFixed(1)} MiB resident (${(status(node.pid, 'RssAnon') / 1024).toFixed(1)} MiB its own)`);
  }
  console.log(`relay: ${(status(relay.child.pid, 'VmRSS') / 1024).toFixed(1)} MiB resident`);
  proxy.close();
} finally {
  for (const child of children.reverse()) await stop(child);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
