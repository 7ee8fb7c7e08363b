// Photos, papers and voice notes with real programs and a real browser: the page takes place and camera out of a picture
// and turns it upright; the node refuses the raw one, and lets it go on purpose after saying what it gives away; a paper
// of 25 MiB goes on at its chunk when the line is cut in the middle; a voice note is recorded and heard. In Russian and
// English; screenshots go to artefacts/e2e, every screen passes axe-core.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bringIn, call, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const require = createRequire(path.resolve('web/package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const shots = path.resolve('artefacts/e2e');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-files-'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const kFile = 25 * 1024 * 1024;

/** A TCP line to the relay that counts what goes up, and can be cut when so much of it went. */
function makeLine(target) {
  const sockets = new Set();
  const line = { up: 0, cut_at: Infinity, cuts: 0 };
  const server = net.createServer((from) => {
    const to = net.connect(target());
    for (const [a, b] of [[from, to], [to, from]]) {
      sockets.add(a);
      a.on('error', () => b.destroy());
      a.on('close', () => (sockets.delete(a), b.destroy()));
    }
    to.pipe(from);
    from.on('data', (data) => {
      line.up += data.length;
      if (line.up >= line.cut_at) {
        line.cut_at = Infinity;
        line.cuts++;
        for (const socket of sockets) socket.destroy();
      } else if (!to.write(data)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => {
    line.url = `http://127.0.0.1:${server.address().port}`;
    line.close = () => { for (const socket of sockets) socket.destroy(); server.close(); };
    done(line);
  }));
}

const women = [
  { name: 'Аюна', language: 'ru', size: { width: 360, height: 780 } },
  { name: 'Vera', language: 'en', size: { width: 1100, height: 800 } },
];
const [a, b] = women;
let browser, relay, line, group;

const ask = (woman, name, args = {}) => call(woman.home, name, { group, ...args });
const at = (woman, name) => woman.page.locator(`[data-test="${name}"]`);
let shot = 0;
async function look(woman, name) {
  await woman.page.screenshot({ path: path.join(shots, `files-${String(++shot).padStart(2, '0')}-${name}-${woman.language}.png`) });
  await woman.page.evaluate(axe);
  const found = await woman.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `axe: ${name}`);
}

before(async () => {
  mkdirSync(shots, { recursive: true });
  const passphraseFile = path.join(folder, 'passphrase');
  writeFileSync(passphraseFile, 'сосна левый утюг дождь кафель\n');
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  const port = Number(new URL(relay.address).port);
  line = await makeLine(() => ({ host: '127.0.0.1', port }));
  for (const [i, woman] of women.entries()) {
    woman.home = path.join(folder, `node${i}`);
    woman.node = await startNode(bin, { home: woman.home, relay: line.url, passphraseFile });
    await call(woman.home, 'app.set_language', { language: woman.language });
  }
  ({ group } = await call(a.home, 'group.create', { name: 'Ждём дома', my_name: a.name }));
  await bringIn({ sponsor: a.home, newcomer: b.home, group, myName: b.name });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
  for (const woman of women) {
    woman.context = await browser.newContext({ viewport: woman.size, locale: woman.language, acceptDownloads: true });
    woman.page = await woman.context.newPage();
    woman.page.setDefaultTimeout(20_000);
    woman.problems = [];
    woman.page.on('pageerror', (error) => woman.problems.push(String(error)));
    woman.page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) woman.problems.push(message.text());
    });
    await woman.page.goto(woman.node.address);
    await at(woman, 'group').first().click();
    await at(woman, 'composer').waitFor();
  }
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  for (const woman of women) if (woman.node) await stop(woman.node.child);
  if (relay) await stop(relay.child);
  line?.close();
  rmSync(folder, { recursive: true, force: true });
});

// --- A photo as a phone makes it ---

const u16 = (v) => Buffer.from([v >> 8, v & 255]);
const u32 = (v) => Buffer.concat([u16(v >>> 16), u16(v & 0xffff)]);
const entry = (tag, type, count, value) => Buffer.concat([u16(tag), u16(type), u32(count), value]);
/** EXIF: turned by a quarter, maker, place. */
function exif() {
  const gps_at = 8 + 2 + 3 * 12 + 4;
  const make = Buffer.from('Zq\0\0');
  const ifd = Buffer.concat([u16(3), entry(0x010f, 2, 4, make), entry(0x0112, 3, 1, Buffer.concat([u16(6), u16(0)])), entry(0x8825, 4, 1, u32(gps_at)), u32(0)]);
  const gps = Buffer.concat([u16(1), entry(1, 2, 2, Buffer.from('N\0\0\0')), u32(0)]);
  return Buffer.concat([Buffer.from('Exif\0\0MM\0*'), u32(8), ifd, gps]);
}
async function photo() {
  const drawn = await a.page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 1200;
    canvas.height = 800;
    const brush = canvas.getContext('2d');
    brush.fillStyle = '#2f6f57';
    brush.fillRect(0, 0, 1200, 800);
    brush.fillStyle = '#d9a441';
    brush.fillRect(100, 100, 300, 200);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  const bytes = Buffer.from(drawn);
  const block = exif();
  return Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff, 0xe1]), u16(block.length + 2), block, bytes.subarray(2)]);
}

async function given(woman, content, kind, name) {
  const { file, piece } = await ask(woman, 'file.begin', { name, kind, size: content.length });
  for (let from = 0; from < content.length; from += piece)
    await ask(woman, 'file.put', { file, at: from, content: content.subarray(from, from + piece).toString('base64') });
  return file;
}
async function read(woman, file) {
  const pieces = [];
  for (let from = 0; ; ) {
    const { content, size, type } = await ask(woman, 'file.read', { file, at: from });
    const bytes = Buffer.from(content, 'base64');
    pieces.push(bytes);
    from += bytes.length;
    if (from >= size) return { content: Buffer.concat(pieces), type };
  }
}
const newest = async (woman) => (await ask(woman, 'talk.list', { limit: 50 })).messages.at(-1);
const arrives = (woman, check, ms = 30_000) =>
  until(`${woman.name} to see it`, async () => { const one = await newest(woman); return one && check(one) ? one : undefined; }, ms);
async function fetched(woman, message, which = 0) {
  const { file } = message.files[which];
  await ask(woman, 'file.fetch', { message: message.message, file });
  await until('the file to come', async () => (await newest(woman)).files[which]?.state === 'here', 120_000);
  return read(woman, file);
}

test('the page takes out what the camera wrote and turns the picture upright', { timeout: 120_000 }, async () => {
  const raw = await photo();
  await at(a, 'attach-open').click();
  await look(a, 'attach');
  await at(a, 'pick-picture').setInputFiles({ name: 'IMG_20220801_secret.jpg', mimeType: 'image/jpeg', buffer: raw });
  await a.page.locator('[data-test="attached"][data-state="ready"]').waitFor();
  await at(a, 'attached-clean').waitFor();
  await look(a, 'attached');
  await at(a, 'composer').fill('двор сегодня');
  await at(a, 'send').click();
  const message = await arrives(b, (one) => one.text === 'двор сегодня' && one.files.length === 1);
  assert.equal(message.files[0].name.includes('secret'), false);
  assert.ok(message.files[0].preview.length > 100);
  assert.equal(message.files[0].state, 'not_fetched');
  const { content, type } = await fetched(b, message);
  assert.equal(type, 'image/jpeg');
  assert.equal(content.includes('Exif'), false);
  assert.equal(content.includes('ICC_PROFILE'), false);
  const size = await b.page.evaluate(async (bytes) => {
    const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }));
    return [picture.width, picture.height];
  }, [...content]);
  assert.deepEqual(size, [800, 1200]);
});

test('a picture is small first and fetched when she asks', { timeout: 120_000 }, async () => {
  const raw = await photo();
  await at(a, 'attach-open').click();
  await at(a, 'pick-picture').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: raw });
  await a.page.locator('[data-test="attached"][data-state="ready"]').waitFor();
  await at(a, 'send').click();
  await arrives(b, (one) => one.text === '' && one.files.length === 1);
  const last = b.page.locator('[data-test="message"]').last();
  await last.locator('[data-test="file-preview"]').waitFor();
  await look(b, 'preview');
  await last.locator('[data-test="file-fetch"]').click();
  await last.locator('[data-test="file-large"]').waitFor();
  await look(b, 'picture');
});

test('the node refuses a raw picture, and lets it go on purpose', { timeout: 120_000 }, async () => {
  const raw = await photo();
  const file = await given(a, raw, 'picture', 'x.jpg');
  await assert.rejects(ask(a, 'file.finish', { file }), { code: 'picture_reveals' });
  const { reveals } = await ask(a, 'file.reveals', { file });
  assert.ok(reveals.includes('place') && reveals.includes('camera'), String(reveals));
  await ask(a, 'file.stop', { file });

  await at(a, 'attach-open').click();
  await at(a, 'pick-picture').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: raw });
  await at(a, 'attached-keep').click();
  await at(a, 'attached-refused').waitFor();
  await look(a, 'original-refused');
  assert.match(await at(a, 'attached-reveals').innerText(), /где снято/);
  await at(a, 'attached-insist').click();
  await at(a, 'attached-original').waitFor();
  await at(a, 'send').click();
  const message = await arrives(b, (one) => one.files[0]?.original);
  const { content } = await fetched(b, message);
  assert.deepEqual(content, raw);
});

test('25 MiB go on at their chunk when the line is cut in the middle', { timeout: 400_000 }, async () => {
  const paper = randomBytes(kFile);
  paper.write('%PDF-1.7 /Author(Invented)');
  const file = await given(a, paper, 'paper', 'справка о службе.pdf');
  const { reveals } = await ask(a, 'file.finish', { file });
  assert.deepEqual(reveals.filter((one) => one === 'author'), ['author']);
  const before_it = line.up;
  line.cut_at = line.up + kFile / 2;
  await ask(a, 'talk.post', { text: 'справка', files: [file] });
  await at(a, 'sending-progress').first().waitFor();
  await look(a, 'sending');
  const message = await arrives(b, (one) => one.text === 'справка', 180_000);
  assert.equal(line.cuts, 1);
  // 512 chunks of 64 KiB went up once; what was under way when the line was cut went twice, and no more.
  const up = line.up - before_it;
  assert.ok(up > 512 * 65_536 && up < 512 * 65_536 * 1.03, `${up} bytes went up`);
  const { content } = await fetched(b, message);
  assert.equal(createHash('sha256').update(content).digest('hex'), createHash('sha256').update(paper).digest('hex'));
  const found = (await ask(b, 'talk.search', { query: 'справки службы' })).messages;
  assert.ok(found.some((one) => one.files[0]?.name === 'справка о службе.pdf'));

  // It is found by its name and saved under it, and only then.
  await at(b, 'search-open').click();
  await at(b, 'search').fill('справка');
  await at(b, 'search-files').first().waitFor();
  await at(b, 'search-result').first().click();
  const row = b.page.locator('[data-marked]');
  const saving = b.page.waitForEvent('download', { timeout: 60_000 });
  await row.locator('[data-test="file-save"]').click();
  assert.equal((await saving).suggestedFilename(), 'справка о службе.pdf');
});

test('a voice note is recorded and heard', { timeout: 120_000 }, async () => {
  await at(b, 'attach-open').click();
  await at(b, 'record').click();
  await at(b, 'recording').waitFor();
  await b.page.waitForTimeout(2_500);
  await look(b, 'recording');
  await at(b, 'record-stop').click();
  await b.page.locator('[data-test="attached"][data-state="ready"]').waitFor();
  await at(b, 'send').click();
  const message = await arrives(a, (one) => one.files[0]?.kind === 'voice');
  assert.ok(message.files[0].seconds >= 1);
  const last = a.page.locator('[data-test="message"]').last();
  await last.locator('[data-test="file-fetch"]').click();
  await last.locator('[data-test="file-audio"]').waitFor();
  await look(a, 'voice');
  const { type } = await read(a, message.files[0].file);
  assert.match(type, /^audio\//);
});

test('nothing went wrong in the pages', () => {
  for (const woman of women) assert.deepEqual(woman.problems, []);
});
