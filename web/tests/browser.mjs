// A browser for the tests: Chromium with the reader's own text size, which a page cannot set for itself.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** A browser whose default text is `text_percent` of the usual; close() removes its folder. */
export async function open_browser({ width, height, dark = false, text_percent = 100, language = 'ru' }) {
  const folder = mkdtempSync(join(tmpdir(), 'page-browser-'));
  mkdirSync(join(folder, 'Default'));
  const size = Math.round((16 * text_percent) / 100);
  writeFileSync(
    join(folder, 'Default', 'Preferences'),
    JSON.stringify({ webkit: { webprefs: { default_font_size: size, default_fixed_font_size: size } } }),
  );
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags.split(' '),
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    locale: language === 'ru' ? 'ru-RU' : 'en-GB',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(10_000);
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    context,
    page,
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
