// The parts of the page that need no browser, compiled as the page compiles them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

async function load(path) {
  const entry = fileURLToPath(new URL(`../src/lib/${path}`, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'x' } },
  });
  const code = built[0].output[0].code;
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}

test('messages: arguments, plural forms, choices, numbers with spaces', async () => {
  const { format } = await load('icu.ts');
  const count = '{count, plural, =0 {никого} one {# участница} few {# участницы} many {# участниц} other {# участницы}}';
  const said = [0, 1, 2, 5, 11, 21, 22, 25, 111, 1234].map((n) => format(count, { count: n }, 'ru'));
  assert.deepEqual(said.slice(0, 9), [
    'никого', '1 участница', '2 участницы', '5 участниц', '11 участниц', '21 участница', '22 участницы', '25 участниц', '111 участниц',
  ]);
  assert.match(said[9], /^1\s234 участницы$/);
  assert.equal(format('{a}, {kind, select, x {да {a}} other {нет}}!', { a: 'А', kind: 'x' }, 'ru'), 'А, да А!');
  assert.equal(format('{kind, select, x {да} other {нет}}', { kind: 'y' }, 'ru'), 'нет');
  assert.equal(format('{n} kept', { n: '<b>{x}</b>' }, 'en'), '<b>{x}</b> kept', 'values are not read as messages');
  for (const bad of ['{', '{a', '}', '{a, plural, one {x}}', '{a, other, x {y}}']) assert.throws(() => format(bad, {}, 'en'), bad);
});

test('names that look the same are told apart', async () => {
  const { seen_as, tell_apart } = await load('names.ts');
  assert.equal(seen_as('Вера'), seen_as(' вeрa '), 'Latin letters within');
  assert.equal(seen_as('Ася'), seen_as('А\u200bся'), 'an invisible sign');
  assert.notEqual(seen_as('Вера'), seen_as('Вера Т.'));
  const member = (id, name, since) => ({ member: id, name, since });
  const named = tell_apart([member('c', 'Beра', 30), member('a', 'Вера', 10), member('b', 'Зоя', 20)]);
  assert.deepEqual([named.get('a').number, named.get('b').number, named.get('c').number], [1, 0, 2]);
});

test('a passphrase holds as long as its guesses take', async () => {
  const { holds_for, word_for } = await load('strength.ts');
  const spans = [0, 5, 7, 8.5, 10, 11, 12, 13, 14].map(holds_for);
  assert.deepEqual(spans, ['seconds', 'seconds', 'minutes', 'hours', 'days', 'months', 'years', 'decades', 'centuries']);
  assert.deepEqual(spans.map(word_for).slice(-2), ['good', 'strong']);
});

test('formatted text becomes plain data, whatever it holds', async () => {
  const { parse, inline, plain } = await load('markdown.ts');
  assert.deepEqual(inline('а **б *в* д** г'), [
    { kind: 'text', text: 'а ' },
    { kind: 'strong', inside: [{ kind: 'text', text: 'б ' }, { kind: 'slanted', inside: [{ kind: 'text', text: 'в' }] }, { kind: 'text', text: ' д' }] },
    { kind: 'text', text: ' г' },
  ]);
  assert.deepEqual(
    parse('# Заголовок\n\nПервая\nвторая\n- раз\n- два\n\n3. три\n4. четыре\n> сказано').map((block) => [block.kind, block.ordered, block.start, block.items?.length]),
    [['heading', undefined, undefined, undefined], ['paragraph', undefined, undefined, undefined], ['list', false, 1, 2], ['list', true, 3, 2], ['quote', undefined, undefined, undefined]],
  );
  assert.equal(plain('**Жирно**, *косо*\n\n- раз\n- [имя](https://example.org)'), 'Жирно, косо\n\n– раз\n– имя (https://example.org)');
  const words = (text) => JSON.stringify(parse(text));
  assert.equal(plain('2 * 3 * 4, ______, \\*не косо\\*'), '2 * 3 * 4, ______, *не косо*');
  for (const nasty of ['<script>alert(1)</script>', '<img src=x onerror=y>', '&lt;b&gt;', '<!--', '{@html x}'])
    assert.equal(words(nasty), JSON.stringify([{ kind: 'paragraph', inside: [{ kind: 'text', text: nasty }] }]), 'it stays text');
  assert.deepEqual(inline('[x](javascript:alert(1))')[0], { kind: 'text', text: '[x](javascript:alert(1))' }, 'no address with brackets');
  const deep = '*a **b '.repeat(4000);
  const from = performance.now();
  for (const hostile of [deep, '*'.repeat(30_000), '['.repeat(30_000), '**a'.repeat(10_000), '> '.repeat(10_000), '- *\n'.repeat(8000)]) {
    assert.equal(typeof plain(hostile), 'string');
  }
  assert.ok(performance.now() - from < 3000, 'no text takes long to read');
});
