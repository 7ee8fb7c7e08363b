// Fails when a text is missing, left over, or stands in the code: keys equal in both catalogues, every key used,
// every used key there, the same arguments in both, all plural forms the language needs, and no literal words in
// .svelte files (templates or spoken attributes) nor Cyrillic anywhere outside the catalogues.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parse_svelte } from 'svelte/compiler';

const root = fileURLToPath(new URL('..', import.meta.url));
const plural_forms = { ru: ['one', 'few', 'many', 'other'], en: ['one', 'other'] };
const spoken = new Set(['title', 'alt', 'placeholder', 'label', 'aria-label', 'aria-description', 'aria-roledescription']);
const problems = [];

function files_under(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files_under(path) : [path];
  });
}

// Arguments of a message and the forms of its plurals, read by counting braces.
function shape(text) {
  const names = new Set();
  const plurals = [];
  const walk = (from) => {
    let at = from;
    while (at < text.length && text[at] !== '}') {
      if (text[at] !== '{') {
        at++;
        continue;
      }
      const head = /^\{\s*(\w+)\s*(?:,\s*(\w+)\s*,)?/.exec(text.slice(at));
      if (!head) throw new Error('a brace without a name');
      names.add(head[1]);
      at += head[0].length;
      const cases = [];
      for (;;) {
        const label = /^\s*([\w=]+)\s*\{/.exec(text.slice(at));
        if (!label) break;
        cases.push(label[1]);
        at = walk(at + label[0].length) + 1;
      }
      if (head[2] === 'plural') plurals.push(cases);
      const end = /^\s*\}/.exec(text.slice(at));
      if (!end) throw new Error('a brace is not closed');
      at += end[0].length;
    }
    return at;
  };
  if (walk(0) !== text.length) throw new Error('a brace too many');
  return { names: [...names].sort().join(','), plurals };
}

const catalogues = {};
for (const language of ['ru', 'en']) {
  const raw = readFileSync(join(root, 'src/messages', `${language}.json`), 'utf8');
  catalogues[language] = JSON.parse(raw);
  const seen = new Set();
  for (const [, key] of raw.matchAll(/^\s*"([^"]+)":/gm)) {
    if (seen.has(key)) problems.push(`${language}: ${key} stands twice`);
    seen.add(key);
  }
}

const keys = new Set([...Object.keys(catalogues.ru), ...Object.keys(catalogues.en)]);
for (const key of keys) {
  const shapes = {};
  for (const language of ['ru', 'en']) {
    const text = catalogues[language][key];
    if (typeof text !== 'string' || text.trim() === '') {
      problems.push(`${language}: ${key} is missing`);
      continue;
    }
    try {
      shapes[language] = shape(text);
      for (const cases of shapes[language].plurals) {
        for (const form of plural_forms[language]) {
          if (!cases.includes(form)) problems.push(`${language}: ${key} lacks the form "${form}"`);
        }
      }
    } catch (error) {
      problems.push(`${language}: ${key}: ${error.message}`);
    }
  }
  if (shapes.ru && shapes.en && shapes.ru.names !== shapes.en.names)
    problems.push(`${key}: arguments differ: ${shapes.ru.names} / ${shapes.en.names}`);
}

const used = new Set();
const patterns = [];
for (const path of files_under(join(root, 'src'))) {
  if (!/\.(ts|svelte)$/.test(path) || path.endsWith('api.gen.ts')) continue;
  const name = relative(root, path);
  const text = readFileSync(path, 'utf8');
  for (const [, key] of text.matchAll(/'([a-z_]+(?:\.[a-z_0-9]+)*)'/g)) if (keys.has(key)) used.add(key);
  for (const [, key] of text.matchAll(/\bt(?:_in)?\((?:[^'"`()]*(?:\(\))?,\s*)?'([^']+)'/g)) {
    used.add(key);
    if (!keys.has(key)) problems.push(`${name}: ${key} is in no catalogue`);
  }
  for (const [, template] of text.matchAll(/\bt(?:_in)?\((?:[^'"`()]*(?:\(\))?,\s*)?`((?:[^`$]|\$\{[^}]*\})+)`/g)) {
    const pattern = template.replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '[a-z_0-9]+');
    patterns.push(new RegExp(`^${pattern}$`));
    if (![...keys].some((key) => patterns.at(-1).test(key))) problems.push(`${name}: nothing fits ${template}`);
  }
  // The letters that look alike are data, not text.
  if (!path.endsWith(join('lib', 'names.ts'))) {
    text.split('\n').forEach((line, index) => {
      if (/[А-Яа-яЁё]/.test(line) && !/^\s*(\/\/|\*|\/\*|<!--)/.test(line))
        problems.push(`${name}:${index + 1}: Russian text in the code`);
    });
  }
  if (path.endsWith('.svelte')) literal_text(name, text);
}

function literal_text(name, text) {
  const line_of = (at) => text.slice(0, at).split('\n').length;
  const visit = (node) => {
    if (!node || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(visit);
    if (node.type === 'Text' && /\p{L}/u.test(node.data)) problems.push(`${name}:${line_of(node.start)}: literal text "${node.data.trim()}"`);
    if (node.type === 'Attribute') {
      const parts = Array.isArray(node.value) ? node.value : [node.value];
      if (spoken.has(node.name))
        for (const part of parts)
          if (part?.type === 'Text' && /\p{L}/u.test(part.data))
            problems.push(`${name}:${line_of(node.start)}: literal text in ${node.name}`);
      return;
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'parent') visit(child);
  };
  visit(parse_svelte(text, { modern: true }).fragment);
}

for (const key of keys) {
  if (!used.has(key) && !patterns.some((pattern) => pattern.test(key))) problems.push(`${key} is used nowhere`);
}

if (problems.length) {
  console.error(problems.join('\n'));
  console.error(`catalogues: ${problems.length} problems`);
  process.exit(1);
}
console.log(`catalogues: ${keys.size} texts in both languages, all used, none in the code`);
