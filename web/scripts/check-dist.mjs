// After a build: nothing inline, nothing from outside, and the weight of the first load within its limit.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const kMostFirstLoadBytes = 150 * 1024;

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const problems = [];
if (/<script(?![^>]*\bsrc=)[^>]*>/.test(html)) problems.push('an inline script in index.html');
if (/<style|\sstyle=/.test(html)) problems.push('an inline style in index.html');
for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
  if (!address.startsWith('/')) problems.push(`index.html asks for ${address}`);
}

// A page shows one language: the heavier catalogue is the one that counts.
const weight = (path) => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length;
const catalogues = readdirSync(join(dist, 'assets')).filter((name) => /^(ru|en)-/.test(name)).map((name) => `assets/${name}`);
const heavier = catalogues.sort((a, b) => weight(b) - weight(a)).slice(0, 1);
const first = ['index.html', ...[...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path), ...heavier];
let total = 0;
for (const path of first) {
  const bytes = weight(path);
  total += bytes;
  console.log(`${String(bytes).padStart(8)} B gzip  ${path}`);
}
for (const name of readdirSync(join(dist, 'assets'))) {
  const text = readFileSync(join(dist, 'assets', name), 'utf8');
  if (!first.includes(`assets/${name}`)) {
    console.log(`${String(weight(`assets/${name}`)).padStart(8)} B gzip  assets/${name} (only when needed)`);
  }
  if (name.endsWith('.css') && /url\(|@import/.test(text)) problems.push(`${name} fetches something`);
  if (/\b(?:localStorage|sessionStorage|indexedDB|document\.cookie)\b/.test(text)) problems.push(`${name} stores something`);
  if (/\beval\(|new Function\(/.test(text)) problems.push(`${name} evaluates text`);
}
console.log(`${String(total).padStart(8)} B gzip  first load, of ${kMostFirstLoadBytes}`);
if (total > kMostFirstLoadBytes) problems.push('the first load is too heavy');
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
