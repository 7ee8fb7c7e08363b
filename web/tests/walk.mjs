// Walking over the page in a browser: each screen that is checked must fit its width, pass axe-core, have nothing too
// small to touch, break no rule of the policy; at the end nothing is left in the browser. Pictures go to artefacts/page.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Mock } from '../dev/mock.mjs';
import { open_browser } from './browser.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const pictures = join(root, 'artefacts', 'page');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const passphrase = 'медленный чайник синий забор утро';
export const looks = [
  { name: 'phone-ru', language: 'ru', width: 360, height: 740 },
  { name: 'phone-en-dark', language: 'en', width: 320, height: 568, dark: true },
  { name: 'wide-ru-dark', language: 'ru', width: 1280, height: 800, dark: true },
  { name: 'wide-en', language: 'en', width: 1280, height: 800 },
  { name: 'large-ru', language: 'ru', width: 320, height: 640, text_percent: 200 },
  { name: 'large-en-dark', language: 'en', width: 320, height: 640, text_percent: 200, dark: true },
];

/** Before any walk: the page is built and there is a place for the pictures. */
export function ready() {
  assert.ok(existsSync(new URL('../dist/index.html', import.meta.url)), 'build the page first: npm run build');
  mkdirSync(pictures, { recursive: true });
}

export class Walk {
  constructor(look, mock, browser) {
    Object.assign(this, { look, mock, page: browser.page, problems: [], count: 0 });
    this.page.on('pageerror', (error) => this.problems.push(`error: ${error.message}`));
    this.page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text()) || (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())))
        this.problems.push(`console: ${message.text()}`);
    });
    this.page.on('request', (request) => {
      if (!request.url().startsWith(this.address ?? 'http://127.0.0.1') && !/^(blob|data):/.test(request.url()))
        this.problems.push(`asked outside: ${request.url()}`);
    });
  }

  at(hook) {
    return this.page.locator(`[data-test="${hook}"]`).filter({ visible: true }).first();
  }

  async click(hook) {
    await this.at(hook).click();
  }

  async fill(hook, text) {
    await this.at(hook).fill(text);
  }

  async see(hook) {
    await this.at(hook).waitFor();
  }

  /** The screen as it is: a picture, its width, axe, the size of what can be pressed. */
  async check(name) {
    await this.page.evaluate(() => document.fonts.ready);
    const file = `${this.look.name}-${String(++this.count).padStart(2, '0')}-${name}.png`;
    await this.page.screenshot({ path: join(pictures, file) });
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) this.problems.push(`${file}: ${wide} px too wide`);
    const small = await this.page.evaluate(() =>
      [...document.querySelectorAll('button, input:not([type=radio]):not([type=checkbox]):not(.file), select, textarea, summary, .choice')]
        .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 47.5)
        .map((one) => one.dataset.test ?? one.textContent),
    );
    if (small.length) this.problems.push(`${file}: too small to touch: ${small.join(', ')}`);
    const wordless = await this.page.evaluate(() =>
      [...document.querySelectorAll('button')].filter((one) => one.checkVisibility() && !one.innerText.trim()).map((one) => one.outerHTML.slice(0, 80)),
    );
    if (wordless.length) this.problems.push(`${file}: without words: ${wordless.join(', ')}`);
    const title = await this.page.title();
    if (!['Заметки', 'Notes'].includes(title)) this.problems.push(`${file}: the title says ${title}`);
    await this.page.evaluate(axe);
    const violations = await this.page.evaluate(async () =>
      (await window.axe.run(document, { resultTypes: ['violations'] })).violations.map(
        (one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.any.map((a) => a.message).join(' ')}`).slice(0, 3).join('; ')}`,
      ),
    );
    for (const violation of violations) this.problems.push(`${file}: ${violation}`);
  }
}

export async function walk(look, steps, options = {}) {
  const mock = new Mock({ passphrase_ms: 150, ...options });
  const address = await mock.listen();
  const browser = await open_browser(look);
  const it = new Walk(look, mock, browser);
  it.address = address;
  try {
    await browser.page.goto(address);
    await steps(it);
    const kept = await browser.page.evaluate(async () => [
      localStorage.length,
      sessionStorage.length,
      document.cookie,
      (await indexedDB.databases()).length,
      JSON.stringify(history.state),
      location.pathname + location.hash + location.search,
    ]);
    assert.deepEqual(kept.slice(0, 4), [0, 0, '', 0], 'the browser keeps nothing');
    assert.match(kept[4], /^(null|\{"step":\d+\})$/, 'the history holds a number and nothing else');
    assert.equal(kept[5], '/', 'the address never changes');
  } catch (error) {
    await browser.page.screenshot({ path: join(pictures, `${look.name}-failed.png`) }).catch(() => undefined);
    throw error;
  } finally {
    await browser.close();
    await mock.close();
  }
  assert.deepEqual(it.problems, []);
}

export async function first_start(it) {
  await it.see('first-language');
  await it.check('language');
  await it.click(`choose-${it.look.language}`);
  await it.see('first-promise');
  await it.check('promise');
  await it.click('promise-next');
  await it.see('first-passphrase');
  await it.fill('passphrase', 'кот');
  await it.page.locator('[data-test="strength"][data-enough="false"]').waitFor();
  await it.fill('passphrase-again', 'кит');
  await it.click('passphrase-save');
  await it.page.locator('.wrong').first().waitFor();
  await it.check('passphrase-weak');
  await it.fill('passphrase', passphrase);
  await it.fill('passphrase-again', passphrase);
  await it.page.locator('[data-test="strength"][data-enough="true"]').waitFor();
  await it.check('passphrase');
  await it.click('passphrase-save');
  await it.see('today');
}
